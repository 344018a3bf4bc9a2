from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.sqlalchemy.backfill.sqlite_text import closing, fold, mentions, tokens

PIECES = st.sampled_from(
    [
        "a",
        "주민번호",
        "😀b",
        '"a ""b"""',
        "[c d]",
        "`e``f`",
        "'it''s'",
        "x'0F'",
        "1.5e+3",
        ".5",
        "(",
        ")",
        ",",
        "||",
    ]
)
BLANKS = st.sampled_from([" ", "\n", "\t", "/* , ( ' */", "-- ) '\n"])


@given(st.lists(st.tuples(PIECES, BLANKS)))
def test_tokens_are_the_pieces_between_blanks_and_comments(pieces: list[tuple[str, str]]) -> None:
    sql = "".join(piece + blank for piece, blank in pieces)
    found = tokens(sql)
    assert "".join(token.text for token in found) == "".join(piece for piece, _ in pieces)
    assert all(sql[token.start : token.end] == token.text for token in found)


@given(st.text())
def test_any_text_is_tokenised_without_losing_a_character(text: str) -> None:
    found = tokens(text)
    covered = {at for token in found for at in range(token.start, token.end)}
    rest = "".join(letter for at, letter in enumerate(text) if at not in covered)
    assert tokens(rest) == [] or "-" in rest or "/" in rest


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('"a ""b"""', 'a "b"'),
        ("[a b]", "a b"),
        ("`a``b`", "a`b"),
        ("'a'", "a"),
        ("회원$1", "회원$1"),
        ("1", None),
    ],
)
def test_a_token_spells_its_name_without_quotes(text: str, name: str | None) -> None:
    assert tokens(text)[0].name == name


def test_a_name_in_a_string_or_comment_is_no_mention() -> None:
    assert not mentions(tokens("check (a <> 'rrn') /* rrn */ -- rrn"), "rrn")
    assert mentions(tokens('check (length("RRN") > 0)'), "rrn")


def test_only_ascii_letters_lose_their_case() -> None:
    assert fold("ÄB주") == "Äb주"


def test_a_quoted_keyword_is_no_keyword() -> None:
    assert [token.says("CHECK") for token in tokens('check "check"')] == [True, False]


def test_a_parenthesis_that_never_closes_is_an_error() -> None:
    with pytest.raises(InputError, match="not well-formed"):
        closing(tokens("(a, (b)"), 0)
