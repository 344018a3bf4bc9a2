"""Which findings fail a run: by level, by entity, and only where a baseline does not know them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from safeguards.cli.scanning.baseline import Baseline
from safeguards.cli.scanning.result import ADVERSE, INCOMPLETE, Result, Seen
from safeguards.detection.scan import SEVEREST_FIRST
from safeguards.errors import InputError, meant
from safeguards.items.item import Item, LegalClass

NEVER, LAW, ANYTHING = "never", "must-encrypt", "any"
CLASSES = {rank.value.replace(" ", "-"): rank for rank in SEVEREST_FIRST}
"""Levels that mean a legal class and those severer than it."""

LEVELS = (NEVER, LAW, *CLASSES, ANYTHING)


@dataclass(frozen=True)
class Gate:
    """Decides what fails. ``levels`` and ``entities`` add up; ``baseline`` excuses what it knows."""

    levels: frozenset[str]
    entities: frozenset[str]
    baseline: Baseline | None = None

    def failing(self, result: Result) -> list[Seen]:
        """Return what fails the run, in the order in which it was found."""
        return [seen for seen in result.seen if self._fails(seen) and not self.known(seen)]

    def exit_code(self, result: Result) -> int:
        """Return 1 where something fails, 2 where something could not be read, else 0."""
        if self.failing(result):
            return ADVERSE
        return INCOMPLETE if result.unread else 0

    def known(self, seen: Seen) -> bool:
        """Say whether the baseline excuses it."""
        return self.baseline is not None and self.baseline.knows(seen)

    def _fails(self, seen: Seen) -> bool:
        if ANYTHING in self.levels or seen.entity in self.entities:
            return True
        if seen.item is None or seen.trace:
            return False
        return (LAW in self.levels and seen.item.must_encrypt) or any(
            seen.item.legal_class in _from(level) for level in self.levels & CLASSES.keys()
        )


def gate(fail_on: Sequence[str], items: Iterable[Item], baseline: Baseline | None) -> Gate:
    """Return the gate that ``--fail-on`` describes: levels, entities and item ids, commas between them.

    Raises:
        InputError: one of them is unknown.
    """
    wanted = [word.strip() for option in fail_on or [LAW] for word in option.split(",") if word.strip()]
    entities = {item.id: item.entity for item in items}
    levels = {word for word in wanted if word in LEVELS}
    named = {entities.get(word, word) for word in wanted if word not in LEVELS}
    if unknown := named - set(entities.values()):
        known = ", ".join(dict.fromkeys(entities.values()))
        raise InputError(
            f"--fail-on {', '.join(sorted(unknown))} is unknown; "
            f"levels: {', '.join(LEVELS)}; entities: {known}{meant(min(unknown), entities.values())}"
        )
    return Gate(frozenset(levels), frozenset(named), baseline)


def _from(level: str) -> tuple[LegalClass, ...]:
    return SEVEREST_FIRST[: SEVEREST_FIRST.index(CLASSES[level]) + 1]
