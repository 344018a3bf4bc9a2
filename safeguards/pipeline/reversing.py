"""Going back from files by what their manifests tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from safeguards.errors import InputError
from safeguards.pipeline.manifest import METADATA_KEY, ColumnRecord, Manifest, digest
from safeguards.pipeline.origin import Origin, origin
from safeguards.pseudonyms import Domain, Rate, Reversal
from safeguards.pseudonyms.reversal.given import Advance, Path_
from safeguards.tables import open_file


def reverse_file(
    source: Path_,
    target: Path_,
    columns: Sequence[str] | None = None,
    *,
    reversal: Reversal,
    manifest: Path_ | None = None,
    advance: Advance | None = None,
) -> int:
    """Write values in place of pseudonyms into a file; what they are is read from the source's manifest.

    Memory does not grow with the file. The target appears when all of it is written and recorded, or never. A
    Parquet target carries the manifest on, without the columns that were taken back.

    Args:
        source: a Parquet file that carries its manifest, or any file with ``manifest``.
        target: a path; its ending says the kind of file. It holds plain values; a new file is its
            owner's alone to read.
        columns: those to take back; None for all that lead back.
        reversal: who goes back, and why.
        manifest: the manifest, where it stands in a file of its own.
        advance: called with rows done, and their total where it is known.

    Returns the number of rows.

    Raises:
        InputError: there is no manifest, the file is not the one that it tells of, columns are one-way or
            unknown, or the regime is research.
        KeyringError: the keyring in hand is another than the manifest's.
        Unrecorded: the sink failed; no target appears.
    """
    told = told_of(source, manifest)
    made = origin(told, columns)
    rest = [record for record in told.columns if record.column not in made.columns]
    left = _renewed(told, {"step": "reverse", "columns": list(made.columns)}, columns=rest)
    return reversal.reverse_file(
        source,
        target,
        made.columns,
        made.domain,
        key_id=made.key_id,
        metadata=_carried(left),
        advance=advance,
    )


def relink_file(
    source: Path_,
    target: Path_,
    to: Domain,
    columns: Sequence[str] | None = None,
    *,
    reversal: Reversal,
    manifest: Path_ | None = None,
    advance: Advance | None = None,
) -> int:
    """Write a file anew with pseudonyms of another domain or epoch; as :func:`reverse_file`.

    The manifest that a Parquet target carries tells of ``to``. One-way columns stay in the domain that they
    are of, and it says so.

    Raises:
        InputError, KeyringError, Unrecorded: as :func:`reverse_file`.
    """
    told = told_of(source, manifest)
    made = origin(told, columns)
    if to.keyring not in {None, made.domain.keyring}:
        raise InputError("a file goes on in the keyring that its manifest names; use Reversal.relink_file")
    there = replace(to, keyring=made.domain.keyring)
    left = _renewed(
        told,
        {"step": "relink", "columns": list(made.columns)},
        columns=[_moved(record, made, there) for record in told.columns],
        domain={**(told.domain or {}), "name": to.name, "epoch": to.epoch},
    )
    return reversal.relink_file(
        source,
        target,
        made.columns,
        made.domain,
        there,
        key_id=made.key_id,
        metadata=_carried(left),
        advance=advance,
    )


def preview_file(
    source: Path_,
    columns: Sequence[str] | None = None,
    *,
    reversal: Reversal,
    manifest: Path_ | None = None,
) -> dict[str, Rate]:
    """Count what :func:`reverse_file` would take back, by column.

    Raises:
        InputError, KeyringError, Unrecorded: as :func:`reverse_file`.
    """
    made = origin(told_of(source, manifest), columns)
    return reversal.preview(open_file(source), made.columns, made.domain, key_id=made.key_id)


def origin_of(source: Path_, columns: Sequence[str] | None = None, manifest: Path_ | None = None) -> Origin:
    """Return how columns of a file were made.

    Raises:
        InputError: as :func:`reverse_file`.
    """
    return origin(told_of(source, manifest), columns)


def told_of(source: Path_, manifest: Path_ | None) -> Manifest:
    """Return the manifest that tells of ``source``.

    Raises:
        InputError: there is none, or it tells of another file.
    """
    path = Path(source)
    if manifest is None and path.suffix.lower() != ".parquet":
        raise InputError(
            f"{path.name}: only Parquet files carry their manifest; name it with manifest= (--manifest)"
        )
    open_file(path)  # or a missing file would be told as a missing manifest
    told = Manifest.read(path if manifest is None else manifest)
    stated = (told.output or {}).get("sha256")
    if stated is not None and stated != digest(path):
        raise InputError(f"{path.name} is not the file that the manifest tells of: its SHA-256 differs")
    return told


def _moved(record: ColumnRecord, made: Origin, to: Domain) -> ColumnRecord:
    """Tell of a column's new domain; of one that stays, its epoch, now that the manifest's is another."""
    if record.column in made.columns:
        return replace(record, domain=to.name, epoch=to.epoch)
    untold = record.domain is not None and record.epoch is None
    return replace(record, epoch=made.domain.epoch) if untold else record


def _renewed(told: Manifest, step: dict[str, Any], **changed: Any) -> Manifest:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return replace(told, steps=[*told.steps, step], parts=(), output=None, created_at=now, **changed)


def _carried(left: Manifest) -> Any:
    return lambda: {METADATA_KEY: left.to_json()}
