"""The HTML report: self-contained, in both languages, and without a value."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.cli.scanning.invented import PHONES, RRNS, VALUES, csv


class Page(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data


def fill(here: Path) -> None:
    csv(here / "<b>고객</b>.csv", 주민번호=RRNS, phone=PHONES, colour=["red"] * 200)
    csv(here / "clean.csv", colour=["red"] * 20)
    (here / "notes.log").write_text(f"첫 줄\n연락 {PHONES[0]}\n" * 40, "utf-8")
    (here / "ragged.csv").write_text("a,b\n1,2\n1,2,3\n", "utf-8")
    nested = [json.dumps({"p": {"tel": phone}}) for phone in PHONES]
    (here / "n.jsonl").write_text("\n".join(nested), "utf-8")


@pytest.fixture
def pages(here: Path, run: Any) -> dict[str, str]:
    fill(here)
    found = {}
    for lang in ("ko", "en"):
        assert run(".", "--text", "--report", f"{lang}.html", "--lang", lang).exit_code == 1
        found[lang] = (here / f"{lang}.html").read_text("utf-8")
        (here / f"{lang}.html").unlink()
    return found


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_report_loads_nothing_runs_nothing_and_shows_no_value(pages: dict[str, str], lang: str) -> None:
    page = Page(pages[lang])
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form", "b"}
    assert not [value for value in VALUES if value in pages[lang]]
    outward = [
        attributes[name]
        for _, attributes in page.tags
        for name in ("href", "src")
        if name in attributes and not str(attributes[name]).startswith("#")
    ]
    assert outward == []
    assert "url(" not in pages[lang]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_the_report_speaks_korean_and_english(pages: dict[str, str]) -> None:
    korean, english = Page(pages["ko"]).text, Page(pages["en"]).text
    for word in ("개인정보 탐지 보고서", "주민등록번호", "평문, 암호화 의무", "읽지 못한 것", "95% 구간"):
        assert word in korean
        assert word not in english
    for word in (
        "Personal data scan",
        "resident registration number",
        "plain; must be encrypted",
        "Not read",
    ):
        assert word in english
        assert word not in korean
    assert not re.search("[가-힣]", english.replace("고객", "").replace("주민번호", ""))


def test_the_report_tells_shares_intervals_paths_and_places(
    pages: dict[str, str],
) -> None:
    text = Page(pages["en"]).text
    for part in (
        "100.0% (98.1%–100.0%)",
        "p.tel",
        "2:4, 4:4, 6:4",
        "ragged.csv",
        '"주민번호" = "drop"',
        "<b>고객</b>.csv › 주민번호: resident registration number",
        "clean.csv",
    ):
        assert part in text, part


def test_charts_name_their_shares_for_those_who_do_not_see_them(pages: dict[str, str]) -> None:
    assert re.search(r"<desc[^>]*>주민번호: 100% \(98%–100%\); phone: 100%", pages["ko"])


def test_labels_of_bars_stand_inside_the_drawing(pages: dict[str, str]) -> None:
    page = Page(pages["en"])
    for tag, attributes in page.tags:
        if tag == "rect":
            assert 0 <= float(attributes["x"] or 0) + float(attributes["width"] or 0) <= 400


def test_a_report_that_cannot_be_written_is_refused_before_the_scan(here: Path, run: Any) -> None:
    csv(here / "a.csv", phone=PHONES)
    assert "no such folder" in str(run("a.csv", "--report", "none/a.html").exception)
    assert run("a.csv", "--lang", "fr", "--report", "a.html").exit_code != 0
