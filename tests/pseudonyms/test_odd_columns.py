"""Columns as they may come: of no values, no calendar, no UTF-8; each is worked on or refused in words."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.pipeline import Pipeline
from safeguards.pseudonyms import (
    DateShift,
    Domain,
    FormatPreserving,
    FormatPreservingInteger,
    Generalise,
    Hash,
    Mask,
    PrefixPreserving,
    RedactText,
    ReversibleToken,
    Round,
    Suppress,
    Surrogate,
    Token,
    Transform,
)
from safeguards.pseudonyms.column import Unfit

DOMAIN = Domain("d")
TRANSFORMS: list[Transform] = [
    Token(),
    Hash(),
    ReversibleToken(item="email"),
    FormatPreserving(),
    FormatPreserving(item="kr_phone"),
    FormatPreservingInteger(),
    PrefixPreserving(),
    Surrogate(item="person_name"),
    Surrogate(item="kr_address", other="token"),
    DateShift(subject="who"),
    Mask(),
    Mask(item="person_name"),
    Generalise(band=10),
    Generalise(years=5),
    Generalise(groups={"a": "b"}),
    Generalise(item="kr_address", region="district"),
    Generalise(top=10),
    Round(to=10),
    Round(to="month"),
    Suppress(value="hidden"),
    RedactText(),
]


def applied(transform: Transform, values: Any) -> Any:
    beside = [pa.array(range(len(values)), pa.int64())] if transform.beside else []
    return transform.apply(values, DOMAIN, *beside)


@pytest.mark.parametrize("transform", TRANSFORMS, ids=repr)
@pytest.mark.parametrize(
    "column",
    [
        pa.nulls(0),
        pa.nulls(3),
        pa.array([None, None], pa.string()),
        pa.array([None], pa.string_view()),
        pa.array([None, None], pa.large_string()).slice(1),
        pa.array([None, None], pa.string()).dictionary_encode(),
        pa.chunked_array([], pa.string()),
        pa.chunked_array([[None], []], pa.string()),
    ],
    ids=lambda column: f"{column.type}-{len(column)}",
)
def test_columns_of_nothing_stay_nothing(ring: Keyring, transform: Transform, column: Any) -> None:
    result = applied(transform, column)
    assert result.null_count == len(result) == len(column)
    assert result.type == transform.output(column.type)
    held = transform.holds(result)
    assert held is None or held.null_count == len(column)


@pytest.mark.parametrize("transform", TRANSFORMS, ids=repr)
def test_text_that_is_no_utf_8_is_refused_in_words(ring: Keyring, transform: Transform) -> None:
    """Half a surrogate pair, as files hold that nobody checked."""
    offsets, data = pa.py_buffer(b"\0\0\0\0\3\0\0\0"), pa.py_buffer(b"\xed\xa0\x80")
    if isinstance(transform, Suppress) or transform == Generalise(top=10) or transform == Generalise(band=10):
        pytest.skip("reads no text as text")
    with pytest.raises(InputError, match="no UTF-8|no whole number") as caught:
        applied(transform, pa.Array.from_buffers(pa.string(), 1, [None, offsets, data]))
    assert caught.value.__context__ is None


def test_a_pipeline_names_the_column_that_is_no_utf_8(ring: Keyring, tmp_path: Any) -> None:
    offsets, data = pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0"), pa.py_buffer(b"a\xff")
    bad = pa.Array.from_buffers(pa.string(), 2, [None, offsets, data])
    pq.write_table(pa.table({"name": bad}), tmp_path / "in.parquet")
    with pytest.raises(InputError, match="column 'name' holds text that is no UTF-8"):
        Pipeline({"name": Mask(item="person_name")}, domain=DOMAIN).run_file(
            tmp_path / "in.parquet", tmp_path / "out.parquet"
        )
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize(
    "beyond",
    [
        pa.array([-719163], pa.int32()).cast(pa.date32()),
        pa.array([2932897], pa.int32()).cast(pa.date32()),
        pa.array([2**62], pa.int64()).cast(pa.timestamp("s")),
        pa.array([-(2**63)], pa.int64()).cast(pa.timestamp("us")),
        pa.array([2**63 - 1], pa.int64()).cast(pa.timestamp("us", "Asia/Seoul")),
    ],
    ids=lambda values: str(values.type),
)
def test_dates_beyond_the_calendar_are_no_dates(ring: Keyring, beyond: pa.Array) -> None:
    """Arrow would wrap them around to other dates, or write years of more digits than were promised."""
    for transform in (Generalise(years=5), Generalise(ages=10, on="2026-01-01"), DateShift(subject="who")):
        with pytest.raises(Unfit):
            applied(transform, beyond)
    edges = pa.array([-719162, 2932896], pa.int32()).cast(pa.date32())
    assert Generalise(years=1).apply(edges).to_pylist() == ["1", "9999"]
    assert Generalise(years=1).apply(edges.cast(pa.timestamp("us"))).to_pylist() == ["1", "9999"]


@pytest.mark.parametrize("transform", [Generalise(years=5), Round(to="day")], ids=repr)
def test_a_time_zone_that_is_none_is_told_before_a_row_is_read(transform: Transform) -> None:
    for kind in (pa.timestamp("us", "Mars/Base"), pa.dictionary(pa.int8(), pa.timestamp("us", "Mars/Base"))):
        with pytest.raises(InputError, match="whose time zone is not known"):
            transform.output(kind)
    transform.output(pa.timestamp("us", "Asia/Seoul"))


def test_what_is_no_text_is_told_as_what_it_is() -> None:
    for transform in (FormatPreserving(), Surrogate(item="email")):
        for kind in (pa.int64(), pa.dictionary(pa.int8(), pa.decimal128(5, 2))):
            with pytest.raises(InputError, match="numbers have lost their leading zeros"):
                transform.output(kind)
        for kind in (pa.binary(), pa.date32(), pa.list_(pa.string())):
            with pytest.raises(InputError, match="cast it to text first, or use another transform"):
                transform.output(kind)


def test_decimals_without_their_last_digits_have_no_bounds() -> None:
    with pytest.raises(InputError, match="cast it to a scale of 0"):
        Generalise(top=10).output(pa.decimal128(5, -2))
