"""The blobs of a git index, over git's own command: names as bytes between NULs, content by object id."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from safeguards.errors import InputError, SafeguardsError

_REGULAR = (b"100644", b"100755")
_CHUNK = 1 << 20
_MAY_FAIL = 128
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Blob:
    """A regular file of the index: its path from the top of the work tree, and its object id."""

    path: str
    id: str


class Repository:
    """The repository of the current folder. Links and submodules are no files of it."""

    def __init__(self, top: Path) -> None:
        self._top = top

    @classmethod
    def here(cls) -> Repository:
        """Find it.

        Raises:
            InputError: there is none, or git is not installed.
        """
        done = _git(Path.cwd(), "rev-parse", "--show-toplevel", fails=True)
        if done is None:
            raise InputError("--staged looks at a git repository, and this folder is in none")
        return cls(Path(os.fsdecode(done.rstrip(b"\n"))))

    def staged(self) -> list[Blob]:
        """Return what a commit would add or change; a renamed file is an added one, a deleted one is none."""
        # The empty tree stands for HEAD before the first commit: `diff --cached` knows by itself.
        raw = _git(
            self._top, "diff", "--cached", "--raw", "-z", "--no-renames", "--abbrev=64", "--diff-filter=ACMT",
            "--ignore-submodules",
        )  # fmt: skip
        fields = iter((raw or b"").split(b"\0"))
        # ":<old mode> <new mode> <old id> <new id> <status>" NUL <path> NUL
        entries = [(head.split(b" "), path) for head, path in zip(fields, fields, strict=False)]
        return [Blob(os.fsdecode(path), head[3].decode()) for head, path in entries if head[1] in _REGULAR]

    def indexed(self, files: Sequence[str]) -> list[Blob]:
        """Return the files, named from the current folder, as they stand in the index.

        Raises:
            InputError: one of them is not in it.
        """
        raw = _git(Path.cwd(), "ls-files", "--stage", "-z", "--full-name", "--", *map(_literal, files))
        found = [entry.partition(b"\t") for entry in (raw or b"").split(b"\0") if entry]
        blobs = [
            Blob(os.fsdecode(path), head.split(b" ")[1].decode())
            for head, _, path in found
            if head.split(b" ")[0] in _REGULAR
        ]
        known = {_real(self._top / os.fsdecode(path)) for _, _, path in found}
        strange = [name for name in files if not _within(name, known)]
        if strange:
            raise InputError(
                f"not in git's index: {', '.join(strange[:_LISTED])}; stage what is to be scanned"
            )
        return blobs

    def size(self, blob: Blob) -> int:
        """Return a blob's size in bytes."""
        return int(_git(self._top, "cat-file", "-s", blob.id) or 0)

    def content(self, blob: Blob) -> Iterator[bytes]:
        """Yield a blob's bytes as they are stored, in pieces of at most a megabyte."""
        command = ["git", "-C", str(self._top), "cat-file", "blob", blob.id]
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603
        with running, running.stdout or io.BytesIO() as pipe:
            while piece := pipe.read(_CHUNK):
                yield piece


def _literal(name: str) -> str:
    """Return a path that git takes as it is: brackets and stars of a name are no patterns."""
    return f":(literal){name}"


def _real(name: str | Path) -> str:
    """Return a path with the links of its folder followed, and not its own."""
    folder, last = os.path.split(os.path.abspath(name))
    return os.path.join(os.path.realpath(folder), last)


def _within(name: str, known: set[str]) -> bool:
    place = _real(name)
    return place in known or any(path.startswith(f"{place}{os.sep}") for path in known)


def _git(folder: Path, *arguments: str, fails: bool = False) -> bytes | None:
    """Run git and return what it prints; None where it says no and ``fails`` allows that."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  no shell reads it
    except FileNotFoundError:
        raise InputError("--staged needs git, which is not installed") from None
    if done.returncode == 0:
        return done.stdout
    if fails and done.returncode == _MAY_FAIL:
        return None
    raise SafeguardsError(f"git {arguments[0]} failed with {done.returncode}")
