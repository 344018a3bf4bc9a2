"""Scan what git has staged: the content of the index, which a commit would hold, not the work tree."""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from safeguards.cli.output import Advance
from safeguards.cli.scanning.git import Blob, Repository
from safeguards.cli.scanning.result import Result
from safeguards.cli.scanning.settings import Settings
from safeguards.cli.scanning.targets import is_table, part, scan_file
from safeguards.detection.lines import is_binary, scan_text
from safeguards.errors import InputError
from safeguards.tables.files import SQLITE

_STEM = "staged"
_COPY = re.compile(rf"\b{_STEM}(?:\.\w+)*")


def scan_staged(files: Sequence[str], settings: Settings, advance: Advance) -> Result:
    """Scan the blobs that differ from HEAD, or those of ``files`` as they stand in the index.

    Binary files that are no tables are passed over; files larger than ``settings.largest`` are reported as
    not read. Tables are read from a copy in a folder of their own, which is deleted at once.

    Raises:
        InputError: this is no git repository, git is not installed, or a file is not in the index.
    """
    repository = Repository.here()
    blobs = repository.indexed(files) if files else repository.staged()
    result = Result("staged files", False)
    with tempfile.TemporaryDirectory(prefix="safeguards-") as folder:
        for done, blob in enumerate(blobs):
            try:
                _scan(repository, blob, Path(folder), settings, result)
            except InputError as error:
                result.not_read(blob.path, _own_name(str(error), blob))
            part(advance, done, len(blobs))(1, 1)
    return result


def _scan(repository: Repository, blob: Blob, folder: Path, settings: Settings, result: Result) -> None:
    size = repository.size(blob)
    if size > settings.largest:
        head = next(repository.content(blob), b"")
        if _is_database(head) or is_table(Path(blob.path)) or not is_binary(head):
            raise InputError(
                f"{size >> 20:,} MB are more than the {settings.largest >> 20:,} of --max-size; not read"
            )
        return
    data = b"".join(repository.content(blob))
    if is_table(Path(blob.path)) or _is_database(data):
        _scan_copy(blob, data, folder, settings, result)
    elif not is_binary(data):
        result.texts.append(scan_text(io.BytesIO(data), blob.path, settings.detector, settings.encoding))


def _scan_copy(blob: Blob, data: bytes, folder: Path, settings: Settings, result: Result) -> None:
    """Scan a table from a file that bears the endings of its name."""
    suffixes = "".join(Path(blob.path).suffixes[-2:]) if is_table(Path(blob.path)) else ""
    copy = folder / f"{_STEM}{suffixes}"
    with open(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    try:
        scan_file(copy, blob.path, settings, result, lambda done, columns: None)
    finally:
        copy.unlink()


def _own_name(message: str, blob: Blob) -> str:
    return _COPY.sub(lambda _: blob.path, message, count=1)


def _is_database(head: bytes) -> bool:
    return head.startswith(SQLITE)
