"""What the catalogue says of one column, and of whatever stands in the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any

from sqlalchemy import types
from sqlalchemy.types import TypeEngine

from safeguards.errors import InputError


@dataclass(frozen=True, slots=True)
class PlainIndex:
    """An index or UNIQUE constraint on the column alone, which a job replaces."""

    name: str
    unique: bool
    constraint: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """One column as the database declares it.

    ``stored`` is the SQLAlchemy type that its plain values have, None where there is no way to encrypt them.
    ``key`` are the columns by which rows are found again, unique and never NULL; ``key_types`` are their
    types where an engine needs them. ``obstacles`` are sentences
    about what stands in the way, ``notes`` about what changes for others.
    """

    schema: str | None
    table: str
    column: str
    sql_type: str
    stored: str | None
    binary: bool
    nullable: bool
    key: tuple[str, ...]
    key_types: tuple[str, ...] = ()
    comment: str = ""
    indexes: tuple[PlainIndex, ...] = ()
    other_indexes: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def label(self) -> str:
        """The column's name for people."""
        return ".".join(part for part in (self.schema, self.table, self.column) if part)

    @property
    def unique(self) -> bool:
        """Whether equal values were refused."""
        return any(index.unique for index in self.indexes)

    def document(self) -> dict[str, Any]:
        """Return the facts as JSON data; ``Facts.read`` takes them back."""
        return asdict(self)

    @classmethod
    def read(cls, document: dict[str, Any]) -> Facts:
        """Take back what ``document`` gave."""
        indexes = tuple(PlainIndex(**index) for index in document.pop("indexes"))
        lists = {name: tuple(value) for name, value in document.items() if isinstance(value, list)}
        return cls(**{**document, **lists}, indexes=indexes)


# Kinds of plain values, under the names of the SQLAlchemy types that a model declares for them.
KINDS: dict[str, TypeEngine[Any]] = {
    "String": types.String(),
    "Text": types.Text(),
    "Integer": types.Integer(),
    "BigInteger": types.BigInteger(),
    "Boolean": types.Boolean(),
    "Float": types.Float(),
    "Numeric": types.Numeric(),
    "Date": types.Date(),
    "DateTime": types.DateTime(),
    "Uuid": types.Uuid(),
}


def choose(what: str, name: str, known: Iterable[str], where: str) -> str:
    """Return ``name`` where it is known.

    Raises:
        InputError: it is not; the message offers names that look like it.
    """
    names = sorted(known)
    if name in names:
        return name
    near = get_close_matches(name, names, n=3, cutoff=0.5) or names[:8]
    offer = f"; there is {', '.join(near)}" if near else ""
    raise InputError(f"there is no {what} {name!r} in {where}{offer}")
