"""What a column's SQL type says of its content, before any value is read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from safeguards.items.item import Item

_NAMING = (
    (re.compile(r"(?i)inet|cidr"), frozenset({"ip_address"})),
    (re.compile(r"(?i)macaddr8?"), frozenset({"mac_address"})),
)
"""Types that are made for one item: they say as much as a telling name."""

_ODDS = (
    (re.compile(r"(?i)(?:n?var)?n?char2?\((?:13|14)\)"), frozenset({"KR_RRN", "KR_FRN"}), 2.0),
    (re.compile(r"(?i)(?:n?var)?n?char2?\((?:10|12)\)"), frozenset({"KR_BRN"}), 1.5),
    (re.compile(r"(?i)(?:n?var)?n?char2?\((?:11|13|20)\)"), frozenset({"PHONE_NUMBER"}), 1.5),
    (re.compile(r"(?i)(?:n?var)?n?char2?\((?:16|19)\)"), frozenset({"CREDIT_CARD"}), 1.5),
)
"""Lengths that fit one entity, with or without its separators, and what they do to its odds."""

_COUNTING = re.compile(r"(?i)(?:tiny|small|medium|big)?int(?:eger)?[248]?\b|(?:big)?serial|numeric|decimal")
COUNTING_ODDS = 0.5
"""A type of numbers holds counts and keys more often than identifiers, which have leading zeros."""


def typed(sql_type: str, items: Iterable[Item]) -> set[str]:
    """Return the ids of the items that the type itself names."""
    named = {item_id for types, ids in _NAMING if types.fullmatch(sql_type) for item_id in ids}
    return named & {item.id for item in items}


def type_odds(sql_type: str, entity: str) -> float:
    """Return what the type does to the odds of an entity: 1 where it says nothing."""
    if _COUNTING.match(sql_type):
        return COUNTING_ODDS
    return next((odds for types, fits, odds in _ODDS if entity in fits and types.fullmatch(sql_type)), 1.0)
