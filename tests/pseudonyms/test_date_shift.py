"""Date shifting: one person's intervals stay, another's dates move otherwise, and the key leads back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.items.dates import rewritten_date, written_date
from safeguards.pipeline import Pipeline
from safeguards.pseudonyms import DateShift, Domain, Drop
from safeguards.pseudonyms.column import Unfit
from safeguards.pseudonyms.reversal.permit import Permit

DOMAIN = Domain("study-2026")
days_of = st.dates(date(1900, 1, 1), date(2100, 1, 1))
TYPES = [
    pa.date32(),
    pa.date64(),
    pa.timestamp("s"),
    pa.timestamp("ns"),
    pa.timestamp("us", "Asia/Seoul"),
    pa.string(),
    pa.large_string(),
    pa.dictionary(pa.int32(), pa.string()),
]


class Silent:
    """A sink that takes everything."""

    def record(self, event: object) -> None:
        """Take an event."""


def moved(dates: Any, subjects: Any, **settings: Any) -> list[Any]:
    array = dates if isinstance(dates, pa.Array) else pa.array(dates)
    transform = DateShift(subject="member", **settings)
    found: list[Any] = transform.apply(array, DOMAIN, pa.array(subjects)).to_pylist()
    return found


@pytest.mark.parametrize("kind", TYPES, ids=str)
@given(rows=st.lists(st.tuples(st.none() | days_of, st.integers(0, 4)), min_size=1, max_size=12))
def test_intervals_of_a_person_stay_and_dates_come_back(
    ring_of_module: Keyring, kind: pa.DataType, rows: list[tuple[date | None, int]]
) -> None:
    dates, subjects = pa.array([row[0] for row in rows], pa.date32()), pa.array([row[1] for row in rows])
    column = dates.cast(kind) if not pa.types.is_dictionary(kind) else dates.cast(pa.string()).cast(kind)
    transform = DateShift(subject="member", days=10)
    result = transform.apply(column, DOMAIN, subjects)
    assert result.type == transform.output(kind)
    shifts: dict[int, set[timedelta]] = {}
    for (day, subject), made in zip(rows, result.cast(pa.string()).to_pylist(), strict=True):
        assert (day is None) == (made is None)
        if day is not None and made is not None:
            shifts.setdefault(subject, set()).add(date.fromisoformat(made[:10]) - day)
    for shift in shifts.values():
        assert len(shift) == 1
        assert 1 <= abs(shift.pop().days) <= 10
    permit = Permit(ring_of_module, "kim", "audit", "case 7", Silent())
    back = transform.reverse(DOMAIN, permit).apply(result, subjects)
    assert back.to_pylist() == column.to_pylist()


def test_a_persons_shift_is_the_same_in_every_column_table_and_spelling(ring: Keyring) -> None:
    day = date(2026, 3, 1)
    one = moved([day], [42])
    assert one == moved([date(2020, 1, 1), day], [7, 42])[1:]
    assert one == moved([day], ["42"])
    mails = moved([day] * 2, ["Kim@Example.com", "kim@example.com"], subject_item="email")
    assert mails[0] == mails[1]


def test_shifts_are_spread_over_all_days_but_none(ring: Keyring) -> None:
    day = date(2026, 3, 1)
    shifts = [(made - day).days for made in moved([day] * 4000, range(4000), days=3)]
    assert set(shifts) == {-3, -2, -1, 1, 2, 3}
    assert min(shifts.count(shift) for shift in set(shifts)) > 400  # of 667 on average


def test_another_domain_or_key_moves_otherwise(ring: Keyring) -> None:
    dates, people = pa.array([date(2026, 3, 1)] * 50), pa.array(range(50))
    transform = DateShift(subject="member", days=1000)
    one, other = (transform.apply(dates, Domain(name), people).to_pylist() for name in ("a", "b"))
    assert sum(left == right for left, right in zip(one, other, strict=True)) < 10


def test_dates_read_at_once_are_those_read_one_by_one(ring: Keyring) -> None:
    days = [date(1950, 1, 1) + timedelta(days=997 * place) for place in range(50)]
    people = [place % 7 for place in range(50)]
    at_once = moved([str(day) for day in days], people)
    one_by_one = moved([*map(str, days), "2026. 1. 2."], [*people, 0])
    assert at_once == one_by_one[:-1]
    with pytest.raises(Unfit, match="no date") as caught:
        moved(["2026-01-01", "2026-02-30"], [1, 2])
    assert caught.value.row == 2


def test_moments_move_by_whole_days_of_their_own_unit(ring: Keyring) -> None:
    moment = datetime(2026, 3, 1, 12, 34, 56, 789_000, tzinfo=UTC)
    made = moved(pa.array([moment], pa.timestamp("ms", "Asia/Seoul")), ["a"])[0]
    assert (made - moment) % timedelta(days=1) == timedelta(0)
    assert made != moment


@pytest.mark.parametrize(
    ("written", "later"),
    [
        ("1990-03-01", "1990-03-11"),
        ("1990. 3. 1.", "1990. 3. 11."),
        ("1990년 12월 25일생", "1991년 1월 4일생"),
        ("1990년 03월 01일", "1990년 03월 11일"),
        ("19901225", "19910104"),
        ("1990/12/25", "1991/01/04"),
        ("1990-3-1", "1990-3-11"),
        (" 1990-12-25 13:05:00 ", "1991-01-04 13:05:00"),
        ("１９９０-１２-２５", "1991-01-04"),
        ("1990-02-30", None),
        ("", None),
        ("0", None),
    ],
)
def test_dates_keep_their_spelling(written: str, later: str | None) -> None:
    assert rewritten_date(written, lambda day: day + timedelta(days=10)) == later


@given(day=days_of, by=st.integers(-400, 400), form=st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%Y년 %m월 %d일"]))
def test_a_rewritten_date_reads_as_the_new_one(day: date, by: int, form: str) -> None:
    new = day + timedelta(days=by)
    made = rewritten_date(day.strftime(form), lambda old: old + timedelta(days=by))
    assert made is not None
    assert written_date(made) == new
    assert rewritten_date(made, lambda _: day) is not None


def test_a_date_without_a_person_is_refused_or_becomes_null(ring: Keyring) -> None:
    dates, people = [date(2026, 1, 1), None, date(2026, 1, 2)], ["a", None, None]
    with pytest.raises(Unfit, match="NULL") as caught:
        moved(dates, people)
    assert caught.value.row == 3
    made = moved(dates, people, without_subject="null")
    assert made[0] is not None
    assert made[1:] == [None, None]


@pytest.mark.parametrize(
    "dates",
    [
        pa.array([date(9999, 12, 31), date(1, 1, 1)], pa.date32()),
        pa.array([2**63 - 1, -(2**63) + 1], pa.timestamp("ns")),
        pa.array(["9999-12-31", "0001-01-01"]),
    ],
    ids=["days", "nanoseconds", "text"],
)
def test_a_date_that_leaves_the_calendar_is_refused(ring: Keyring, dates: pa.Array) -> None:
    for subject in range(8):  # whose shifts go both ways
        with pytest.raises(Unfit, match="moves, out"):
            moved(dates, [subject] * 2)


def test_text_that_is_no_date_is_refused_without_being_shown(ring: Keyring) -> None:
    with pytest.raises(Unfit) as caught:
        moved(["2026-01-01", "kim"], ["a", "b"])
    assert caught.value.row == 2
    assert "kim" not in str(caught.value)


def test_the_subject_is_read_as_it_came_in_even_where_it_leaves(ring: Keyring) -> None:
    table = pa.table({"member": ["a", "a"], "day": [date(2026, 1, 1), date(2026, 1, 9)]})
    pipeline = Pipeline({"member": Drop(), "day": DateShift(subject="member")}, domain="d")
    first, second = pipeline.run(table)["day"].to_pylist()
    assert second - first == timedelta(days=8)
    with pytest.raises(InputError, match="no column 'who'"):
        Pipeline({"member": Drop(), "day": DateShift(subject="who")}, domain="d").run(table)


@pytest.mark.parametrize(
    "settings",
    [{}, {"subject": ""}, {"subject": 3}, {"subject": "a", "days": 0}, {"subject": "a", "days": True},
     {"subject": "a", "days": 40_000}, {"subject": "a", "without_subject": "keep"},
     {"subject": "a", "other": "keep"},
     {"subject": "a", "subject_item": "nobody"}, {"subject": "a", "subject_item": 1}],
)  # fmt: skip
def test_settings_that_move_nothing_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        DateShift(**settings)


def test_columns_without_dates_are_refused(ring: Keyring) -> None:
    with pytest.raises(InputError, match="no dates"):
        moved(pa.array([1]), ["a"])


@pytest.mark.parametrize("dates", [["0000-12-30"], ["0000-12-30", "1990-1-1"]])
def test_the_year_0_is_no_date_whatever_stands_beside_it(ring: Keyring, dates: list[str]) -> None:
    for subject in range(4):  # of whom some move into the year 1
        with pytest.raises(Unfit, match="no date of the calendar") as caught:
            moved(dates, [subject] * len(dates), days=400)
        assert caught.value.row == 1


@pytest.mark.parametrize("subjects", [["", " "], [float("nan"), None]])
def test_blanks_and_nan_name_nobody(ring: Keyring, subjects: list[Any]) -> None:
    dates, beside = pa.array(["2024-01-01", "2024-01-02"]), pa.array(subjects)
    with pytest.raises(Unfit, match="has a date whose 'who' is NULL or blank"):
        DateShift(subject="who", days=9).apply(dates, Domain("d"), beside)
    left = DateShift(subject="who", days=9, without_subject="null").apply(dates, Domain("d"), beside)
    assert left.to_pylist() == [None, None]


@pytest.mark.parametrize(
    "texts", [["2026-01-05", "미상", None, "20260105"], ["미상", None], ["2026-02-30", "2026-02-28"]]
)
def test_what_is_no_date_is_refused_or_becomes_null(ring: Keyring, texts: list[str | None]) -> None:
    dates, people = pa.array(texts, pa.string()), pa.array(["a"] * len(texts))
    refusing, emptying = DateShift(subject="who"), DateShift(subject="who", other="null")
    with pytest.raises(Unfit, match='no date of the calendar.*make it NULL with other="null"'):
        refusing.apply(dates, Domain("d"), people)
    made = emptying.apply(dates, Domain("d"), people)
    kept = [text is not None and text.startswith("2026") and "02-30" not in text for text in texts]
    assert made.is_valid().to_pylist() == kept
    alone = refusing.apply(dates.filter(pa.array(kept)), Domain("d"), people.filter(pa.array(kept)))
    assert made.drop_null().equals(alone)
    assert emptying.makes_null
    assert not refusing.makes_null
