"""Assessment files: what is missing or odd gives one line; hostile names do no harm."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pyarrow as pa
import pytest

from safeguards.errors import InputError
from safeguards.further_use import Assessment, dossier
from safeguards.report import LANGUAGES, render

HOSTILE = '</title><script>alert(1)</script><img src=x onerror="x">\'&\u202eevil\x07'


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('title = "회원 이용 통계 2026"', "", "title: is missing; it needs a text"),
        ('title = "회원 이용 통계 2026"', 'title = "적법성 확인"', "title: holds the legal verdict '적법'"),
        ('policy = "policy.toml"', "", "policy: is missing"),
        ('policy = "policy.toml"', 'policy = "absent.toml"', "absent.toml: cannot be read"),
        ('purpose = "statistics"', "", "use.purpose: is missing"),
        ('role = "데이터분석팀"', 'rôle = "x"', "is not TOML"),
        ('name = "김하나", ', "", "use.requester.name: is missing"),
        ("continuing = false", 'continuing = "no"', "use.continuing: needs true or false"),
        (
            "marketing = false",
            "marketting = false",
            "use.marketting: is not known here; did you mean 'marketing'?",
        ),
        (
            "joined_controllers = []",
            "joined_controllers = false",
            "use.joined_controllers: needs a list of texts",
        ),
        ('purpose = "member"', "", "collection.purpose: is missing"),
        ("date = 2025-05-01", 'date = "2025-05-01"', "collection.date: needs a date without quotes"),
        ('name = "members"', "", "input.name: is missing"),
        (
            '"이메일" = "email"',
            '"이메일" = "e-mail"',
            "input.columns.이메일: e-mail is no item of the toolkit",
        ),
        ('"이메일" = "email"', '"이메일" = 3', "input.columns.이메일: needs a text"),
        ('file = "export.parquet"', "", "output.file: is missing"),
        ('file = "export.parquet"', 'file = "absent.parquet"', "no such file"),
        ('file = "export.parquet"', 'file = "policy.toml"', "the ending says no kind of file"),
        ('manifest = "export.json"', 'manifest = "absent.json"', "absent.json: cannot be read"),
        ('manifest = "export.json"', 'manifest = "policy.toml"', "policy.toml: not a manifest"),
        ("minimum_k = 5", "minimum_k = 0", "risk.minimum_k: needs a number from 1 to"),
        ("minimum_k = 5", "minimum_k = 2.5", "risk.minimum_k: needs a whole number"),
        ('["생년월일", "지역"]', '"생년월일"', "risk.quasi_identifiers: needs a list of texts"),
        ("[risk]", "[risks]", "risks: is not known here; did you mean 'risk'?"),
    ],
)
def test_a_fault_gives_one_line_naming_file_and_key(desk: Any, old: str, new: str, problem: str) -> None:
    with pytest.raises(InputError) as raised:
        desk.edit(old, new).run()
    assert problem in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_file_gives_one_line(desk: Any) -> None:
    with pytest.raises(InputError, match=r"absent\.toml: cannot be read: No such file"):
        Assessment.load(desk.folder / "absent.toml")


@pytest.mark.parametrize("content", ["", "not parquet", "PAR1"])
def test_a_damaged_output_gives_one_line(desk: Any, content: str) -> None:
    desk.output.write_text(content)
    with pytest.raises(InputError, match=r"export\.parquet: .*(not a Parquet file|empty)"):
        desk.run()


def test_input_without_columns_gives_one_line(desk: Any) -> None:
    text = desk.file.read_text(encoding="utf-8")
    head, tail = text.split("[input.columns]")[0], text[text.index("[output]") :]
    desk.file.write_text(f"{head}[input.columns]\n{tail}", encoding="utf-8")
    with pytest.raises(InputError, match=r"input\.columns: is empty"):
        desk.run()


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_names_full_of_markup_stay_text(desk: Any) -> None:
    quoted = HOSTILE.replace("\x07", "").replace("\\", "\\\\").replace('"', '\\"')
    desk.rewrite(lambda table: table.append_column(HOSTILE, pa.array(["x"] * len(table))))
    desk.edit('title = "', f'title = "{quoted}').edit('name = "김하나"', f'name = "{quoted}"')
    desk.edit('recipient = "internal"', f'recipient = "{quoted}"')
    desk.manifest(lambda document: document["domain"].update(name=HOSTILE))
    for lang in LANGUAGES:
        page = render(dossier(desk.run()), lang)
        seen = _Tags()
        seen.feed(page)
        assert not seen.tags & {"script", "img", "iframe", "object", "embed", "base", "form"}
        assert not [name for name in seen.attributes if name.startswith("on")]
        assert not {"\u202e", "\x07"} & set(page)
        assert "\\u202eevil\\u0007" in page


def test_names_in_decomposed_form_are_the_same_names(desk: Any) -> None:
    from unicodedata import normalize

    desk.rewrite(lambda table: table.rename_columns([normalize("NFD", name) for name in table.schema.names]))
    found = desk.found()
    assert found["relation.columns"].status.value == "supports"
    assert found["safety.output"].status.value == "supports"
    assert found["infringement.k"].status.value == "supports"
    assert found["infringement.minors:생년월일"].status.value == "supports"


def test_the_page_loads_nothing(desk: Any) -> None:
    page = render(dossier(desk.run()))
    assert not re.findall(r"https?:|url\(|@import|src=|<link|javascript:", page)
    assert "default-src 'none'" in page
