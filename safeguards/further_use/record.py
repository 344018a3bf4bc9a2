"""The record of an assessment: evidence by factor, stops, figures, and a person's decision or its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from typing import Any

from safeguards.further_use.case import TOOLKIT, UsedColumn
from safeguards.further_use.evidence import Evidence, Factor, Status, status_of
from safeguards.further_use.people import Choice, Decision
from safeguards.report import Text
from safeguards.risk import Risk

FORMAT = "safeguards-assessment/1"
COMPLETE, ADVERSE, INCOMPLETE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Record:
    """What one assessment found; ``subject`` holds the declared facts that evidence is about."""

    title: str
    time: str
    subject: tuple[tuple[Text, Text], ...]
    evidence: tuple[Evidence, ...]
    columns: tuple[UsedColumn, ...]
    risk: Risk | None
    fingerprint: str
    decision: Decision | None
    objections: tuple[Text, ...]
    minimum_k: int
    rows: int

    @property
    def factors(self) -> Mapping[Factor, tuple[Evidence, ...]]:
        """Evidence by factor."""
        return {factor: tuple(one for one in self.evidence if one.factor is factor) for factor in Factor}

    @property
    def stops(self) -> tuple[Evidence, ...]:
        """The stops that were met."""
        return tuple(one for one in self.evidence if one.stop)

    @property
    def against(self) -> tuple[Evidence, ...]:
        """What speaks against the use or contradicts itself, besides the stops."""
        return tuple(one for one in self.evidence if one.adverse and not one.stop)

    @property
    def unknown(self) -> tuple[Evidence, ...]:
        """What is not known."""
        return tuple(one for one in self.evidence if one.status is Status.UNKNOWN)

    @property
    def decided(self) -> bool:
        """Whether a person's decision is there and counts."""
        return self.decision is not None and not self.objections

    @property
    def exit_code(self) -> int:
        """1 with an adverse finding or a stop, 2 while anything is unknown or undecided, else 0: complete."""
        if any(one.adverse for one in self.evidence):
            return ADVERSE
        return INCOMPLETE if self.unknown or not self.decided else COMPLETE

    def document(self) -> dict[str, Any]:
        """Return the record as plain values for JSON."""
        document = {
            "format": FORMAT,
            "made_by": TOOLKIT,
            "title": self.title,
            "time": self.time,
            "fingerprint": self.fingerprint,
            "exit_code": self.exit_code,
            "subject": [{"name": asdict(name), "value": asdict(value)} for name, value in self.subject],
            "unknown": [one.id for one in self.unknown],
            "stops": [one.id for one in self.stops],
            "against": [one.id for one in self.against],
            "factors": {factor.value: _factor(found) for factor, found in self.factors.items()},
            "columns": [_column(column) for column in self.columns],
            "risk": self.risk and {**asdict(self.risk), "minimum_k": self.minimum_k},
            "decision": self._decision(),
        }
        plain: dict[str, Any] = _plain(document)
        return plain

    def _decision(self) -> dict[str, Any]:
        return {
            "options": [choice.value for choice in Choice],
            "counts": self.decided,
            "objections": [asdict(objection) for objection in self.objections],
            "taken": self.decision and asdict(self.decision),
        }


def _factor(evidence: tuple[Evidence, ...]) -> dict[str, Any]:
    adverse = sum(one.adverse for one in evidence)
    return {
        "status": status_of(evidence).value,
        "adverse": adverse,
        "evidence": [_evidence(one) for one in evidence],
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    document = asdict(one)
    del document["factor"]
    return document


def _column(column: UsedColumn) -> dict[str, Any]:
    item = column.item.id if column.item else None
    return {"column": column.name, "item": item, "transforms": list(column.transforms)}


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case Enum():
            return value.value
        case date():
            return value.isoformat()
    return value
