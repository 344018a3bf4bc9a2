"""Labels of bands read back: what the transform makes fits, and nothing else does."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.further_use.bands import Band, is_band, read_band
from safeguards.pseudonyms import Generalise

numbers = st.one_of(st.integers(-5000, 5000), st.floats(-5000, 5000, width=32))
widths = st.one_of(st.integers(1, 500), st.sampled_from([0.1, 0.25, 0.5, 1.5, 2.5]))


@given(st.lists(numbers, min_size=1, max_size=20), widths)
def test_every_label_that_generalise_makes_is_read_back(values: list[float], width: float) -> None:
    transform = Generalise(band=width, other="none")
    labels = transform.apply(pa.array(values, pa.float64())).to_pylist()
    assert all(is_band(label, transform.parameters()) for label in labels)


@given(st.lists(st.integers(-50, 200), min_size=1, max_size=20), st.integers(1, 10))
def test_open_ends_are_read_back_too(values: list[int], width: int) -> None:
    transform = Generalise(band=width, bottom=2 * width, top=10 * width)
    labels = transform.apply(pa.array(values)).to_pylist()
    assert all(is_band(label, transform.parameters()) for label in labels)


@given(st.dates(), st.integers(1, 30))
def test_bands_of_years_are_read_back(day: Any, width: int) -> None:
    transform = Generalise(years=width)
    assert is_band(transform.apply(pa.array([day])).to_pylist()[0], transform.parameters())


@given(st.integers(-5000, 5000), st.integers(2, 500))
def test_an_exact_number_is_no_band_of_a_wider_width(value: int, width: int) -> None:
    assert not is_band(str(value), {"band": width})


@given(st.text(max_size=12))
def test_any_text_is_a_band_or_none(text: str) -> None:
    band = read_band(text)
    assert band is None or band.low < band.end


@pytest.mark.parametrize(
    ("label", "settings"),
    [
        ("10-19", {}),
        ("10-19", {"band": 0}),
        ("10-19", {"band": True}),
        ("10-19", {"band": "10"}),
        ("10-20", {"band": 10}),
        ("11-20", {"band": 10}),
        ("19-10", {"band": 10}),
        ("<20", {"band": 10}),
        ("<20", {"band": 10, "bottom": 30}),
        ("80+", {"band": 10, "top": 90}),
        ("80+", {"band": 10, "top": "80"}),
        ("none", {"band": 10}),
        ("10-19 ", {"band": 10}),
        ("١٠-١٩", {"band": 1}),
        ("[nan,nan)", {"band": 0.5}),
        ("[1e999,1e999)", {"band": 0.5}),
        ("<nan", {"band": 10, "bottom": 10}),
    ],
)
def test_what_the_settings_do_not_make_is_no_band(label: str, settings: dict[str, object]) -> None:
    assert not is_band(label, settings)


def test_labels_cover_numbers() -> None:
    assert read_band("20-29") == Band(20, 30)
    assert read_band("-20 to -11") == Band(-20, -10)
    assert read_band("1990") == Band(1990, 1991)
    assert read_band("[1.5,2)") == Band(1.5, 2)
    assert read_band("<20") == Band(-math.inf, 20)
    assert read_band("80+") == Band(80, math.inf)
    assert read_band("서울") is None
