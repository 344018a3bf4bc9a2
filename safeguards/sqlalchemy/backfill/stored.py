"""A stored value as a job reads it, with whose it is where it belongs to a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, TableClause
from sqlalchemy.types import NULLTYPE

from safeguards.errors import DecryptionFailed, SubjectErased
from safeguards.fields import Cipher
from safeguards.fields.subject_cipher import SubjectCipher
from safeguards.sqlalchemy.plain_text import stored_bytes
from safeguards.sqlalchemy.subjects.bound import ById
from safeguards.sqlalchemy.subjects.reading import WithId, taken_apart


class Stored(NamedTuple):
    """The bytes in a column, and the id in the same row, as text, of the person they belong to."""

    data: bytes
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Persons:
    """The column that holds the ids, whether they are UUIDs, and whether values need not be bound yet."""

    column: str
    uuid: bool
    unbound: bool


class Values:
    """How a job reads, opens and seals the values of one column."""

    def __init__(self, cipher: Cipher, persons: Persons | None) -> None:
        self.cipher = cipher
        self.persons = persons

    def source(self, table: TableClause, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return what to select: the column, with the id in the same row where values belong to persons."""
        if self.persons is None:
            return column
        return WithId(column, table.c[self.persons.column], NULLTYPE, uuid=self.persons.uuid)

    def stored(self, selected: Any) -> Stored:
        """Return what was selected."""
        data = stored_bytes(selected)
        if self.persons is None:
            return Stored(data)
        person, data = taken_apart(data)
        return Stored(data, person)

    def open(self, stored: Stored) -> Any:
        """Return the value of a ciphertext.

        Raises:
            DecryptionFailed: it is no ciphertext of this field and person.
            SubjectErased: the person's key was destroyed.
        """
        if not isinstance(self.cipher, SubjectCipher):
            return self.cipher.decrypt(stored.data)
        unbound = self.persons is not None and self.persons.unbound
        return self.cipher.decrypt_of(stored.person or "", stored.data, unbound=unbound)

    def seal(self, value: Any, person: str | None) -> bytes:
        """Return the envelope of a value."""
        if not isinstance(self.cipher, SubjectCipher):
            return self.cipher.encrypt(value)
        return self.cipher.encrypt_for(ById(person or ""), value)

    def tombstone(self, data: bytes) -> bytes | None:
        """Return what takes the place of a shredded person's value."""
        return self.cipher.tombstone_of(data) if isinstance(self.cipher, SubjectCipher) else None

    def is_ours(self, stored: Stored) -> bool:
        """Say whether a stored value is an intact ciphertext of this field, or one that was destroyed."""
        try:
            self.open(stored)
        except SubjectErased:
            return True
        except DecryptionFailed:
            return False
        return True
