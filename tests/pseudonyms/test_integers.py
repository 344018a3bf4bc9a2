"""Whole numbers to whole numbers: one for each, of any type, there and back."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.crypto import ff1
from safeguards.errors import InputError
from safeguards.pipeline import Pipeline, run_tables
from safeguards.pseudonyms import Domain, FormatPreservingInteger, Keep, transform_from
from safeguards.pseudonyms.reversal.permit import Permit

DOMAIN = Domain("ads-2026")
quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


class Sink:
    """Takes events and forgets them."""

    def record(self, event: Any) -> None:
        pass


def turned(values: Any, digits: int = 9) -> Any:
    return FormatPreservingInteger(digits=digits).apply(values, DOMAIN)


@quick
@given(
    digits=st.integers(6, 18),
    numbers=st.lists(st.none() | st.integers(0, 10**6 - 1), max_size=60),
    cut=st.integers(0, 60),
)
def test_numbers_stay_different_in_their_range_and_beside_any_others(
    ring: Keyring, digits: int, numbers: list[int | None], cut: int
) -> None:
    column = pa.array(numbers, pa.int64())
    found = turned(column, digits)
    assert found.type == column.type
    assert [value is None for value in found.to_pylist()] == [value is None for value in numbers]
    pairs = set(zip(numbers, found.to_pylist(), strict=True))
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(pairs)
    assert all(0 <= b < 10**digits for _, b in pairs if b is not None)
    assert turned(column.slice(cut), digits).to_pylist() == found.to_pylist()[cut:]


@pytest.mark.parametrize(
    "kind",
    [
        pa.int32(),
        pa.uint32(),
        pa.uint64(),
        pa.float64(),
        pa.decimal128(9, 0),
        pa.decimal128(20, 2),
        pa.decimal256(40, 0),
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int8(), pa.int64()),
        pa.dictionary(pa.int8(), pa.string()),
    ],
    ids=str,
)
def test_a_number_has_one_pseudonym_whatever_type_holds_it(ring: Keyring, kind: Any) -> None:
    numbers = [7, None, 10**9 - 1, 0, 7]
    as_held = str if "string" in str(kind) else Decimal if "decimal" in str(kind) else int
    found = turned(pa.array([value if value is None else as_held(value) for value in numbers], kind))
    assert found.type == FormatPreservingInteger().output(kind)
    back = [value if value is None else int(value) for value in found.to_pylist()]
    assert back == turned(pa.array(numbers)).to_pylist()


@quick
@given(
    numbers=st.lists(st.none() | st.integers(0, 10**9 - 1), max_size=20),
    spelling=st.sampled_from(["{}", " {}", "{}\t ", "\u3000{}\n", "{}.0", " {}.000 "]),
    kind=st.sampled_from([pa.string(), pa.large_string(), pa.string_view()]),
)
def test_numbers_of_a_csv_file_become_what_those_of_a_database_become(
    ring: Keyring, numbers: list[int | None], spelling: str, kind: Any
) -> None:
    texts = pa.array([None if one is None else spelling.format(one) for one in numbers], pa.string())
    found = turned(texts.cast(kind))
    assert found.type == pa.string()
    as_numbers = turned(pa.array(numbers, pa.int64())).to_pylist()
    assert found.to_pylist() == [None if one is None else str(one) for one in as_numbers]


@pytest.mark.parametrize("written", ["007", "00", " 01", "0000000000000000000007"])
def test_zeros_before_a_number_are_refused_with_what_to_do(ring: Keyring, written: str) -> None:
    with pytest.raises(InputError, match=r"zeros before its number.*use FormatPreserving\(\)") as caught:
        turned(pa.array(["1", None, written]))
    assert caught.value.row == 3  # type: ignore[attr-defined]
    assert written not in str(caught.value)


def test_a_csv_file_and_a_database_join_by_their_keys(ring: Keyring, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("member_id,n\n7,1\n42,2\n,3\n", "utf-8")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    member = sa.Table("member", sa.MetaData(), sa.Column("id", sa.BigInteger, primary_key=True))
    with engine.begin() as connection:
        member.create(connection)
        connection.execute(member.insert(), [{"id": 7}, {"id": 42}])
    key = FormatPreservingInteger()
    Pipeline({"member_id": key, "n": Keep()}, domain=DOMAIN).run_file(
        tmp_path / "orders.csv", tmp_path / "out.csv"
    )
    lines = (tmp_path / "out.csv").read_text("utf-8").splitlines()
    ids = turned(pa.array([7, 42])).to_pylist()
    assert [line.split(",")[0].strip('"') for line in lines[1:]] == [*map(str, ids), ""]
    table = f"sqlite:///{tmp_path / 'shop.db'}"
    run_tables({"member": Pipeline({"id": key}, domain=DOMAIN)}, table, f"sqlite:///{tmp_path / 'out.db'}")
    with sa.create_engine(f"sqlite:///{tmp_path / 'out.db'}").connect() as connection:
        assert sorted(connection.execute(sa.text("SELECT id FROM member")).scalars()) == sorted(ids)


def test_they_are_those_of_ff1_over_the_digits(ring: Keyring) -> None:
    _, key = DOMAIN.key(None, "ff1-integer")
    digits = ff1.encrypt(key, b"", [0, 0, 0, 0, 0, 0, 0, 4, 2], 10)
    assert turned(pa.array([42])).to_pylist() == [int("".join(map(str, digits)))]


def test_a_permit_leads_back(ring: Keyring) -> None:
    numbers = pa.array([1, None, 999_999_999, 12])
    permit = Permit(ring, "agent-7", "complaint", "case 12", Sink())
    bound = FormatPreservingInteger().reverse(DOMAIN, permit)
    assert bound.apply(turned(numbers)).to_pylist() == numbers.to_pylist()


@pytest.mark.parametrize(
    "values",
    [
        pa.array([1, -1]),
        pa.array([1, 10**9]),
        pa.array([1, 2**64 - 1], pa.uint64()),
        pa.array([1, 1.5]),
        pa.array([1.0, float("nan")]),
        pa.array([1.0, float("inf")]),
        pa.array([Decimal("1.00"), Decimal("1.50")]).cast(pa.decimal128(20, 2)),
        pa.array(["1", "+1"]),
        pa.array(["1", "１"]),
        pa.array(["1", ""]),
        pa.array(["1", "-1"]),
        pa.array(["1", "1,000"]),
        pa.array(["1", "1.50"]),
        pa.array(["1", "1e3"]),
        pa.array(["1", "1 000"]),
        pa.array(["1", "1234567890"]),
        pa.array(["1", "secret"]),
    ],
    ids=lambda values: f"{values.type}-{values[1]}",
)
def test_what_is_outside_the_range_is_refused_by_its_row(ring: Keyring, values: Any) -> None:
    with pytest.raises(InputError, match="no whole number from 0 to 999,999,999") as caught:
        turned(values)
    assert caught.value.row == 2  # type: ignore[attr-defined]
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (pa.int16(), "int16, which holds 4 digits at most"),
        (pa.decimal128(9, 2), "7 digits at most"),
        (pa.bool_(), "holds no whole numbers"),
        (pa.date32(), "holds no whole numbers"),
        (pa.float32(), "holds no whole numbers"),
        (pa.list_(pa.int64()), "holds no whole numbers"),
    ],
    ids=str,
)
def test_a_type_that_could_not_hold_the_results_is_refused(kind: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        FormatPreservingInteger().output(kind)


@pytest.mark.parametrize("digits", [5, 19, True, "9", 9.0])
def test_digits_out_of_range_are_refused(digits: Any) -> None:
    with pytest.raises(InputError, match="from 6 to 18"):
        FormatPreservingInteger(digits=digits)


def test_nothing_and_no_values_stay_what_they_are(ring: Keyring) -> None:
    assert turned(pa.array([], pa.int64())).to_pylist() == []
    assert turned(pa.nulls(3)).to_pylist() == [None] * 3
    described = {"transform": "format_preserving_integer", "digits": 12}
    assert transform_from(described) == FormatPreservingInteger(digits=12)
