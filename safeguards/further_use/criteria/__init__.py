"""The four factors, one module each: what a machine gathers, and what only a person answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from safeguards.further_use.case import Case
from safeguards.further_use.criteria.infringement import gather as infringement
from safeguards.further_use.criteria.predictability import gather as predictability
from safeguards.further_use.criteria.relation import gather as relation
from safeguards.further_use.criteria.safety import gather as safety
from safeguards.further_use.evidence import Evidence, Factor

CRITERIA: Mapping[Factor, Callable[[Case], list[Evidence]]] = {
    Factor.RELATION: relation,
    Factor.PREDICTABILITY: predictability,
    Factor.INFRINGEMENT: infringement,
    Factor.SAFETY: safety,
}

__all__ = ["CRITERIA"]
