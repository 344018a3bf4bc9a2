"""Pages: self-contained, escaped, labelled, unknown first."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.report import (
    LANGUAGES,
    Bar,
    Bars,
    Blank,
    Claim,
    Claims,
    Document,
    Facts,
    Notices,
    Section,
    Series,
    Stacks,
    Table,
    Text,
    render,
)
from safeguards.report.catalogue import GRADES, STATUSES, WORDS
from safeguards.report.html import in_order, short
from safeguards.report.text import visible

WORD = Text("말", "word")


def document(*blocks: Any) -> Document:
    return Document(WORD, WORD, WORD, ((WORD, 3),), Facts(()), (Section(WORD, blocks),), WORD)


def claim(status: Any, words: str) -> Claim:
    return Claim(Text.same(words), status, None, Text.same("the source"), "now", "1")


def svgs(page: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]


BARS = Bars(
    WORD, Text("가로", "across"), Text("세로", "up"), (Bar("1", 0), Bar("2+", 7, marked=True)), WORD, WORD
)
STACKS = Stacks(WORD, WORD, (Series(WORD, 0), Series(WORD, 3)), ((Text("줄", "row"), (0, 4)),))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "block",
    [
        Claims((claim("unknown", "x"),), WORD),
        Claims((), WORD),
        Facts(((WORD, "value"), ("label", 3))),
        Notices((WORD,), WORD),
        Notices((), WORD),
        Table(WORD, (WORD, "b"), (("1", 2),)),
        Table(WORD, (WORD,), ()),
        BARS,
        Bars(WORD, WORD, WORD, (), WORD, WORD),
        STACKS,
        Stacks(WORD, WORD, (), ()),
        Blank((WORD,), (WORD,)),
    ],
    ids=lambda block: type(block).__name__,
)
def test_every_block_is_drawn_in_both_languages(block: Any, lang: Any) -> None:
    page = render(document(block), lang)
    assert f'<html lang="{lang}">' in page
    assert WORD.of(lang) in page
    other = Text.of(WORD, "en" if lang == "ko" else "ko")
    assert not re.search(rf">{other}<", page)


def test_another_language_gives_one_line() -> None:
    with pytest.raises(InputError, match="unknown language 'fr'; use one of: ko, en"):
        render(document(), "fr")  # type: ignore[arg-type]


def test_claims_come_unknown_first_and_keep_their_order_within_a_status() -> None:
    claims = [claim(status, status + place) for place in "12" for status in reversed(STATUSES)]
    ordered = [one.text.en for one in in_order(claims)]
    assert ordered == [
        "unknown1", "unknown2", "conflict1", "conflict2", "against1", "against2", "supports1", "supports2",
    ]  # fmt: skip


def test_a_status_is_told_in_words_and_not_by_colour_alone() -> None:
    for status, words in STATUSES.items():
        assert f"</span> {words.en}</span>" in render(document(Claims((claim(status, "x"),), WORD)), "en")


@given(st.text(max_size=30))
def test_no_text_escapes_from_its_place(text: str) -> None:
    page = render(document(Claims((claim("unknown", text),), WORD), Table(WORD, (text,), ((text,),)), BARS))
    plain = render(document(Claims((claim("unknown", "x"),), WORD), Table(WORD, ("x",), (("x",),)), BARS))
    assert re.findall(r"</?[a-z]+", page) == re.findall(r"</?[a-z]+", plain)
    page.encode()


def test_charts_are_named_and_described_and_their_axes_labelled() -> None:
    page = render(document(BARS, STACKS), "en")
    drawn = svgs(page)
    assert len(drawn) == 2
    for chart in drawn:
        names = (chart.get("aria-labelledby") or "").split()
        assert chart.get("role") == "img"
        assert [element.get("id") for element in chart if element.get("id")] == names
        assert chart.findtext("desc")
    assert drawn[0].findtext("desc") == "1: 0; 2+: 7"
    assert {"up", "across", "1", "2+", "0", "7"} <= {text.text for text in drawn[0].iter("text")}
    assert "row" in {text.text for text in drawn[1].iter("text")}
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=9))
def test_bars_stay_in_the_picture_and_none_above_zero_vanishes(counts: list[int]) -> None:
    chart = Bars(
        WORD, WORD, WORD, tuple(Bar(str(place), count) for place, count in enumerate(counts)), WORD, WORD
    )
    (drawn,) = svgs(render(document(chart)))
    width, height = (float(size) for size in (drawn.get("viewBox") or "").split()[2:])
    rects = list(drawn.iter("rect"))
    assert len(rects) == len(counts)
    for rect, count in zip(rects, counts, strict=True):
        x, y, wide, high = (float(rect.get(name) or 0) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + wide <= width
        assert 30 <= y <= y + high <= height  # the count above it stays clear of the axis label
        assert (high > 0) is (count > 0)


@given(st.lists(st.lists(st.integers(0, 5000), min_size=4, max_size=4), min_size=1, max_size=5))
def test_stacks_stay_in_the_picture_on_one_scale(rows: list[list[int]]) -> None:
    series = tuple(Series(WORD, tone) for tone in range(4))
    chart = Stacks(WORD, WORD, series, tuple((WORD, tuple(counts)) for counts in rows))
    (drawn,) = svgs(render(document(chart)))
    ends = [float(rect.get("x") or 0) + float(rect.get("width") or 0) for rect in drawn.iter("rect")]
    assert all(end <= 400.05 for end in ends)
    most = max(sum(counts) for counts in rows)
    assert not most or max(ends) == pytest.approx(400, abs=0.1)


@given(st.integers(0, 10**13))
def test_short_counts_fit_a_narrow_bar(count: int) -> None:
    assert len(short(count)) <= 6


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (99_999, "99,999"),
        (100_000, "100k"),
        (1_234_567, "1.23M"),
        (999_999_999, "999M"),
        (5 * 10**9, "5G"),
    ],
)
def test_short_counts_keep_their_size(count: int, text: str) -> None:
    assert short(count) == text


def test_invisible_characters_are_written_out_and_line_breaks_stay() -> None:
    assert visible("a\u202eb\x00\ud800\ufeff\n가") == "a\\u202eb\\u0000\\ud800\\ufeff\n가"


def test_the_catalogue_speaks_both_languages() -> None:
    for words in (*STATUSES.values(), *GRADES.values(), *WORDS.values()):
        assert re.search("[가-힣]", words.ko)
        assert re.fullmatch("[A-Za-z (),.]+", words.en)
