"""Texts by line and column: exact places, bounded memory, and comments that allow."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.detection import Detector
from safeguards.detection.lines import LONGEST_PIECE, MOST_PLACES, TextScan, is_binary, scan_text

DETECTOR = Detector(entities=["KR_RRN", "PHONE_NUMBER"])
RRN, PHONE = "900101-1234568", "010-2345-6789"


def scan(text: str | bytes, **options: Any) -> TextScan:
    data = text.encode() if isinstance(text, str) else text
    return scan_text(io.BytesIO(data), "a.txt", DETECTOR, **options)


def places(text: str | bytes) -> list[tuple[str, int, int]]:
    return [(place.entity, place.line, place.column) for place in scan(text).places]


def test_lines_and_columns_count_characters_from_one() -> None:
    assert places(f"가나다\n😀 {PHONE} 와 {RRN}\r\n\n{RRN}") == [
        ("PHONE_NUMBER", 2, 3),
        ("KR_RRN", 2, 19),
        ("KR_RRN", 4, 1),
    ]


def test_a_byte_order_mark_is_no_column() -> None:
    assert places(b"\xef\xbb\xbf" + PHONE.encode()) == [("PHONE_NUMBER", 1, 1)]
    assert places(PHONE.encode("utf-16")) == [("PHONE_NUMBER", 1, 1)]


def test_a_line_longer_than_a_piece_is_read_whole_and_nothing_is_told_twice() -> None:
    for before in range(LONGEST_PIECE - 16, LONGEST_PIECE + 3):
        text = "가" * before + f" {RRN} " + "나" * LONGEST_PIECE + f" {PHONE} "
        expected = [("KR_RRN", 1, before + 2), ("PHONE_NUMBER", 1, before + LONGEST_PIECE + 18)]
        assert places(text) == expected, before
    assert scan(text).lines == 1


def test_all_places_are_counted_and_the_first_thousand_told() -> None:
    found = scan(f"{PHONE}\n" * (MOST_PLACES + 500))
    assert found.counts == {"PHONE_NUMBER": MOST_PLACES + 500}
    assert len(found.places) == MOST_PLACES
    assert found.lines == MOST_PLACES + 500


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("# safeguards: allow", []),
        ("// safeguards:allow", []),
        ("<!-- safeguards: allow KR_RRN, kr_phone -->", []),
        ("# safeguards: allow KR_RRN", ["PHONE_NUMBER"]),
        ("# safeguards: allow kr_phone", ["KR_RRN"]),
        ("# safeguards: allow=PHONE_NUMBER", ["KR_RRN"]),
        ("# safeguards: allowed", ["KR_RRN", "PHONE_NUMBER"]),
        ("# allow", ["KR_RRN", "PHONE_NUMBER"]),
    ],
)
def test_a_comment_allows_what_stands_on_its_line(comment: str, left: list[str]) -> None:
    found = scan(f"{RRN} {PHONE} {comment}\n{RRN}\n")
    assert [place.entity for place in found.places if place.line == 1] == left
    assert [place.entity for place in found.places if place.line == 2] == ["KR_RRN"]
    assert found.allowed == 2 - len(left)


def test_a_comment_allows_what_stands_on_the_next_line_and_on_no_further_one() -> None:
    text = f"# safeguards: allow-next-line KR_RRN\n{RRN} {PHONE}\n{RRN}\n"
    assert places(text) == [("PHONE_NUMBER", 2, 16), ("KR_RRN", 3, 1)]


def test_no_scan_holds_a_value() -> None:
    assert RRN not in repr(scan(f"{RRN}\n"))


def test_an_empty_text_has_no_lines() -> None:
    assert (scan("").lines, scan("").places) == (0, ())


def test_what_cannot_be_decoded_is_left_out() -> None:
    assert places(b"\xff\x81 " + PHONE.encode()) == [("PHONE_NUMBER", 1, 4)]


@pytest.mark.parametrize(
    ("head", "binary"),
    [
        (b"text", False),
        (b"", False),
        (b"a\0b", True),
        ("가".encode("utf-16"), False),
        (b"\x89PNG\r\n\0", True),
    ],
)
def test_a_nul_makes_a_file_binary_unless_it_is_utf_16(head: bytes, binary: bool) -> None:
    assert is_binary(head) is binary


LINES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x85\u2028\u2029"), max_size=20)
)


@given(lines=LINES, at=st.integers(0, 5))
def test_a_value_is_told_where_it_stands(lines: list[str], at: int) -> None:
    lines = ["", *lines, ""]
    at %= len(lines)
    before = lines[at] = lines[at].replace("safeguards", "")
    lines[at] = f"{before} {RRN} "
    found = scan("\n".join(lines).encode("utf-8", "surrogatepass"), encoding="utf-8")
    assert ("KR_RRN", at + 1, len(before) + 2) in {
        (place.entity, place.line, place.column) for place in found.places
    }
