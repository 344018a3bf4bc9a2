"""Lists of words as one expression."""

from __future__ import annotations

import re
import re._compiler as compiler
import re._parser as parser

from hypothesis import given
from hypothesis import strategies as st

from safeguards.items.trie import branches, trie

WORDS = st.lists(st.text("ab가.]^-\\ ", min_size=1, max_size=5), min_size=1, max_size=12)


@given(words=WORDS, text=st.text("ab가.]^-\\ ", max_size=6))
def test_it_matches_the_words_and_nothing_else(words: list[str], text: str) -> None:
    expression = re.compile(trie(words))
    assert all(expression.fullmatch(word) for word in words)
    assert (expression.fullmatch(text) is not None) == (text in words)


@given(words=WORDS, text=st.text("ab가.]^-\\ ", max_size=12))
def test_the_longest_word_that_fits_is_taken(words: list[str], text: str) -> None:
    found = re.match(trie(words), text)
    fitting = [word for word in words if text.startswith(word)]
    assert (found.group() if found else None) == max(fitting, key=len, default=None)


def test_re_skips_to_the_letters_that_words_begin_with() -> None:
    expression = "|".join(branches(["계좌", "통장", "예금주", "KB", "K뱅크"]))
    assert compiler._get_charset_prefix(parser.parse(expression), 0)
