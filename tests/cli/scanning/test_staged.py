"""What git has staged, with git itself: the index and not the work tree, whatever files are called."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from safeguards.errors import InputError
from tests.cli.scanning.invented import PHONES, RRNS, csv

ROOT = Path(__file__).parents[3]


def git(*arguments: str, ok: bool = True) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is ok, done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def repository(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    git("init", "-q", "-b", "main")
    for key, value in {"user.name": "t", "user.email": "t@example.com", "core.quotepath": "true"}.items():
        git("config", key, value)
    return here


def commit() -> None:
    git("add", "-A")
    git("commit", "-q", "--no-verify", "-m", "before")


def staged(report: Any, *options: str) -> dict[str, Any]:
    texts = report("--staged", *options)["texts"]
    return {text["file"]: text["entities"] for text in texts if text["entities"]}


def test_the_index_is_scanned_and_not_the_work_tree(repository: Path, report: Any) -> None:
    (repository / "a.txt").write_text(f"{RRNS[0]}\n", "utf-8")
    (repository / "b.txt").write_text("nothing\n", "utf-8")
    git("add", "-A")
    (repository / "a.txt").write_text("nothing\n", "utf-8")
    (repository / "b.txt").write_text(f"{RRNS[0]}\n", "utf-8")
    assert staged(report) == {"a.txt": {"KR_RRN": 1}}


def test_before_the_first_commit_and_after_it(repository: Path, run: Any) -> None:
    (repository / "a.txt").write_text(f"{RRNS[0]}\n", "utf-8")
    git("add", "-A")
    assert run("--staged").exit_code == 1
    commit()
    result = run("--staged")
    assert (result.exit_code, result.output) == (0, "")


def test_renamed_copied_and_executable_files_are_scanned_and_deleted_ones_are_not(
    repository: Path, report: Any
) -> None:
    for name, rrn in zip("abcd", RRNS, strict=False):
        (repository / name).write_text(f"{rrn}\n" + "filler\n" * 20, "utf-8")
    commit()
    git("mv", "a", "renamed")
    (repository / "b").rename(repository / "changed on the way")
    (repository / "changed on the way").write_text(f"{RRNS[1]}\n" + "filler\n" * 21, "utf-8")
    (repository / "c").unlink()
    (repository / "d").chmod(0o755)
    git("add", "-A")
    assert set(staged(report)) == {"renamed", "changed on the way", "d"}


@pytest.mark.parametrize("name", ["고객 명단.txt", "tab\there", "new\nline", 'quo"te', "[a-z]*.txt", "-dash"])
def test_files_may_be_called_anything(repository: Path, report: Any, name: str) -> None:
    (repository / name).write_text(f"{RRNS[0]}\n", "utf-8")
    git("add", "-A")
    assert staged(report) == {name: {"KR_RRN": 1}}
    assert staged(report, "--", name) == {name: {"KR_RRN": 1}}


def test_names_that_are_no_utf_8_are_scanned_and_told(repository: Path) -> None:
    name = os.fsdecode("명단.txt".encode("cp949"))
    Path(name).write_text(f"{RRNS[0]}\n", "utf-8")
    git("add", "-A")
    command = [sys.executable, "-c", "from safeguards.cli import main; main()", "scan", "--staged"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    as_json, as_text = (
        subprocess.run([*command, *extra], capture_output=True, env=environment, check=False)
        for extra in (("--format", "json"), ())
    )
    assert (as_json.returncode, as_text.returncode) == (1, 1), as_json.stderr
    assert [text["file"] for text in json.loads(as_json.stdout)["texts"]] == [name]
    assert b"KR_RRN" in as_text.stdout


def test_named_files_are_scanned_as_they_stand_in_the_index_changed_or_not(
    repository: Path, report: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "deep").mkdir()
    for name in ("a.txt", "deep/b.txt"):
        (repository / name).write_text(f"{RRNS[0]}\n", "utf-8")
    commit()
    assert staged(report, "a.txt") == {"a.txt": {"KR_RRN": 1}}
    monkeypatch.chdir(repository / "deep")
    assert staged(report, "b.txt", "../a.txt") == {"deep/b.txt": {"KR_RRN": 1}, "a.txt": {"KR_RRN": 1}}


def test_a_file_that_is_not_in_the_index_and_a_folder_without_git_are_refused(
    repository: Path, run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (repository / "new.txt").write_text("x", "utf-8")
    assert "not in git's index: new.txt" in str(run("--staged", "new.txt").exception)
    monkeypatch.chdir(tmp_path)
    result = run("--staged")
    assert isinstance(result.exception, InputError)
    assert "this folder is in none" in str(result.exception)


def test_without_git_the_message_says_so(repository: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "git, which is not installed" in str(run("--staged").exception)


def test_binary_files_links_and_submodules_are_passed_over(repository: Path, report: Any) -> None:
    (repository / "picture.png").write_bytes(b"\x89PNG\0" + RRNS[0].encode())
    (repository / "link").symlink_to(f"{RRNS[0]}")
    git("init", "-q", "inner")
    (repository / "inner" / "x.txt").write_text(RRNS[0], "utf-8")
    git("-C", "inner", "add", "-A")
    git("-C", "inner", "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "x")
    git("-c", "advice.addEmbeddedRepo=false", "add", "-A")
    document = report("--staged")
    assert (document["texts"], document["tables"], document["unread"]) == ([], [], [])


def test_tables_are_scanned_by_columns_from_the_index(repository: Path, report: Any) -> None:
    csv(repository / "고객.csv", 주민번호=[rrn.replace("-", "") for rrn in RRNS], color=["red"] * 200)
    engine = sa.create_engine(f"sqlite:///{repository / 'app.data'}")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE member (phone text)"))
        connection.execute(sa.text("INSERT INTO member VALUES (:p)"), [{"p": phone} for phone in PHONES])
    engine.dispose()
    git("add", "-A")
    (repository / "고객.csv").unlink()
    document = report("--staged")
    found = {
        table["file"]: [c["column"] for c in table["columns"] if c["entity"]] for table in document["tables"]
    }
    assert found == {"고객.csv": ["주민번호"], "app.data:member": ["phone"]}
    assert document["failing"] == [{"table": "고객.csv", "column": "주민번호", "entity": "KR_RRN"}]
    assert {table["table"] for table in document["tables"]} == {"고객", "member"}


def test_a_table_that_cannot_be_read_hides_no_other_of_its_file(repository: Path, report: Any) -> None:
    engine = sa.create_engine(f"sqlite:///{repository / 'app.data'}")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE a AS SELECT CAST(x'ff41' AS TEXT) AS broken"))
        connection.execute(sa.text("CREATE TABLE member (phone text)"))
        connection.execute(sa.text("INSERT INTO member VALUES (:p)"), [{"p": phone} for phone in PHONES])
    engine.dispose()
    git("add", "-A")
    document = report("--staged")
    assert [table["file"] for table in document["tables"]] == ["app.data:member"]
    (unread,) = document["unread"]
    assert (unread["file"], "not UTF-8" in unread["error"]) == ("app.data:a", True)


def test_a_file_too_large_is_told_and_blocks_a_large_picture_does_not(repository: Path, run: Any) -> None:
    (repository / "big.txt").write_bytes(b"filler\n" * 300_000)
    (repository / "big.png").write_bytes(b"\0" * 2_000_000)
    git("add", "-A")
    result = run("--staged", "--max-size", "1")
    assert result.exit_code == 2
    assert "not read: big.txt: 2 MB are more than the 1 of --max-size; not read" in result.output
    assert "big.png" not in result.output
    assert run("--staged", "--max-size", "3").exit_code == 0


def test_a_damaged_table_is_told_by_its_own_name(repository: Path, run: Any) -> None:
    (repository / "ragged.csv").write_text("a,b\n1,2\n1,2,3\n", "utf-8")
    git("add", "-A")
    result = run("--staged")
    assert result.exit_code == 2
    assert "not read: ragged.csv: line 3: 3 cells" in result.output


def test_comments_and_a_baseline_allow(repository: Path, run: Any) -> None:
    (repository / "a.py").write_text(f'EXAMPLE = "{RRNS[0]}"  # safeguards: allow KR_RRN\n', "utf-8")
    git("add", "-A")
    assert run("--staged").exit_code == 0
    (repository / "b.py").write_text(f'EXAMPLE = "{RRNS[0]}"\n', "utf-8")
    git("add", "-A")
    assert run("--staged").exit_code == 1
    assert run("--staged", "--baseline", "known.json", "--update-baseline").exit_code == 0
    assert run("--staged", "--baseline", "known.json").exit_code == 0


def hook(folder: Path) -> None:
    path = folder / ".git" / "hooks" / "pre-commit"
    start = f'"{sys.executable}" -c "from safeguards.cli import main; main()"'
    path.write_text(f"#!/bin/sh\nexec env PYTHONPATH={ROOT} {start} scan --staged\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_as_a_hook_it_stops_a_commit_and_shows_no_value(repository: Path) -> None:
    hook(repository)
    (repository / "고객.txt").write_text(f"{RRNS[0]}\n", "utf-8")
    git("add", "-A")
    told = git("commit", "-m", "x", ok=False)
    assert "KR_RRN" in told
    assert RRNS[0] not in told
    (repository / "고객.txt").write_text("nothing\n", "utf-8")
    git("add", "-A")
    git("commit", "-q", "-m", "x")


@pytest.mark.slow
def test_a_commit_of_some_files_scans_what_it_commits(repository: Path) -> None:
    (repository / "a.txt").write_text("nothing\n", "utf-8")
    commit()
    hook(repository)
    (repository / "a.txt").write_text(f"{RRNS[0]}\n", "utf-8")
    told = git("commit", "-m", "only this file, by way of a temporary index", "a.txt", ok=False)
    assert "KR_RRN" in told
    git("commit", "-am", "and by -a", ok=False)
    (repository / "a.txt").write_text("something\n", "utf-8")
    (repository / "b.txt").write_text(f"{RRNS[0]}\n", "utf-8")
    git("add", "b.txt")
    git("commit", "-q", "-m", "what is staged besides stays out", "--only", "a.txt")


def test_the_hook_that_pre_commit_reads_names_a_command_that_runs(repository: Path, run: Any) -> None:
    yaml = pytest.importorskip("yaml")
    (only,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    program, command, *options = only["entry"].split()
    assert (program, command) == ("safeguards", "scan")
    (repository / "a.txt").write_text(f"{RRNS[0]}\n", "utf-8")
    git("add", "-A")
    assert run(*options, "a.txt").exit_code == 1
