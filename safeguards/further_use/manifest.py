"""What a manifest states, read as data and believed only where the output bears it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unicodedata import normalize

from safeguards.errors import InputError
from safeguards.further_use.wording import moment
from safeguards.pipeline import METADATA_KEY, ColumnRecord
from safeguards.pipeline import Manifest as Document
from safeguards.pipeline.nested.paths import Path as ColumnPath
from safeguards.pipeline.nested.paths import resolve
from safeguards.tables import Source

KEEP, DROP = "keep", "drop"
NESTED = "nested"
"""What stands for the transforms of a column's parts."""

TOKEN = "token"  # noqa: S105 - a transform's name


@dataclass(frozen=True, slots=True)
class Made:
    """What the manifest says was done to one column: transforms in order, and the last that changes it.

    ``other_items`` are those of a nested column's further parts.
    """

    column: str
    transforms: tuple[str, ...]
    transform: str
    settings: Mapping[str, object]
    item: str | None
    key_ids: tuple[int, ...]
    other_items: tuple[str, ...] = ()

    @classmethod
    def of(cls, records: Sequence[ColumnRecord]) -> Made:
        """Join the records of one column over all steps.

        Raises:
            TypeError: a record is not as a pipeline writes it.
        """
        for record in records:
            _expect(str, record.column, record.transform)
            _expect((str, type(None)), record.item)
            _expect((int, type(None)), record.key_id)
            _expect(dict, record.parameters)
        acting = [record for record in records if record.transform != KEEP] or list(records)
        last = acting[-1]
        return cls(
            column=last.column,
            transforms=tuple(record.transform for record in acting),
            transform=last.transform,
            settings={**last.parameters},
            item=next((record.item for record in records if record.item is not None), None),
            key_ids=tuple(record.key_id for record in acting if record.key_id is not None),
        )

    @classmethod
    def of_parts(cls, column: str, parts: Sequence[Made], rest_kept: bool) -> Made:
        """Join what was done to the parts of a nested column.

        As long as one of them is kept, or may be, the column counts as kept. ``settings`` are by path.
        """
        kept = rest_kept or any(part.transform == KEEP for part in parts)
        items = list(dict.fromkeys(part.item for part in parts if part.item is not None))
        return cls(
            column=column,
            transforms=tuple(f"{part.column}: {name}" for part in parts for name in part.transforms),
            transform=KEEP if kept else NESTED,
            settings={part.column: {"transform": part.transform, **part.settings} for part in parts},
            item=items[0] if items else None,
            key_ids=tuple(key for part in parts for key in part.key_ids),
            other_items=tuple(items[1:]),
        )


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest's statements; ``differs`` says whether the output carries another manifest inside."""

    file: str
    version: str
    purpose: str | None
    rows: int
    input_columns: tuple[str, ...]
    output_columns: tuple[tuple[str, str], ...]
    made: Mapping[str, Made]
    domain: Mapping[str, Any] | None
    output_sha256: str | None = None
    differs: bool = False

    def column(self, name: str) -> Made | None:
        """Return what was done to a column of the output."""
        return self.made.get(normalize("NFC", name))

    @property
    def key_policy(self) -> list[dict[str, object]]:
        """What a decision is bound to: every column's transforms, settings and keys, and the domain."""
        columns: list[dict[str, object]] = [
            {
                "column": made.column,
                "transforms": "→".join(made.transforms),
                "settings": dict(made.settings),
                "keys": list(made.key_ids),
            }
            for made in self.made.values()
        ]
        return [*columns, {"domain": dict(self.domain or {})}]


def read_manifest(named: Path | None, output: Source) -> Manifest | None:
    """Return the manifest named, or the one that a Parquet file carries, or None.

    Raises:
        InputError: the file is missing or is no manifest.
    """
    carried = getattr(output, "metadata", {}).get(METADATA_KEY)
    if named is None and carried is None:
        return None
    file = named.name if named else f"{output.name} (metadata)"
    try:
        document = Document.read(named) if named else Document.from_json(carried or "")
        manifest = _view(document, file)
    except InputError as error:
        raise InputError(str(error) if file in str(error) else f"{file}: {error}") from None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{file}: is damaged: a manifest's columns, schemas and rows are not as they should be"
        ) from error
    return manifest if named is None or carried is None else _compared(manifest, document, carried)


def _compared(manifest: Manifest, document: Document, carried: str) -> Manifest:
    try:
        # The copy inside a file cannot hold the hash of that file.
        same = replace(Document.from_json(carried), output=None) == replace(document, output=None)
    except InputError:
        same = False
    return replace(manifest, differs=not same)


def _expect(kind: type | tuple[type, ...], *values: object) -> None:
    if not all(isinstance(value, kind) for value in values):
        raise TypeError


def _view(document: Document, file: str) -> Manifest:
    _expect((str, type(None)), document.purpose)
    _expect((dict, type(None)), document.domain)
    _expect(int, document.rows_out)
    return Manifest(
        file=file,
        version=f"{document.tool}, {moment(document.created_at)}",
        purpose=document.purpose,
        rows=document.rows_out,
        input_columns=tuple(normalize("NFC", name) for name, _ in document.input_schema["columns"]),
        output_columns=tuple(
            (normalize("NFC", name), str(kind)) for name, kind in document.output_schema["columns"]
        ),
        made=_made(document),
        domain=None if document.domain is None else dict(document.domain),
        output_sha256=_sha256(document.output),
    )


def _made(document: Document) -> dict[str, Made]:
    """Return what was done to each column; the records of paths are those of the column they lead into."""
    records: dict[str, list[ColumnRecord]] = {}
    for record in document.columns:
        _expect(str, record.column)
        records.setdefault(normalize("NFC", record.column), []).append(record)
    known = [normalize("NFC", name) for name, _ in document.input_schema["columns"]]
    columns: dict[str, list[tuple[bool, Made]]] = {}
    for name, found in records.items():
        path = resolve(name, known) or ColumnPath(name)
        columns.setdefault(path.column, []).append((bool(path.steps), Made.of(found)))
    rest_kept = any(step.get("unlisted") == KEEP for step in document.steps)
    return {name: _joined(name, parts, rest_kept) for name, parts in columns.items()}


def _joined(column: str, parts: Sequence[tuple[bool, Made]], rest_kept: bool) -> Made:
    if not any(inside for inside, _ in parts):
        return parts[0][1]
    # A step that let the whole pass says nothing of what another did to its parts.
    telling = [made for inside, made in parts if inside or made.transform != KEEP]
    return Made.of_parts(column, telling, rest_kept)


def _sha256(output: object) -> str | None:
    """Return the hash that a manifest states of the finished file, if it does."""
    _expect((dict, type(None)), output)
    stated = output.get("sha256") if isinstance(output, dict) else None
    _expect((str, type(None)), stated)
    return stated
