from __future__ import annotations

import os
from pathlib import Path

import pytest

from safeguards.errors import InputError
from safeguards.sqlalchemy.backfill.sqlite_lock import SUFFIX, lock_beside


def test_a_lock_keeps_others_away_and_leaves_no_file(tmp_path: Path) -> None:
    database = str(tmp_path / "data.db")
    with lock_beside(database):
        with pytest.raises(InputError, match="is at work on this database"), lock_beside(database):
            pytest.fail("two jobs hold one lock")
        assert Path(database + SUFFIX).exists()
    with lock_beside(database):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    database = str(tmp_path / "data.db")
    child = os.fork()
    if child == 0:
        with lock_beside(database):
            os._exit(0)
    os.waitpid(child, 0)
    assert Path(database + SUFFIX).exists()
    with lock_beside(database):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_no_file_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match="cannot make the lock file"),
        lock_beside(str(tmp_path / "absent" / "data.db")),
    ):
        pytest.fail("there is no such folder")
