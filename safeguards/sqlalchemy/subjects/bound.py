"""Values on their way in, with the person they belong to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from safeguards.errors import InputError
from safeguards.fields.subject_cipher import Owner
from safeguards.keys.held import HeldKey, HeldKeys
from safeguards.values import SubjectId


class Bound:
    """A plain value and its owner; the repr shows neither."""

    __slots__ = ("owner", "value")

    def __init__(self, value: Any, owner: Owner) -> None:
        self.value = value
        self.owner = owner

    def __repr__(self) -> str:
        return "Bound(***)"


class ById:
    """An owner whose id is known."""

    __slots__ = ("person",)

    def __init__(self, person: int | str | UUID) -> None:
        self.person = person

    def held(self, keys: HeldKeys, kind: str) -> HeldKey:
        """Return their key; who has none gets one."""
        subject = SubjectId.of(kind, self.person)
        return keys.to_write([subject])[subject]

    def __repr__(self) -> str:
        return "ById(***)"


def for_subject(person: int | str | UUID, value: Any) -> Any:
    """Bind a value to the person it belongs to, for Core and bulk statements; the ORM does so by itself.

    ``insert(notes).values(member_id=42, note=for_subject(42, "..."))``. The column says what kind of person.

    Raises:
        InputError: the id is no int, str or UUID, or the value is bound already.
    """
    if isinstance(value, Bound):
        raise InputError("for_subject takes a plain value, and this one is bound to a person already")
    SubjectId.of("subject", person)
    return Bound(value, ById(person))


def plain(value: Any) -> Any:
    """Return the value without its owner."""
    return value.value if isinstance(value, Bound) else value
