"""What a transform promises of its results: all of them hold, and what was never transformed does not."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.pseudonyms import Domain, Drop, FormatPreserving, Generalise, Keep, Mask, Token, Transform

GROUPS = Generalise(groups={"서울": "수도권", "부산": "남부"}, other="그 밖")
DATES = ["1990-01-31", "2001-12-01", None]
PHONES = ["010-1234-5678", "01098765432", "02-123-4567", None]
CASES: list[tuple[Transform, list[Any], list[Any]]] = [
    (Token(item="email"), ["kim@example.com", "", None], ["kim@example.com", "tk1_text_0", "x tk1_email_0"]),
    (Token(prefix="p", length=16), ["a", "b"], ["tk1_p_0123456789abcdef0", "tk1_p_0123456789abcdeI"]),
    (Mask(item="kr_phone"), PHONES, ["010-1234-5678", "010-1234-5678 *", "전화"]),
    (Mask(item="email", profile="netact"), ["kim@example.com", None], ["kim@example.com", "a@b.kr **"]),
    (Mask(), ["a", None], ["a", "*****"]),
    (Generalise(band=10), [-11, -1, 0, 35, None], ["35", "30-38", "31-40", "-10-1", "x", "30-39 "]),
    (Generalise(band=10, bottom=20, top=80, other="?"), [1, 20, 79, 99], ["10-19", "80-89", "<10", "90+"]),
    (Generalise(band=0.5), [0.1, 1.75, -0.2, 1e6], ["[1.5,2.5)", "1.5", "[1.4,1.9)"]),
    (Generalise(band=1), [3, -3], ["3-4", "3.5"]),
    (Generalise(years=5), DATES, ["1991-1995", "1990", "1990-01-31"]),
    (Generalise(ages=10, on="2026-01-01", top=80), [*DATES, "1900-01-01"], ["1990-01-31", "90-99"]),
    (GROUPS, ["서울", "광주", None], ["서울", ""]),
    (Generalise(bottom=10, top=20), [5, 15, 25, None], [9, 21]),
    (FormatPreserving(item="kr_phone"), PHONES, ["010-1234-567x", "공일공"]),
    (FormatPreserving(alphabet="hangul"), ["가나다", "홍길동전", None], ["가나 a", "1"]),
]

pytestmark = pytest.mark.usefixtures("ring_of_module")


@pytest.mark.parametrize(("transform", "values", "others"), CASES, ids=lambda case: getattr(case, "name", ""))
def test_results_hold_and_others_do_not(transform: Transform, values: list[Any], others: list[Any]) -> None:
    recalled = type(transform).recalled(transform.item, transform.parameters())
    result = transform.apply(pa.array(values), Domain("d"))
    for one in (transform, recalled):
        for kind in (result.type, pa.string()):  # a CSV file knows text only
            held = one.holds(result.cast(kind))
            assert held is not None
            assert [value for value in held.to_pylist() if value is False] == []
        assert one.holds(pa.array(others)).to_pylist() == [False] * len(others)  # type: ignore[union-attr]
        assert one.holds(pa.array([], pa.string())).to_pylist() == []  # type: ignore[union-attr]
        assert one.holds(result.cast(pa.string()).slice(1)).to_pylist() == held.to_pylist()[1:]  # type: ignore[union-attr]


@pytest.mark.parametrize("transform", [Keep(), Drop()])
def test_what_changes_nothing_promises_nothing(transform: Transform) -> None:
    assert transform.holds(pa.array(["a"])) is None


@given(st.lists(st.none() | st.text(max_size=20), max_size=20))
def test_every_token_and_mask_of_any_text_holds(values: list[str | None]) -> None:
    array = pa.array(values, pa.string())
    for transform in (Token(), Token(item="email"), Mask(), Mask(item="kr_phone"), Mask(item="person_name")):
        held = transform.holds(transform.apply(array, Domain("d"))).to_pylist()  # type: ignore[union-attr]
        assert False not in held


@given(
    st.lists(st.none() | st.floats(-1e6, 1e6), max_size=20),
    st.sampled_from([1, 5, 10, 100, 0.5, 0.25]),
    st.sampled_from([(None, None), (0, None), (None, 100), (-100, 100)]),
)
def test_every_label_of_a_band_holds(
    values: list[float | None], band: float, bounds: tuple[Any, Any]
) -> None:
    transform = Generalise(band=band, bottom=bounds[0], top=bounds[1])
    held = transform.holds(transform.apply(pa.array(values, pa.float64())))
    assert False not in held.to_pylist()  # type: ignore[union-attr]


@given(st.integers(-5000, 5000), st.integers(2, 500))
def test_an_exact_number_is_no_label_of_a_wider_band(value: int, width: int) -> None:
    assert Generalise(band=width).holds(pa.array([str(value)])).to_pylist() == [False]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("label", "transform"),
    [
        ("10-20", Generalise(band=10)),
        ("11-20", Generalise(band=10)),
        ("19-10", Generalise(band=10)),
        ("<20", Generalise(band=10)),
        ("<20", Generalise(band=10, bottom=30)),
        ("80+", Generalise(band=10, top=90)),
        ("none", Generalise(band=10)),
        ("10-19 ", Generalise(band=10)),
        ("١٠-١٩", Generalise(band=1)),
        ("[nan,nan)", Generalise(band=0.5)),
        ("[1e999,1e999)", Generalise(band=0.5)),
        ("<nan", Generalise(band=10, bottom=10)),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_what_the_settings_do_not_make_is_no_label(label: str, transform: Transform) -> None:
    assert transform.holds(pa.array([label])).to_pylist() == [False]  # type: ignore[union-attr]
