"""What a detector looks for, and from which score on it reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from safeguards.errors import InputError, meant
from safeguards.items import all_items
from safeguards.items.item import Item
from safeguards.plugins import load

THRESHOLD = 0.5
"""Candidates less likely than not are not reported."""

PROFILES: Mapping[str, Mapping[str, float]] = {
    "default": {},
    "recall": {"PERSON": 0.3},
}
"""Profiles, each with the thresholds that differ from the general one. ``recall`` finds more names, of which
more are none: for redaction, where a missed name costs more than a word too many."""


def gathered(custom: Iterable[Item], plugins: Iterable[str]) -> tuple[Item, ...]:
    """Return the built-in items, those of plugins and a team's own; one with the id of another replaces it.

    Raises:
        InputError: a plugin is not installed, or what it or ``custom`` gives is no item.
    """
    if isinstance(plugins, str):
        plugins = [plugins]
    _refuse_no_list(custom, "custom")
    _refuse_no_list(plugins, "plugins")
    items = {item.id: item for item in all_items()}
    given = [(f"plugin {name!r}", item) for name in plugins for item in _of_plugin(name)]
    for origin, item in (*given, *(("custom", item) for item in custom)):
        if not isinstance(item, Item):
            kind = type(item).__name__
            raise InputError(f"{origin} gives {kind} where an Item is expected; load_items reads them")
        items[item.id] = item
    return tuple(items.values())


def _of_plugin(name: str) -> Sequence[Any]:
    found = load("items", name)
    if callable(found):
        found = found()
    return tuple(found) if isinstance(found, Iterable) else (found,)


def chosen(items: Sequence[Item], entities: Iterable[str] | None) -> tuple[Item, ...]:
    """Return the items that ``entities`` names, by entity or by id; all of them for None.

    Raises:
        InputError: an entity is unknown.
    """
    if entities is None:
        return tuple(items)
    _refuse_no_list(entities, "entities")
    wanted = {entities} if isinstance(entities, str) else set(entities)
    known = {item.id for item in items} | {item.entity for item in items}
    _refuse_unknown(wanted, known, items)
    return tuple(item for item in items if item.id in wanted or item.entity in wanted)


def thresholds(
    items: Sequence[Item], threshold: float, profile: str, given: Mapping[str, float] | None
) -> dict[str, float]:
    """Return each item's threshold: its own or its entity's, else the profile's, else the general one.

    Raises:
        InputError: the profile or an entity is unknown, or a threshold lies outside 0..1.
    """
    if not isinstance(profile, str) or profile not in PROFILES:
        raise InputError(f"unknown profile {profile!r}; use one of: {', '.join(PROFILES)}")
    if given is not None and not isinstance(given, Mapping):
        raise InputError("thresholds maps entities to scores: {'PERSON': 0.7}")
    special = dict(given or {})
    _refuse_unknown(set(special), {item.id for item in items} | {item.entity for item in items}, items)
    for name, value in (("threshold", threshold), *special.items()):
        if not is_score(value):
            raise InputError(f"threshold must lie in 0..1, not {value} ({name})")
    return {
        item.id: special.get(
            item.id, special.get(item.entity, min(threshold, PROFILES[profile].get(item.entity, threshold)))
        )
        for item in items
    }


def is_score(value: Any) -> bool:
    """Say whether a value is a number in 0..1; a bool is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _refuse_unknown(wanted: set[str], known: set[str], items: Sequence[Item]) -> None:
    if unknown := wanted - known:
        strange, names = sorted(map(str, unknown)), dict.fromkeys(item.entity for item in items)
        hint = meant(strange[0], known)
        raise InputError(f"unknown entity {', '.join(strange)}; known: {', '.join(names)}{hint}")


def _refuse_no_list(values: Any, option: str) -> None:
    if not isinstance(values, Iterable):
        raise InputError(f"{option} is a list, not {type(values).__name__}")
