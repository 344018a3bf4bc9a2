"""The manifest: what was done to each column, with which key; counts and names, never a value."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from safeguards import __version__
from safeguards.errors import InputError
from safeguards.pipeline.stated import fits, holds
from safeguards.pseudonyms.domain import SAFEGUARD
from safeguards.pseudonyms.reversal.stated import METADATA_KEY
from safeguards.tables import open_file
from safeguards.tables.writing import whole_file

__all__ = ["FORMAT", "METADATA_KEY", "ColumnRecord", "Manifest", "digest", "fingerprint"]

FORMAT = "safeguards.manifest/1"


@dataclass(frozen=True)
class ColumnRecord:
    """What became of one column. ``rows`` and ``nulls`` count what came in.

    ``key_id`` is the id of the root key in the keyring; ``collision_odds`` the chance that two of so many
    different values share a pseudonym, where that can happen. ``domain`` and ``epoch`` are those of its keys.
    ``counts`` is what the transform counted, such as the spans of each entity that it replaced in a text.
    """

    column: str
    transform: str
    item: str | None
    parameters: Mapping[str, object]
    injective: bool
    reversible: bool
    lossy: bool
    type_preserving: bool
    input_type: str
    output_type: str | None
    rows: int
    nulls: int
    domain: str | None = None
    key_id: int | None = None
    collision_odds: float | None = None
    length_preserving: bool = False
    epoch: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """The record of one run. ``steps`` holds each step's settings, and the evidence of those that look at
    what passes; ``columns`` what became of each column.

    ``gates`` holds what each gate judged by, and its evidence. ``regime`` is the domain's: ``safeguard`` or
    ``research``, which never mix. ``nulls_out`` counts what is NULL in each column that leaves.
    ``parts`` holds, where the source is a directory, each file's rows and SHA-256, before and after.

    ``output`` holds the SHA-256 of the finished file, where the manifest stands in a file beside it; the copy
    inside a Parquet file cannot hold it.
    """

    source: str
    rows_in: int
    rows_out: int
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any]
    columns: Sequence[ColumnRecord]
    steps: Sequence[Mapping[str, Any]]
    purpose: str | None = None
    domain: Mapping[str, Any] | None = None
    regime: str = SAFEGUARD
    gates: Sequence[Mapping[str, Any]] = ()
    nulls_out: Mapping[str, int] | None = None
    parts: Sequence[Mapping[str, Any]] = field(default_factory=list)
    output: Mapping[str, str] | None = None
    created_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    tool: str = f"pii-safeguards {__version__}"
    format: str = FORMAT

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    def to_json(self) -> str:
        """Return the document as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2, default=str)

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the document to a file, whole or not at all; an older manifest there is replaced.

        Raises:
            InputError: the folder cannot be written to, or the file there is no manifest.
        """
        refuse_other(path)
        with whole_file(Path(path)) as file:
            file.write(self.to_json().encode())

    @classmethod
    def from_json(cls, text: str | bytes) -> Manifest:
        """Read a document.

        Raises:
            InputError: it is no manifest, or one of another format.
        """
        try:
            document = json.loads(text)
            if document["format"] == FORMAT:
                known = {one.name for one in fields(cls)}
                columns = [ColumnRecord(**column) for column in document["columns"]]
                read = cls(**{key: document[key] for key in known & document.keys()} | {"columns": columns})
                if holds(read) and all(map(_is_fingerprint, (read.input_schema, read.output_schema))):
                    return read
        except (ValueError, TypeError, KeyError, RecursionError):
            pass
        raise InputError(f"not a manifest of format {FORMAT}")

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Manifest:
        """Read the manifest that a JSON file is, or that a Parquet file carries.

        Raises:
            InputError: there is none.
        """
        location = Path(path)
        if location.suffix.lower() != ".parquet":
            try:
                return cls.from_json(location.read_bytes())
            except OSError as error:
                raise InputError(f"{location}: cannot be read ({error.strerror})") from None
        carried = getattr(open_file(location), "metadata", {}).get(METADATA_KEY)
        if carried is None:
            raise InputError(f"{location.name} carries no manifest")
        return cls.from_json(carried)


def refuse_other(path: str | os.PathLike[str] | None) -> None:
    """Raise InputError for a file that is there and is no manifest: a key, a pipeline, somebody's data.

    An empty file is nobody's, and None is no file.
    """
    if path is None or not Path(path).is_file():
        return
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None
    if not text:
        return
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not (isinstance(found, dict) and {"format", "columns"} <= found.keys()):
        raise InputError(f"{path}: is a file, but no manifest that could be replaced; name another manifest")


def _is_fingerprint(schema: Mapping[str, Any]) -> bool:
    return fits(schema.get("columns"), Sequence[Sequence[str]]) and all(
        len(column) == len(("name", "type")) for column in schema["columns"]
    )


def digest(path: str | os.PathLike[str]) -> str:
    """Return SHA-256 (64 hex digits) of a file's bytes.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def fingerprint(schema: pa.Schema) -> dict[str, Any]:
    """Describe a schema by its columns and SHA-256 over their names and types, in order."""
    columns = [[name, str(kind)] for name, kind in zip(schema.names, schema.types, strict=True)]
    text = json.dumps(columns, ensure_ascii=False, separators=(",", ":"))
    return {"sha256": hashlib.sha256(text.encode()).hexdigest(), "columns": columns}
