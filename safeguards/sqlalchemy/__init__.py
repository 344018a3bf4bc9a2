"""Encrypted column types for SQLAlchemy: the ORM, Core, bulk and async paths alike."""

from safeguards.fields import Exact
from safeguards.sqlalchemy import ddl, hygiene, statements  # noqa: F401  they register themselves with SQLAlchemy
from safeguards.sqlalchemy.password import PasswordHash
from safeguards.sqlalchemy.types import Encrypted

__all__ = ["Encrypted", "Exact", "PasswordHash"]
