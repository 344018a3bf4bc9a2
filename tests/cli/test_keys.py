from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

STORE = ["--keys", "sqlite:///keys.db", "--provider", "local:master.key"]


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from safeguards.cli import main; main()", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", **environment},
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert run(tmp_path, "keys", "create", *STORE).returncode == 0
    return tmp_path


def test_keys_are_made_listed_and_rotated(folder: Path) -> None:
    rotated = json.loads(run(folder, "keys", "rotate", *STORE, "--format", "json").stdout)
    assert rotated["data key before"] != rotated["data key now"]
    listed = json.loads(run(folder, "keys", "status", *STORE, "--format", "json").stdout)
    assert [key["purpose"] for key in listed["keys"] if key["writes"]] == ["tag", "pseudonym", "data"]
    assert [listed["keys"][place]["id"] for place in (0, 3)] == [
        rotated["data key before"],
        rotated["data key now"],
    ]


def test_keys_are_wrapped_with_another_provider(folder: Path) -> None:
    assert run(folder, "keys", "rewrap", *STORE, "--to", "local:new.key").returncode == 0
    assert run(folder, "keys", "status", *STORE).returncode == 3
    assert run(folder, "keys", "status", "--keys", "sqlite:///keys.db").returncode == 0


def test_the_environment_names_the_keyring(folder: Path) -> None:
    done = run(folder, "keys", "status", SAFEGUARDS_KEYRING="sqlite:///keys.db local:master.key")
    assert done.returncode == 0
    assert "data" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["keys", "create"], 64, "name both"),
        (["keys", "create", *STORE], 3, "already holds"),
        (["keys", "status", "--keys", "sqlite:///other.db"], 3, "holds no keyring"),
        (["keys", "status"], 3, "SAFEGUARDS_KEYRING"),
        (["keys", "status", "--provider", "local:x"], 64, "--keys"),
        (["keys", "status", "--keys", "sqlite:///keys.db", "--provider", "local:x"], 3, "no key file"),
        (["keys", "status", "--keys", "nonsense"], 64, "database URL"),
        (["keys", "nothing"], 64, "No such command"),
        (["nothing"], 64, "No such command"),
        (["keys", "status", "--format", "xml"], 64, "xml"),
    ],
)
def test_bad_input_is_one_line_and_an_exit_code(
    folder: Path, arguments: list[str], code: int, message: str
) -> None:
    done = run(folder, *arguments)
    assert done.returncode == code
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
