"""What was finished of a directory: JSON lines that are only ever added to."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from safeguards.errors import SafeguardsError

FORMAT = "safeguards.journal/1"


@dataclass(frozen=True)
class Finished:
    """One part that was written: of what, by which pipeline, with which keys; counts, and never a value.

    ``input`` and ``output`` are SHA-256 of the files' bytes, ``rows`` the range of rows that was read, and
    ``counts`` what each step counted, as (column, what, number).
    """

    part: str
    input: str
    pipeline: str
    keys: Mapping[str, Any]
    rows: tuple[int, int]
    rows_out: int
    nulls_out: Mapping[str, int]
    counts: Sequence[Sequence[tuple[str, str, int]]]
    output: str


class Journal:
    """The file. A line counts once it ends in a line break: one torn by a crash says nothing, and is cut off.

    Raises:
        SafeguardsError: it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            # Without a buffer, which closing would try to write once more where the disk was full.
            self._file = path.open("a+b", buffering=0)
            self._file.seek(0)
            data = self._file.read()
            whole = data.rfind(b"\n") + 1
            self._file.truncate(whole)
        except OSError as error:
            raise self._unusable(error) from None
        lines = (_line(line) for line in data[:whole].splitlines())
        self.finished = {line.part: line for line in lines if line is not None}

    def add(self, finished: Finished) -> None:
        """Write a line, and return when it is on disk."""
        document = {"format": FORMAT, **asdict(finished)}
        line = json.dumps({**document, "sha256": _digest(document)}, ensure_ascii=False)
        try:
            rest = f"{line}\n".encode()
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._unusable(error) from None
        self.finished[finished.part] = finished

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _unusable(self, error: OSError) -> SafeguardsError:
        reason = error.strerror or type(error).__name__
        return SafeguardsError(f"{self._path}: cannot be read and written ({reason})")


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _line(line: bytes) -> Finished | None:
    """Read a line; None for what is none or was changed, so that its part is made anew.

    Lines of older versions have no digest.
    """
    try:
        document = json.loads(line)
        if document.pop("sha256", None) not in {None, _digest(document)}:
            return None
        if document.pop("format") != FORMAT or document.keys() != {one.name for one in fields(Finished)}:
            return None
        counts = [[(column, what, _count(n)) for column, what, n in step] for step in document.pop("counts")]
        first, last = map(_count, document.pop("rows"))
        nulls = {str(column): _count(n) for column, n in document.pop("nulls_out").items()}
        rows_out = _count(document.pop("rows_out"))
        return Finished(**document, counts=counts, rows=(first, last), rows_out=rows_out, nulls_out=nulls)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _count(number: object) -> int:
    if not isinstance(number, int) or number < 0:
        raise ValueError
    return number
