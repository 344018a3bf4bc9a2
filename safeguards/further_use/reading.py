"""Read the output once, in batches: rows, transforms, minors, classes; and sample it for personal data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from unicodedata import normalize

from safeguards.detection import Detector
from safeguards.detection.detector import SAMPLE_ROWS
from safeguards.errors import InputError
from safeguards.further_use.manifest import TOKEN, Made, Manifest
from safeguards.further_use.minors import MinorCounter, Minors
from safeguards.further_use.readback import ReadBack, checker
from safeguards.further_use.rrn import RrnCounter, RrnSearch
from safeguards.items import ENTITIES, get
from safeguards.items.item import Role
from safeguards.pseudonyms.column import is_text
from safeguards.risk import ClassCounter, Classes, Risk
from safeguards.tables import Source

Advance = Callable[[int, int | None], object]
_ITEMS = {entity: item for item, entity in reversed(ENTITIES.items())}  # the first stands for its entity


@dataclass(frozen=True, slots=True)
class Found:
    """Detection's finding in one column: an item in a share (0..1) of the sampled cells."""

    column: str
    item: str
    share: float
    cells: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What the output itself shows. ``schema`` pairs column names (composed form) and Arrow types."""

    rows: int
    schema: tuple[tuple[str, str], ...]
    typed: bool
    read_back: Mapping[str, ReadBack]
    minors: tuple[Minors, ...]
    rrns: tuple[RrnSearch, ...]
    risk: Risk | None
    found: tuple[Found, ...]
    sample: int

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(name for name, _ in self.schema)


@dataclass(frozen=True, slots=True)
class Looks:
    """What to look for.

    Quasi-identifiers, the column that tells people apart, columns of birth dates, and the day on which people
    must be 14.
    """

    quasi_identifiers: Sequence[str] | None
    person: str | None
    births: Sequence[str]
    day: date


def read_output(
    source: Source, manifest: Manifest | None, looks: Looks, advance: Advance | None = None
) -> Reading:
    """Read a source once and sample it once; memory follows the number of classes, not of rows.

    Raises:
        InputError: a quasi-identifier is not a column of it, or the file is damaged.
    """
    names = {name: normalize("NFC", name) for name in source.schema.names}
    counter = _class_counter(source, manifest, looks, names)
    checkers = _checkers(names, manifest)
    minors = _minor_counters(names, manifest, looks)
    rrns = [
        (field.name, RrnCounter(names[field.name])) for field in source.schema if RrnCounter.reads(field.type)
    ]
    total, rows = source.rows(), 0
    for batch in source.batches():
        rows += batch.num_rows
        for name, watch in (*checkers, *minors, *rrns):
            watch.add(batch.column(name))
        if counter:
            counter.add(batch)
        if advance:
            advance(rows, total)
    return Reading(
        rows=rows,
        schema=tuple((names[field.name], str(field.type)) for field in source.schema),
        typed=hasattr(source, "metadata"),
        read_back={names[name]: watch.result() for name, watch in checkers},
        minors=tuple(watch.result() for _, watch in minors),
        rrns=tuple(watch.result() for _, watch in rrns),
        risk=_composed(Risk.of(counter)) if counter else None,
        found=_detect(source, names) if rows else (),
        sample=min(rows, SAMPLE_ROWS),
    )


def _class_counter(
    source: Source, manifest: Manifest | None, looks: Looks, names: Mapping[str, str]
) -> ClassCounter | None:
    if not looks.quasi_identifiers:
        return None
    actual = {composed: name for name, composed in names.items()}
    person = looks.person or _person(source, manifest, looks)
    try:
        columns = [actual.get(name, name) for name in looks.quasi_identifiers]
        counter = ClassCounter(Classes.of(columns, person and actual.get(person, person)))
        counter.add(source.schema.empty_table())
    except InputError as error:
        raise InputError(f"[risk]: {error}") from None
    return counter


def _person(source: Source, manifest: Manifest | None, looks: Looks) -> str | None:
    """Return the first column of an identifier's tokens: counting people is stricter than counting rows."""
    for field in source.schema:
        made = manifest.column(field.name) if manifest else None
        free = normalize("NFC", field.name) not in (looks.quasi_identifiers or ())
        if made and free and made.transform == TOKEN and is_text(field.type) and _identifies(made):
            return field.name
    return None


def _identifies(made: Made) -> bool:
    return made.item in ENTITIES and get(made.item).role is Role.IDENTIFIER


def _composed(risk: Risk) -> Risk:
    person = normalize("NFC", risk.person) if risk.person is not None else None
    names = tuple(normalize("NFC", name) for name in risk.quasi_identifiers)
    return replace(risk, quasi_identifiers=names, person=person)


def _checkers(names: Mapping[str, str], manifest: Manifest | None) -> list[tuple[str, Any]]:
    made = {name: manifest.column(composed) for name, composed in names.items()} if manifest else {}
    return [(name, watch) for name, one in made.items() if one and (watch := checker(one))]


def _minor_counters(
    names: Mapping[str, str], manifest: Manifest | None, looks: Looks
) -> list[tuple[str, Any]]:
    counters = []
    for name, composed in names.items():
        if composed in looks.births:
            made: Made | None = manifest.column(composed) if manifest else None
            counters.append((name, MinorCounter(composed, looks.day, made.settings if made else {})))
    return counters


def _detect(source: Source, names: Mapping[str, str]) -> tuple[Found, ...]:
    found = []
    for verdict in Detector().classify(source):
        column = names[verdict.table_column]
        shares = dict(verdict.entities)
        if verdict.entity is not None:
            shares[verdict.entity] = verdict.share
        shares |= {entity: hits / verdict.rows for entity, hits in verdict.traces.items() if verdict.rows}
        found += [
            Found(column, _ITEMS[entity], share, verdict.rows)
            for entity, share in shares.items()
            if entity in _ITEMS
        ]
    return tuple(found)
