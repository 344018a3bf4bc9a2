"""How the columns of a file were made, as its manifest tells: what going back from them takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from safeguards.errors import InputError, offer
from safeguards.pipeline.manifest import ColumnRecord, Manifest
from safeguards.pseudonyms import Domain, Keep, Transform
from safeguards.pseudonyms.build import rebuilt


@dataclass(frozen=True)
class Origin:
    """The transforms of some columns, the domain that their keys are of, and the root key's id."""

    columns: dict[str, Transform]
    domain: Domain
    key_id: int


def origin(manifest: Manifest, columns: Sequence[str] | None = None) -> Origin:
    """Return how ``columns`` were made; None stands for all that lead back.

    Raises:
        InputError: one of them was not made reversibly, was made twice or in another domain than the
            manifest tells of, or reads a column that would not be taken back with it.
    """
    if isinstance(columns, str):
        raise InputError("columns= is a list of names")
    records = _records(manifest)
    whole = {name for name, _ in manifest.output_schema["columns"]}
    all_that_lead_back = columns is None
    if columns is None:
        columns = [
            name
            for name, record in records.items()
            if record.reversible and record.key_id is not None and name in whole
        ]
        if not columns:
            raise InputError("the manifest tells of no column that was made reversibly: nobody can go back")
    chosen = {name: _chosen(records, name) for name in columns}
    if parts := [name for name in chosen if name not in whole]:
        raise InputError(
            f"column {parts[0]!r} is a part of a nested column, and only whole columns come back: name "
            "those, or flatten it before it is pseudonymised"
        )
    if not chosen:
        raise InputError("name at least one column")
    domain = _domain(manifest)
    for name, record in chosen.items():
        _check_scope(name, record, domain)
    made = {name: _rebuilt(name, record) for name, record in chosen.items()}
    hidden = {
        name: other
        for name, transform in made.items()
        for other in transform.beside
        if other in records and other not in made
    }
    if hidden and (not all_that_lead_back or hidden.keys() == made.keys()):
        name, other = next(iter(hidden.items()))
        raise InputError(
            f"column {name!r} was made beside column {other!r}, which is a pseudonym too: both come back "
            "together, or neither"
        )
    made = {name: transform for name, transform in made.items() if name not in hidden}
    chosen = {name: chosen[name] for name in made}
    return Origin(made, domain, _key_id(chosen))


def _records(manifest: Manifest) -> dict[str, ColumnRecord]:
    """Return what was done to each column, those left out that only passed."""
    found: dict[str, ColumnRecord] = {}
    for record in manifest.columns:
        if record.transform == Keep.name:
            continue
        if record.column in found:
            raise InputError(f"column {record.column!r} was transformed twice: go back from it step by step")
        found[record.column] = record
    return found


def _chosen(records: dict[str, ColumnRecord], name: str) -> ColumnRecord:
    if name not in records:
        raise InputError(
            f"the manifest tells of no column {name!r} that was transformed; it has: {offer(name, records)}"
        )
    record = records[name]
    if not record.reversible or record.key_id is None:
        raise InputError(
            f"column {name!r}: {record.transform} is one-way: nobody can go back from its results"
        )
    return record


def _domain(manifest: Manifest) -> Domain:
    told = manifest.domain
    try:
        assert told is not None
        domain = Domain(told["name"], told["keyring"], told["epoch"], told["regime"])
    except (AssertionError, KeyError, TypeError):
        raise InputError("the manifest does not tell the domain of its pseudonyms") from None
    if domain.regime != manifest.regime:
        raise InputError("the manifest tells of two regimes, which never mix")
    return domain


def _check_scope(name: str, record: ColumnRecord, domain: Domain) -> None:
    # Manifests of earlier versions tell no epoch by column.
    epoch = domain.epoch if record.epoch is None else record.epoch
    if (record.domain, epoch) != (domain.name, domain.epoch):
        raise InputError(
            f"column {name!r} is of domain {record.domain!r}, epoch {epoch}, and the manifest tells of "
            f"{domain.name!r}, epoch {domain.epoch}: go back from it by Reversal.reverse_file"
        )


def _rebuilt(name: str, record: ColumnRecord) -> Transform:
    try:
        return rebuilt(record.transform, record.item, record.parameters)
    except InputError as error:
        raise InputError(f"column {name!r} {error}") from None


def _key_id(chosen: dict[str, ColumnRecord]) -> int:
    ids = {record.key_id for record in chosen.values()}
    if len(ids) != 1:
        raise InputError(f"columns {', '.join(map(repr, chosen))} are of several keys: name one at a time")
    (key_id,) = ids
    assert key_id is not None
    return key_id
