"""Labels of bands read back: the numbers that they cover."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from safeguards.further_use.bands import Band, read_band


@given(st.text(max_size=12))
def test_any_text_is_a_band_or_none(text: str) -> None:
    band = read_band(text)
    assert band is None or band.low < band.end


def test_labels_cover_numbers() -> None:
    assert read_band("20-29") == Band(20, 30)
    assert read_band("-20 to -11") == Band(-20, -10)
    assert read_band("1990") == Band(1990, 1991)
    assert read_band("[1.5,2)") == Band(1.5, 2)
    assert read_band("<20") == Band(-math.inf, 20)
    assert read_band("80+") == Band(80, math.inf)
    assert read_band("서울") is None
