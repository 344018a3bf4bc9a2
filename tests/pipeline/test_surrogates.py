from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.pipeline import Manifest, Pipeline
from safeguards.pseudonyms import Surrogate, Token

MEMBERS = pa.table({"id": ["1", "2", "3"], "name": ["홍길동", None, "남궁민수"]})
ORDERS = pa.table({"buyer": pa.array(["남궁 민수", "홍길동", "홍길동"]).dictionary_encode()})


def test_two_tables_still_join_by_the_surrogates(ring: Keyring) -> None:
    name = Surrogate(item="person_name")
    members = Pipeline({"id": Token(), "name": name}, domain="demo").run(MEMBERS)["name"].to_pylist()
    buyers = Pipeline({"buyer": name}, domain="demo").run(ORDERS)["buyer"].to_pylist()
    assert buyers == [members[2], members[0], members[0]]
    assert members[1] is None
    assert not {*members, *buyers} & {"홍길동", "남궁민수", "남궁 민수"}


def test_batches_of_one_column_give_what_the_whole_gives(ring: Keyring) -> None:
    names = pa.chunked_array([["홍길동", "John Smith"], [None], ["제임스", "홍길동"]])
    pipeline = Pipeline({"name": Surrogate(item="person_name")}, domain="demo")
    chunked = pipeline.run(pa.table({"name": names}))["name"].to_pylist()
    assert chunked == pipeline.run(pa.table({"name": names.combine_chunks()}))["name"].to_pylist()
    assert chunked[0] == chunked[4]


def test_the_manifest_states_the_version_and_no_value(ring: Keyring, tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    result = Pipeline({"id": Token(), "name": Surrogate(item="person_name")}, domain="demo").run(
        MEMBERS, manifest=path
    )
    (record,) = (column for column in Manifest.read(path).columns if column.column == "name")
    assert record.transform == "surrogate"
    assert record.parameters == {"version": 1, "other": "refuse", "placeholders": "keep"}
    assert record.injective
    assert record.reversible
    assert record.key_id is not None
    text = Manifest.read(path).to_json()
    assert not any(value in text for value in (*result["name"].to_pylist(), "홍길동", "남궁민수") if value)


def test_a_value_without_a_surrogate_is_told_by_column_and_row_alone(ring: Keyring) -> None:
    table = pa.table({"phone": ["010-2345-6789", None, "내선 119"]})
    with pytest.raises(InputError, match="column 'phone', row 3: has a value with letters") as caught:
        Pipeline({"phone": Surrogate(item="kr_phone")}, domain="demo").run(table)
    assert "119" not in str(caught.value)


def test_a_pipelines_file_names_surrogates(ring: Keyring, tmp_path: Path) -> None:
    path = tmp_path / "pipeline.toml"
    path.write_text(
        'domain = "demo"\n[columns]\nid = {transform = "token"}\n'
        'name = {transform = "surrogate", item = "person_name", version = 1, other = "token"}\n',
        "utf-8",
    )
    result = Pipeline.from_toml(path).run(MEMBERS)
    same = Pipeline({"id": Token(), "name": Surrogate(item="person_name", other="token")}, domain="demo")
    assert result.equals(same.run(MEMBERS))
