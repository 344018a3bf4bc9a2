"""`safeguards demo` from the outside: what it prints, where it writes, and when it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUN = [sys.executable, "-W", "error", "-c", "from safeguards.cli import main; main()", "demo"]


def _demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*RUN, *arguments], cwd=folder, capture_output=True, text=True)


def test_it_writes_to_its_own_folder_and_again_over_its_own_files(tmp_path: Path) -> None:
    first, second = _demo(tmp_path, "--rows", "30"), _demo(tmp_path, "--rows", "20", "--format", "json")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stderr == ""
    assert len(first.stdout.splitlines()) <= 12
    assert [path.name for path in tmp_path.iterdir()] == ["safeguards-demo"]
    acts = json.loads(second.stdout)
    assert "20 invented members" in acts[0]["said"]
    assert all(Path(tmp_path, act["file"]).is_file() for act in acts)


def test_a_folder_with_other_files_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("mine")
    refused = _demo(tmp_path, ".")
    assert refused.returncode == 64
    assert refused.stderr.splitlines() == [
        "safeguards: . holds files that are no earlier demo: name an empty folder"
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


@pytest.mark.parametrize("rows", ["0", "-5", "many"])
def test_rows_that_are_no_number_of_members_are_refused(tmp_path: Path, rows: str) -> None:
    refused = _demo(tmp_path, "--rows", rows)
    assert refused.returncode == 64
    assert "--rows" in refused.stderr
    assert not list(tmp_path.iterdir())
