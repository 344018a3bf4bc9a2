"""The command itself: what it says when it is told nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from safeguards.cli.app import run


@pytest.mark.parametrize("arguments", [[], ["keys"]])
def test_no_command_shows_the_help_and_exits_64(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["safeguards", *arguments])
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 64
    said = capsys.readouterr().err
    assert said.startswith("Usage: ")
    assert "Commands:" in said


def test_what_nobody_foresaw_is_one_line_without_a_value_and_ends_with_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*args: object) -> None:
        raise ValueError("900101-1234568")

    (tmp_path / "a.csv").write_text("a\nb\n", "utf-8")
    monkeypatch.setattr("safeguards.cli.scanning.targets.scan_target", fail)
    monkeypatch.setattr(sys, "argv", ["safeguards", "scan", str(tmp_path / "a.csv")])
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 3
    said = capsys.readouterr().err
    assert said.splitlines()[-1].startswith("safeguards: the engine failed: ValueError in cli")
    assert "900101" not in said


def test_sigterm_undoes_what_is_half_done_and_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    undone = []

    def ended(*args: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)  # a second one
            undone.append(True)

    (tmp_path / "a.csv").write_text("a\nb\n", "utf-8")
    monkeypatch.setattr("safeguards.cli.scanning.targets.scan_target", ended)
    monkeypatch.setattr(sys, "argv", ["safeguards", "scan", str(tmp_path / "a.csv")])
    with pytest.raises(SystemExit) as caught:
        run()
    assert (caught.value.code, undone) == (3, [True])
    assert capsys.readouterr().err == "safeguards: ended by SIGTERM\n"
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_output_that_nobody_reads_to_its_end_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("rrn\n900101-1234568\n", "utf-8")
    call = "from safeguards.cli.app import run; run()"
    command = [sys.executable, "-c", call, "scan", str(tmp_path / "a.csv"), "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as scan:
        assert scan.stdout is not None
        assert scan.stderr is not None
        scan.stdout.close()
        said = scan.stderr.read()
    assert scan.returncode == 3
    assert b"Traceback" not in said


def test_a_command_that_is_none_is_told_with_the_one_most_like_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["safeguards", "pseudonymize"])
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 64
    assert capsys.readouterr().err.endswith("assess; did you mean 'pseudonymise'?\n")
