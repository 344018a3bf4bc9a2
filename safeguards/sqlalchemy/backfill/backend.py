"""What a job asks of a database engine; SQLite, PostgreSQL and MariaDB each answer in a module."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from safeguards.sqlalchemy.backfill.facts import Facts
from safeguards.sqlalchemy.backfill.session import Session

Sealed = tuple[tuple[Any, ...], bytes]
"""A row's key and the ciphertext that it gets."""


class Backend(Protocol):
    """One database engine's way of doing the steps that differ.

    Every step can be repeated: it looks at the catalogue first and does what is left to do.
    """

    session: Session
    rows_a_page: int
    page_bytes: int
    pause_seconds: float
    """How long to let others write between two pages."""
    by_tuple: bool
    """Whether row values are compared from an index."""

    def lock(self) -> AbstractContextManager[None]:
        """Keep every other job away from this database while the context lasts.

        Raises:
            InputError: another job is at work.
        """
        ...

    def facts(self, schema: str | None, table: str, column: str) -> Facts:
        """Read the catalogue.

        Raises:
            InputError: there is no such table or column.
        """
        ...

    def plain(self, column: str) -> str:
        """Return the SQL expression that gives a plain value's text as UTF-8 bytes."""
        ...

    def longest(self, facts: Facts) -> int:
        """Return how many bytes the longest value takes, as text in UTF-8 or as it is encrypted."""
        ...

    def value_limit(self) -> int:
        """Return how many bytes a value may have so that its ciphertext still fits into a statement."""
        ...

    def is_halfway(self, facts: Facts) -> bool:
        """Say whether the column may be in the midst of ``retype``, neither as it was nor binary."""
        ...

    def retype(self, facts: Facts) -> None:
        """Drop the column's own indexes and make it binary; its values become their text in UTF-8."""
        ...

    def plain_type(self, kind: TypeEngine[Any], python_type: type) -> str:
        """Return the SQL type that holds a kind of values in plain text without loss."""
        ...

    def restore(self, facts: Facts, sql_type: str) -> None:
        """Give the binary column a plain type; its bytes become the text, in UTF-8, that they are.

        The database refuses bytes that are no such text, and nothing is changed then.
        """
        ...

    def write(self, facts: Facts, sealed: Sequence[Sealed]) -> None:
        """Write ciphertexts to rows that the transaction has locked."""
        ...

    def is_conflict(self, error: DBAPIError) -> bool:
        """Say whether the database broke a transaction off in favour of another one."""
        ...

    def erase(self, tables: Iterable[Facts]) -> list[str]:
        """Remove what is left of plaintext as far as the database can; say what was done."""
        ...

    def remains(self) -> list[str]:
        """Say where plaintext may still lie, and what to do about it."""
        ...
