"""`safeguards reverse`: recorded, by the manifest, and every refusal one line."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from safeguards import Keyring, use
from safeguards.cli.reverse import command
from safeguards.errors import InputError, KeyringError, Unrecorded
from safeguards.pipeline import Pipeline
from safeguards.pseudonyms import FormatPreserving, Token

PHONES = ["010-1234-5678", "010-8765-4321"]
WHO = ["--actor", "dpo-1", "--purpose", "민원", "--reason", "case 7", "--log", "log.jsonl"]


@pytest.fixture
def folder(tmp_path: Path, ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text(
        "전화,이메일\n" + "".join(f"{phone},a@x.kr\n" for phone in PHONES), "utf-8"
    )
    pipeline = Pipeline(
        {"전화": FormatPreserving(item="kr_phone"), "이메일": Token(item="email")}, domain="ads"
    )
    pipeline.run_file("in.csv", "made.parquet")
    pipeline.run_file("in.csv", "made.csv", manifest="made.json")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def events() -> list[dict[str, object]]:
    return [json.loads(line) for line in Path("log.jsonl").read_text("utf-8").splitlines()]


def test_a_file_comes_back_and_the_log_says_who_did_it(folder: Path) -> None:
    done = run("made.parquet", "out.parquet", "--columns", "전화", *WHO)
    assert done.exit_code == 0
    assert pq.read_table("out.parquet")["전화"].to_pylist() == PHONES
    assert stat.S_IMODE(os.stat("out.parquet").st_mode) == 0o600
    assert [event["details"]["step"] for event in events()] == ["intent", "done"]  # type: ignore[index]
    assert {(event["actor"], event["purpose"], event["reason"]) for event in events()} == {
        ("dpo-1", "민원", "case 7")
    }
    for shown in (done.output, Path("log.jsonl").read_text("utf-8")):
        assert "010-" not in shown


def test_a_preview_counts_and_writes_no_file(folder: Path) -> None:
    before = set(os.listdir(folder))
    done = run("made.csv", "--preview", "--manifest", "made.json", "--format", "json", *WHO)
    assert json.loads(done.output)["전화"]["matched"] == 2
    assert set(os.listdir(folder)) - before == {"log.jsonl"}
    assert "1.0000" in run("made.parquet", "--preview", *WHO).output
    assert len(events()) == 4


def test_keys_given_by_options_are_those_in_hand(folder: Path) -> None:
    use(None)
    keys = ["--keys", "sqlite:///keys.db", "--provider", "local:master.key"]
    with pytest.raises(KeyringError, match="no keyring 'default'"):
        run("made.parquet", "out.parquet", *WHO)
    assert run("made.parquet", "out.parquet", *keys, *WHO).exit_code == 0
    Keyring.create("sqlite:///other.db", "local:other.key").close()
    other = ["--keys", "sqlite:///other.db"]
    with pytest.raises(KeyringError, match="these are of key"):
        run("made.parquet", "other.parquet", *other, *WHO)
    assert not Path("other.parquet").exists()
    assert events()[-1]["details"]["step"] == "failed"  # type: ignore[index]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["made.parquet", *WHO], "either a TARGET file or --preview"),
        (["made.parquet", "out.csv", "--preview", *WHO], "either a TARGET file or --preview"),
        (["made.parquet", "log.jsonl", *WHO], "the log and the target are one file"),
        (["made.parquet", "out.csv", "--columns", "이메일", *WHO], "token is one-way"),
        (["made.parquet", "out.csv", "--columns", "전화,없음", *WHO], "no column '없음'"),
        (["made.csv", "out.csv", *WHO], "only Parquet files carry"),
        (["none.parquet", "out.csv", *WHO], "no such file"),
        (["made.parquet", "made.parquet", *WHO], "one file"),
        (["made.parquet", "out.csv", *WHO[:-2], "--log", os.devnull], "is no file but a pipe or a device"),
        (["made.parquet", "out.csv", *WHO[:-2], "--log", "none/log"], "no events can be recorded there"),
        (["made.parquet", "out.csv", *WHO, "--reason", " "], "needs reason="),
        (["made.parquet", "out.csv", *WHO, "--provider", "local:x"], "--provider goes with --keys"),
    ],
)
def test_wrong_arguments_are_one_line_and_leave_no_file(
    folder: Path, arguments: list[str], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        run(*arguments)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 64
    assert not Path("out.csv").exists()


@pytest.mark.parametrize("missing", ["--actor", "--purpose", "--reason", "--log"])
def test_who_why_and_where_it_is_recorded_are_asked_for(folder: Path, missing: str) -> None:
    place = WHO.index(missing)
    done = CliRunner().invoke(command, ["made.parquet", "out.csv", *WHO[:place], *WHO[place + 2 :]])
    assert done.exit_code != 0
    assert missing in done.output
    assert not Path("out.csv").exists()


def test_a_log_whose_disk_is_full_shows_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    Path("log.jsonl").touch()
    monkeypatch.setattr("safeguards.audit.json_lines.os.fsync", full)
    with pytest.raises(Unrecorded, match="nothing is shown") as caught:
        run("made.parquet", "out.csv", *WHO)
    assert caught.value.exit_code == 3
    assert not Path("out.csv").exists()


@pytest.mark.slow
def test_the_installed_command_ends_with_the_documented_codes(folder: Path) -> None:
    def code(*arguments: str, **environment: str) -> tuple[int, str]:
        line = [sys.executable, "-c", "from safeguards.cli import main; main()", "reverse", *arguments]
        done = subprocess.run(line, capture_output=True, text=True, check=False, env=os.environ | environment)
        return done.returncode, done.stderr

    keys = {"SAFEGUARDS_KEYRING": "sqlite:///keys.db local:master.key"}
    assert code("made.parquet", "out.csv", *WHO, **keys) == (0, "")
    assert code("made.parquet", "out.csv", "--columns", "이메일", *WHO, **keys)[0] == 64
    assert code("made.parquet", "out.csv", **keys)[0] == 64
    assert code("made.parquet", "x.csv", *WHO, SAFEGUARDS_KEYRING="sqlite:///none.db local:none")[0] == 3
