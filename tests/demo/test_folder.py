"""The demonstration's folder: its own files are overwritten, anybody else's never touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from safeguards.demo.folder import Folder
from safeguards.errors import InputError


def test_a_folder_with_other_files_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="name an empty folder"):
        Folder(tmp_path).prepare()
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_earlier_demonstration_is_cleared_and_nothing_beside_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "new" / "demo")
    folder.prepare()
    for file in (
        folder.database,
        folder.dossiers["ko"],
        folder.path / "members.db-wal",
        folder.path / "mine.txt",
    ):
        file.write_text("old")
    Folder(folder.path).prepare()
    assert sorted(file.name for file in folder.path.iterdir()) == [".safeguards-demo", "mine.txt"]


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file")
    with pytest.raises(InputError, match="is a file"):
        Folder(tmp_path / "demo").prepare()
