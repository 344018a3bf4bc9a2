"""What was finished of a directory: JSON lines that are only ever added to."""

from __future__ import annotations

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
            self._file = path.open("a+b")
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
        line = json.dumps({"format": FORMAT, **asdict(finished)}, ensure_ascii=False)
        try:
            self._file.write(f"{line}\n".encode())
            self._file.flush()
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


def _line(line: bytes) -> Finished | None:
    """Read a line; None for what is none, so that its part is made anew."""
    try:
        document = json.loads(line)
        if document.pop("format") != FORMAT or document.keys() != {one.name for one in fields(Finished)}:
            return None
        counts = [[(column, what, int(n)) for column, what, n in step] for step in document.pop("counts")]
        first, last = document.pop("rows")
        return Finished(**document, counts=counts, rows=(first, last))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
