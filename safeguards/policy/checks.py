"""What the parts of a policy must agree on among themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from safeguards.items import all_items
from safeguards.policy.parts import PolicyItem
from safeguards.policy.section import Section

if TYPE_CHECKING:
    from safeguards.policy.model import Policy

INTERNAL = "internal"


def built_in_items() -> list[PolicyItem]:
    """Return the items that the toolkit knows, in a policy's terms."""
    return [PolicyItem(item.id, item.name_ko, item.name_en, item.legal_class) for item in all_items()]


def check(policy: Policy, section: Section) -> None:
    """Refuse a policy that contradicts itself.

    Raises:
        InputError: naming the file, the table and the key.
    """
    if policy.effective_until is not None and policy.effective_until < policy.effective_from:
        raise section.error("effective_until", "comes before effective_from")
    if not policy.purposes:
        raise section.error("purposes", "is missing; it needs at least one [[purposes]] table")
    built_in = {item.id for item in built_in_items()}
    items = built_in | {item.id for item in policy.items}
    purposes = {purpose.id for purpose in policy.purposes}
    _check_items(policy, section, built_in)
    _check_purposes(policy, section, items, purposes)
    _check_recipients(policy, section, items, purposes)


def _check_items(policy: Policy, section: Section, built_in: set[str]) -> None:
    _distinct(section, "items", [item.id for item in policy.items])
    for place, item in enumerate(policy.items, 1):
        if item.id in built_in:
            raise section.error(
                f"items #{place}.id", f"{item.id} is an item of the toolkit; give it another id"
            )


def _check_purposes(policy: Policy, section: Section, items: set[str], purposes: set[str]) -> None:
    _distinct(section, "purposes", [purpose.id for purpose in policy.purposes])
    for place, purpose in enumerate(policy.purposes, 1):
        table = f"purposes #{place}"
        _known(section, f"{table}.items", purpose.items, items, "item")
        _known(section, f"{table}.separate_basis", purpose.separate_basis, set(purpose.items), "item")
        _known(section, f"{table}.further_use_of", purpose.further_use_of, purposes - {purpose.id}, "purpose")
        if (purpose.criteria_ko is None) is not (purpose.criteria_en is None):
            missing = "criteria_ko" if purpose.criteria_ko is None else "criteria_en"
            raise section.error(f"{table}.{missing}", "is missing; criteria are published in both languages")


def _check_recipients(policy: Policy, section: Section, items: set[str], purposes: set[str]) -> None:
    _distinct(section, "recipients", [recipient.id for recipient in policy.recipients])
    for place, recipient in enumerate(policy.recipients, 1):
        table = f"recipients #{place}"
        _known(section, f"{table}.items", recipient.items, items, "item")
        _known(section, f"{table}.purposes", recipient.purposes, purposes, "purpose")
        if recipient.id == INTERNAL:
            raise section.error(f"{table}.id", f"{INTERNAL} means that nobody receives; give it another id")


def _distinct(section: Section, key: str, ids: list[str]) -> None:
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise section.error(key, f"two tables have the id {twice}")


def _known(section: Section, key: str, names: Iterable[str], known: set[str], noun: str) -> None:
    for name in names:
        if name not in known:
            hint = ", ".join(sorted(known)) or "none"
            raise section.error(key, f"{name} is no {noun} known here; known: {hint}")
