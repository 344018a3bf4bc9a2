"""The folder that a directory of parts is written to: who may write, what is staged, and what is finished."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from safeguards.errors import InputError, SafeguardsError
from safeguards.items.text import has_half
from safeguards.pipeline.directories.journal import Finished, Journal
from safeguards.pipeline.manifest import Manifest, digest
from safeguards.tables.files import kind_of
from safeguards.tables.writing import whole_file

MANIFEST = "_manifest.json"
SUCCESS = "_SUCCESS"
_OWN = ".safeguards"


def parts_of(folder: Path) -> list[Path]:
    """Return the files of a directory by name; what begins with ``.`` or ``_`` is none of them.

    Raises:
        InputError: it is no directory, holds none, holds another directory, or files of several kinds or of
            names that no manifest can tell.
    """
    found = entries(folder)
    if not found:
        raise InputError(f"{folder}: holds no files to work on")
    if inner := [path.name for path in found if path.is_dir()]:
        raise InputError(f"{folder}: holds a directory ({inner[0]}); name one whose files are the parts")
    if odd := [path.name for path in found if has_half(path.name)]:
        raise InputError(f"{folder}: holds a file whose name is not UTF-8 ({odd[0]!a}); rename it")
    kinds = {kind_of(path): path.name for path in found}
    if len(kinds) > 1:
        raise InputError(f"{folder}: holds files of several kinds ({', '.join(sorted(kinds.values()))})")
    return found


class Folder:
    """A target folder. Finished parts wait in a hidden folder of it, and take their names all together."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._staged = path / _OWN / "parts"

    @contextmanager
    def opened(self) -> Iterator[Journal]:
        """Make the folder where there is none, keep others out, and open its journal.

        Raises:
            InputError: it cannot be made, holds what is another's, or another process works on it.
        """
        if self.path.is_dir() and not self._staged.exists():
            self.check((), {})  # before anything is made there
            if (self.path / MANIFEST).exists():
                raise InputError(
                    f"{self.path}: holds {MANIFEST} of no run here; name another one, or remove it"
                )
        try:
            self.path.mkdir(exist_ok=True)
            self._staged.mkdir(parents=True, exist_ok=True)
            lock = (self.path / _OWN / "lock").open("a+b")
        except OSError as error:
            raise InputError(
                f"{self.path}: cannot be written ({error.strerror or type(error).__name__})"
            ) from None
        with lock:
            if not _locked(lock.fileno()):
                raise InputError(f"{self.path}: another process is writing there; wait until it ends")
            with Journal(self.path / _OWN / "journal.jsonl") as journal:
                yield journal

    def check(self, parts: Iterable[str], finished: Mapping[str, Finished]) -> None:
        """Raise InputError for files that no run made, or whose source is gone."""
        wanted = set(parts)
        for path in entries(self.path):
            name = path.name
            if path.is_dir():
                raise InputError(f"{self.path}: holds a directory ({name}); remove it, or name another one")
            if name not in finished:
                raise InputError(
                    f"{self.path}: holds {name}, which is no part of this job, or its journal was damaged; "
                    "name another one, or remove it"
                )
            if name not in wanted:
                raise InputError(f"{self.path}: the source of {name} is gone; remove it from here too")

    def staged(self, part: str) -> Path:
        """Return where a part is written."""
        return self._staged / part

    def place(self, part: str, output: str) -> Path | None:
        """Return where the part with this digest lies, if it lies anywhere."""
        for path in (self._staged / part, self.path / part):
            if path.is_file() and digest(path) == output:
                return path
        return None

    def keeps(self, part: str, output: str) -> bool:
        """Say whether the part with this digest lies here; what is staged under its name and is another goes.

        A run may have ended between writing a part and telling the journal of it.
        """
        place = self.place(part, output)
        if place == self.path / part:
            self.staged(part).unlink(missing_ok=True)
        return place is not None

    def complete(self) -> Manifest | None:
        """Return the manifest of a folder that is complete."""
        if not (self.path / SUCCESS).exists():
            return None
        try:
            return Manifest.read(self.path / MANIFEST)
        except InputError:
            return None

    def finish(self, manifest: Manifest) -> None:
        """Give all parts their names, then write the manifest, and at last the marker.

        Raises:
            SafeguardsError: the disk fails; the marker is then missing.
        """
        try:
            (self.path / SUCCESS).unlink(missing_ok=True)
            (self.path / MANIFEST).unlink(missing_ok=True)
            for path in sorted(self._staged.iterdir()):
                os.replace(path, self.path / path.name)
            manifest.write(self.path / MANIFEST)
            with whole_file(self.path / SUCCESS):
                pass
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SafeguardsError(f"{self.path}: cannot be finished ({reason}); run it again") from None

    def sweep(self, parts: Iterable[str]) -> None:
        """Remove what is staged and no part.

        Raises:
            InputError: it is a directory, or another's.
        """
        wanted = set(parts)
        for path in self._staged.iterdir():
            if path.name not in wanted:
                try:
                    path.unlink()
                except OSError as error:
                    raise InputError(
                        f"{path}: is no part, and cannot be removed ({error.strerror})"
                    ) from None


def entries(folder: Path) -> list[Path]:
    """Return what a directory holds, but for markers and what is hidden.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror})") from None


if sys.platform == "win32":
    import msvcrt

    def _locked(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(descriptor: int) -> bool:
        """Take the lock, which ends with the process however that ends."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
