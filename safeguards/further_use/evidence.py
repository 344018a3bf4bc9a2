"""Evidence for the four factors of Decree 14-2, graded and sourced; never added up.

Missing evidence is `unknown`. Nothing in this room turns an unknown into anything else: only a named person's
statement does, and it stays graded `declared`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from safeguards.report import Text


class Factor(Enum):
    """The four factors to consider (Personal Information Protection Act 15(3), 17(4); Decree 14-2(1))."""

    RELATION = "relation"
    PREDICTABILITY = "predictability"
    INFRINGEMENT = "infringement"
    SAFETY = "safety"


class Grade(Enum):
    """How much stands behind a claim: somebody said so, a document shows it, or the data itself was read."""

    DECLARED = "declared"
    OBSERVED = "observed"
    TESTED = "tested"


class Status(Enum):
    """Which way a claim points; in the order in which a reader needs them."""

    UNKNOWN = "unknown"
    CONFLICT = "conflict"
    AGAINST = "against"
    SUPPORTS = "supports"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One claim about a use of data.

    ``id`` is stable, so that a statement can answer it. ``grade`` is None exactly where the status is unknown
    because nothing was found; ``source`` then says where it was looked for. ``sample`` counts the rows that
    were read. ``stop`` marks one of the stops: a person must look before anything goes on.
    ``answers`` names the open questions that a person's statement answers.
    """

    id: str
    factor: Factor
    status: Status
    grade: Grade | None
    claim: Text
    source: Text
    time: str
    version: str
    sample: int | None = None
    stop: bool = False
    answers: tuple[str, ...] = ()

    @property
    def adverse(self) -> bool:
        """Whether it speaks against the use or contradicts itself."""
        return self.stop or self.status in {Status.AGAINST, Status.CONFLICT}


def status_of(evidence: Sequence[Evidence]) -> Status:
    """Return a factor's status: unknown while anything is, conflict where claims disagree.

    It is a heading for the reader and no weighing; a factor without evidence is unknown.
    """
    found = {one.status for one in evidence}
    if not found or Status.UNKNOWN in found:
        return Status.UNKNOWN
    return Status.CONFLICT if len(found) > 1 else found.pop()
