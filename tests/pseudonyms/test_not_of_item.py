"""Values that are none of their column's item are counted, such as phones without their first zero."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from safeguards import Keyring
from safeguards.pipeline import Manifest, Pipeline
from safeguards.pseudonyms import Domain, Hash, ReversibleToken, Token, Transform
from safeguards.pseudonyms.not_of_item import MOST, not_of_item

PHONES = [
    "010-1234-5678",
    " 01012345678",
    "1012345678",
    "1.012345678E+09",
    "1012345678.0",
    None,
    "1012345678",
]


@pytest.mark.parametrize("kind", [Token, Hash, ReversibleToken])
def test_the_manifest_tells_of_phones_that_lost_their_zero_in_text(
    ring: Keyring, tmp_path: Path, kind: type[Transform]
) -> None:
    """As Excel writes them; their tokens are unlike those of the phones."""
    source = tmp_path / "people.csv"
    source.write_text("id,phone\n" + "".join(f"{row},{phone or ''}\n" for row, phone in enumerate(PHONES)))
    made = Pipeline({"id": Token(), "phone": kind(item="kr_phone")}, domain="d").run_file(
        source, tmp_path / "out.csv"
    )
    assert made.columns[1].counts == {"looked_at": 5, "not_of_the_item": 3}
    assert made.columns[0].counts == {}


def test_phones_in_documents_are_counted_too(ring: Keyring) -> None:
    table = pa.table({"j": [f'{{"p":"{phone}"}}' for phone in PHONES if phone]})
    made = Pipeline({"j.p": Token(item="kr_phone")}, domain="d").run(table)
    record = Manifest.from_json(made.schema.metadata[b"safeguards.manifest"]).columns[0]
    assert record.counts == {"looked_at": 5, "not_of_the_item": 3}


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())], ids=str
)
def test_text_of_any_type_is_counted_and_the_result_is_the_same(ring: Keyring, kind: Any) -> None:
    column = pa.array(PHONES).cast(kind) if not pa.types.is_dictionary(kind) else pa.array(PHONES, kind)
    bound = Token(item="kr_phone").bind(Domain("d"))
    assert bound.counted is not None
    result, counts = bound.counted(column)
    assert result.to_pylist() == bound.apply(pa.array(PHONES)).to_pylist()
    assert counts == {"looked_at": 5, "not_of_the_item": 3}


def test_only_text_and_items_that_may_begin_with_a_zero_are_looked_at(ring: Keyring) -> None:
    assert Token(item="email").bind(Domain("d")).counted is None
    assert Token().bind(Domain("d")).counted is None
    assert not_of_item("birth_date", pa.nulls(3, pa.date32())) == {}
    assert not_of_item("kr_phone", pa.array([], pa.string())) == {}
    assert not_of_item("kr_phone", pa.nulls(3, pa.string())) == {"looked_at": 0, "not_of_the_item": 0}


def test_no_more_than_a_sample_of_each_array_is_looked_at() -> None:
    counted = not_of_item("kr_phone", pa.array([f"10{number:08}" for number in range(50 * MOST)]))
    assert counted == {"looked_at": MOST, "not_of_the_item": MOST}
