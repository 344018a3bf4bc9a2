"""`safeguards demo` from the outside: what it prints, where it writes, and when it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.called import in_a_process
from tests.cli.conftest import Run


@pytest.mark.slow
def test_it_writes_to_its_own_folder_and_again_over_its_own_files(tmp_path: Path) -> None:
    first = in_a_process(tmp_path, "demo", "--rows", "30", keys=None)
    second = in_a_process(tmp_path, "demo", "--rows", "20", "--format", "json", keys=None)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stderr == ""
    assert len(first.stdout.splitlines()) <= 12
    assert [path.name for path in tmp_path.iterdir()] == ["safeguards-demo"]
    acts = json.loads(second.stdout)
    assert "20 invented members" in acts[0]["said"]
    assert all(Path(tmp_path, act["file"]).is_file() for act in acts)


def test_a_folder_with_other_files_is_refused_in_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("mine")
    refused = run(tmp_path, "demo", ".")
    assert refused.returncode == 64
    assert refused.stderr.splitlines() == [
        "safeguards: . holds files that are no earlier demo: name an empty folder"
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


@pytest.mark.parametrize("rows", ["0", "-5", "many"])
def test_rows_that_are_no_number_of_members_are_refused(run: Run, tmp_path: Path, rows: str) -> None:
    refused = run(tmp_path, "demo", "--rows", rows)
    assert refused.returncode == 64
    assert "--rows" in refused.stderr
    assert not list(tmp_path.iterdir())
