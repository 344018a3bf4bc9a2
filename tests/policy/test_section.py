"""Strict reading of TOML: every fault is one line naming file and key."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.policy import Section


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


def section(**table: Any) -> Section:
    return Section(table, "file.toml", "outer")


@pytest.mark.parametrize(
    ("read", "problem"),
    [
        (lambda s: s.text("missing"), "outer.missing: is missing; it needs a text"),
        (lambda s: s.text("number"), "outer.number: needs a text"),
        (lambda s: s.text("blank"), "outer.blank: is empty"),
        (lambda s: s.text("long"), "outer.long: is longer than 4000 characters"),
        (lambda s: s.text("control"), "outer.control: holds a control character"),
        (lambda s: s.day("text"), "outer.text: needs a date without quotes"),
        (lambda s: s.day("moment"), "outer.moment: needs a date without quotes"),
        (lambda s: s.flag("number", default=False), "outer.number: needs true or false"),
        (lambda s: s.choice("text", Colour), "outer.text: needs one of red, blue"),
        (lambda s: s.choice("missing", Colour), "outer.missing: is missing; it needs one of red, blue"),
        (lambda s: s.texts("text"), "outer.text: needs a list of texts"),
        (lambda s: s.texts("mixed"), "outer.mixed: needs a list of texts"),
        (lambda s: s.texts("twice"), "outer.twice: names something twice"),
        (lambda s: s.section("text"), "outer.text: needs a table"),
        (lambda s: s.sections("mixed"), "outer.mixed: needs an array of tables"),
        (lambda s: s.maybe_number("number", 5, 9), "outer.number: needs a number from 5 to 9"),
        (lambda s: s.maybe_number("yes", 0, 9), "outer.yes: needs a number from 0 to 9"),
    ],
)
def test_a_wrong_value_is_named_with_its_key(read: Callable[[Section], Any], problem: str) -> None:
    import datetime

    table = section(
        number=3,
        text="green",
        blank="  ",
        long="x" * 4001,
        control="a\x1bb",
        moment=datetime.datetime(2025, 1, 1),
        mixed=["a", 1],
        twice=["a", "a "],
        yes=True,
    )
    with pytest.raises(InputError) as raised:
        read(table)
    assert str(raised.value).startswith(f"file.toml: {problem}")
    assert "\n" not in str(raised.value)


def test_a_key_nobody_reads_is_refused_with_the_nearest_known_one() -> None:
    table = section(purpose="a", purpos="b")
    table.text("purpose")
    with pytest.raises(InputError, match=r"outer\.purpos: is not known here; did you mean \'purpose\'\?"):
        table.close()


def test_text_is_read_in_composed_form() -> None:
    assert section(name=" 홍길동 ").text("name") == "홍길동"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a = ", "is not TOML"),
        (b"a = 1\na = 2", "is not TOML"),
        (b"a = 2025-02-30", "is not TOML"),
        ("a = '가'".encode("cp949"), "is not UTF-8"),
        (b"a = " + b"[" * 100_000, "is not TOML"),
        (b"a = " + b"9" * 5_000, "is not TOML"),
    ],
)
def test_a_damaged_file_gives_one_line(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "정책.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem) as raised:
        Section.open(path)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_an_input_error(tmp_path_factory: Any, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.toml"
    path.write_bytes(content)
    said = ""
    try:
        Section.open(path)
    except InputError as error:
        said = str(error)
    assert "\n" not in said


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    path = tmp_path / "bom.toml"
    path.write_text("a = '가'", encoding="utf-8-sig")
    assert Section.open(path).text("a") == "가"


@pytest.mark.parametrize("path", ["absent.toml", ".", "a\x00b"])
def test_what_cannot_be_opened_gives_one_line(tmp_path: Path, path: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Section.open(f"{tmp_path}/{path}")
