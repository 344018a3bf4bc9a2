"""N-grams of texts and of queries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from safeguards.fields import Cipher, Exact, Ngram, codec_for
from safeguards.fields.ngrams import QUERY_GRAMS


@given(st.text(max_size=30), st.integers(2, 16))
def test_grams_are_the_different_runs_of_their_size(value: str, size: int) -> None:
    grams = Ngram(size).grams(value)
    assert len(set(grams)) == len(grams)
    assert set(grams) == {value[at : at + size] for at in range(len(value)) if at + size <= len(value)}


@given(st.text(max_size=20), st.text(min_size=2, max_size=20), st.text(max_size=20))
def test_a_text_has_every_gram_by_which_a_part_of_it_is_looked_up(before: str, part: str, after: str) -> None:
    for search in (Ngram(2), Ngram(2, normalise="nfc"), Ngram(2, normalise="caseless")):
        whole = before + part + after
        chosen = search.chosen(part)
        assert len(chosen) == min(QUERY_GRAMS, len(search.grams(part)))
        if search.judge("contains", part)(whole):
            assert set(chosen) <= set(search.grams(whole))
        if search.normalise is None:
            assert search.judge("contains", part)(whole)


def test_case_is_folded_just_where_the_normal_form_says_so() -> None:
    assert not Ngram(2).judge("contains", "ab")("xABx")
    assert Ngram(2, normalise="caseless").judge("contains", "ab")("xABx")
    assert Ngram(2, normalise="words").judge("startswith", "홍 길")("  홍   길동")
    assert not Ngram(2).judge("endswith", "ab")("abc")


def test_ngrams_leave_envelopes_as_they_are() -> None:
    text = codec_for(str)
    slices = [Cipher("a.b", text, search=search).slices for search in ([Exact(), Ngram(3)], Exact())]
    ((mine,), (theirs,)) = slices
    assert (mine.offset, mine.width, mine.labels) == (theirs.offset, theirs.width, theirs.labels)
    alone = Cipher("a.b", text, search=Ngram(3))
    assert alone.slices == ()
    assert alone.beside[0].position == 0
