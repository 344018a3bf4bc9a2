"""`safeguards assess`: what it prints and writes, and how it ends."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from safeguards.cli import main
from safeguards.cli.assess import command
from safeguards.errors import InputError, SafeguardsError
from safeguards.further_use import Assessment

ASSESSMENT = """
title = "통계"
policy = "policy.toml"

[use]
purpose = "statistics"
date = 2026-03-02
continuing = false
recipient = "internal"
abroad = false
marketing = false
model_training = false
joined_controllers = []
requester = { name = "김하나", role = "분석" }

[collection]
purpose = "member"
date = 2025-05-01

[input]
name = "members"

[input.columns]
"지역" = "kr_address"

[output]
file = "export.parquet"

[risk]
quasi_identifiers = ["지역"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    pq.write_table(pa.table({"지역": ["수도권"] * 30}), tmp_path / "export.parquet")
    policy = (Path(__file__).parents[2] / "safeguards/policy/reference/kr_company.toml").read_text(
        encoding="utf-8"
    )
    (tmp_path / "policy.toml").write_text(policy, encoding="utf-8")
    path = tmp_path / "assessment.toml"
    path.write_text(ASSESSMENT, encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def edit(file: Path, old: str, new: str) -> Path:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file


def test_an_adverse_finding_ends_with_1_and_an_open_question_with_2(file: Path) -> None:
    assert run(file).exit_code == 1  # the reference policy does not register addresses for members
    edit(file, 'purpose = "member"', 'purpose = "contract"')
    assert run(file).exit_code == 2


@pytest.mark.parametrize(("lang", "first"), [("ko", "확인되지 않은 것"), ("en", "What is not known")])
def test_the_unknown_is_printed_first_in_either_language(file: Path, lang: str, first: str) -> None:
    result = run(file, "--lang", lang)
    assert result.output.startswith(first)
    assert "Traceback" not in result.output


DECISION = """
[decision]
choice = "proceed"
reasons = "이유"
name = "최결정"
role = "책임자"
date = 2026-03-01
expires = 2026-09-01
fingerprint = "00"
"""


def test_the_summary_counts_what_is_adverse_beside_the_unknown(file: Path) -> None:
    facts = dict(line.split("\t")[:2] for line in run(file).output.splitlines() if "\t" in line)
    assert facts["구분"] == "내용"
    assert facts["중단 사유"] == "0건"
    assert facts["불리하거나 상충하는 것"] == "1건"
    assert int(facts["확인되지 않은 것"].removesuffix("건")) > 0
    assert facts["당초 수집 목적과의 관련성"] == "미확인, 불리·상충 1건"


def test_an_empty_list_says_so(file: Path) -> None:
    assert "중단 사유: 발견된 중단 사유가 없다.\n" in run(file).output


def test_a_void_decision_is_printed_with_its_reason(file: Path) -> None:
    assert "결정\t아직 없음\n" in run(file).output
    file.write_text(file.read_text(encoding="utf-8") + DECISION, encoding="utf-8")
    output = run(file).output
    assert "결정\t있으나 효력 없음: " in output
    assert "결정이 효력을 잃었다." in output


def test_json_is_one_document_that_equals_the_file_written(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "record.json"
    result = run(file, "--format", "json", "--json", target)
    assert json.loads(result.output) == json.loads(target.read_text(encoding="utf-8"))
    assert json.loads(result.output)["exit_code"] == result.exit_code == 1


def test_the_dossier_is_written_in_the_language_asked_for(file: Path, tmp_path: Path) -> None:
    for lang in ("ko", "en"):
        run(file, "--lang", lang, "--html", tmp_path / f"{lang}.html")
        assert f'<html lang="{lang}">' in (tmp_path / f"{lang}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["assessment.toml", "policy.toml", "export.parquet"])
def test_an_input_is_never_overwritten(file: Path, tmp_path: Path, name: str) -> None:
    before = (tmp_path / name).read_bytes()
    result = run(file, "--html", tmp_path / "sub" / ".." / name)
    assert isinstance(result.exception, InputError)
    assert "is read by this assessment" in str(result.exception)
    assert (tmp_path / name).read_bytes() == before


def test_a_failure_of_the_engine_is_3_and_quotes_no_value(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("kim@example.com")

    monkeypatch.setattr(Assessment, "run", fail)
    result = run(file)
    assert isinstance(result.exception, SafeguardsError)
    assert result.exception.exit_code == 3
    assert str(result.exception) == "the assessment failed (ValueError)"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["absent.toml"], 64, "absent.toml: cannot be read"),
        (["assessment.toml", "--lang", "fr"], 64, "'fr' is not one of"),
        (["assessment.toml", "--html", "absent/x.html"], 64, "cannot be written"),
        ([], 64, "Missing argument"),
    ],
)
def test_bad_input_is_one_line_on_standard_error(
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["safeguards", "assess", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == code
    assert words in said
    assert said.startswith("safeguards: ")
    assert said.count("\n") == 1
