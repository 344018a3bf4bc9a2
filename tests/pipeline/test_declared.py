"""Pipelines as TOML files."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.pipeline import Pipeline
from safeguards.pseudonyms import Domain

WHOLE = """
purpose = "통계"
domain = "ads-2026"

[columns]
rrn = "drop"
phone = {transform = "mask", item = "kr_phone"}
"이메일" = {transform = "token", item = "email"}

[columns.age]
transform = "generalise"
band = 10
"""


def test_a_file_says_what_the_call_says(
    ring: Keyring, tmp_path: Path, members: pa.Table, pipeline: Pipeline
) -> None:
    (tmp_path / "p.toml").write_text(WHOLE, "utf-8")
    declared = Pipeline.from_toml(tmp_path / "p.toml")
    assert declared.steps == pipeline.steps
    assert declared.purpose == pipeline.purpose
    assert declared.run(members).equals(pipeline.run(members))


def test_a_domain_can_name_its_keyring_and_epoch(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(
        'domain = {name = "a", keyring = "k", epoch = 2}\n[columns]\nx = "token"\n'
    )
    assert Pipeline.from_toml(tmp_path / "p.toml").domain == Domain("a", "k", 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('colums = 1\n[columns]\na = "drop"', "no setting 'colums'"),
        ('domain = "d"', r"needs a table \[columns\]"),
        ("columns = []", r"needs a table \[columns\]"),
        ("[columns", "not TOML"),
        pytest.param("columns = " + "[" * 50_000, "nested too deeply", id="deep"),
        ('domain = {name = "d", keyring = ""}\n[columns]\na = "token"', "keyring is the name"),
        ('[columns]\n이메일 = "drop"', "need quotes"),
        ('[columns]\na = "md5"', "column 'a': names no transform"),
        ('[columns]\na = {transform = "token", itm = "email"}', "column 'a': token has no setting 'itm'"),
        ('[columns]\na = {transform = "token", item = "mail"}', "column 'a': unknown item 'mail'"),
        ('[columns]\na = "token"', "column 'a': token is keyed"),
        ('domain = 5\n[columns]\na = "drop"', "domain is a name"),
        ('domain = {epoch = 1}\n[columns]\na = "drop"', "domain is a name"),
        ('purpose = 5\n[columns]\na = "drop"', "purpose is text"),
        ('[columns]\nrrn = "keep"', "column 'rrn' is a resident registration number"),
        ('unlisted = "all"\n[columns]\na = "drop"', "unlisted='all'"),
    ],
)
def test_a_file_that_says_something_else_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "p.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=message) as caught:
        Pipeline.from_toml(tmp_path / "p.toml")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Pipeline.from_toml(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"purpose = '\xe9'")
    with pytest.raises(InputError, match="not UTF-8"):
        Pipeline.from_toml(tmp_path / "latin.toml")
