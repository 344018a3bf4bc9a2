"""Equality search in a column whose rows are partly in plaintext: by tag or by the very text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Dialect,
    LargeBinary,
    and_,
    bindparam,
    cast,
    func,
    or_,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from safeguards.errors import OperatorRefused
from safeguards.sqlalchemy.tag import TagOf, TagValue

if TYPE_CHECKING:
    from safeguards.sqlalchemy.types import Encrypted


class PlainValue(TagValue):
    """Binds a plain value as its text in UTF-8, as rows in plaintext have it."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], bytes | None]:
        """Check the value as encryption would, and give its text."""
        query, where = self.encrypted.cipher.query, self.where  # type: ignore[attr-defined]

        def process(value: Any) -> bytes | None:
            if value is None:
                return None
            query(where, value)  # raises what a wrong type raises, without the value
            return str.__str__(value).encode()

        return process


class PlainOf(ColumnElement[Any]):
    """The column's bytes; SQLite compares them with no text, so that what stands there as text is cast."""

    __visit_name__ = "safeguards_plain_of"
    inherit_cache = True
    _traverse_internals = [("element", InternalTraversal.dp_clauseelement)]  # noqa: RUF012  SQLAlchemy's own form

    def __init__(self, element: ColumnElement[Any]) -> None:
        self.element = type_coerce(element, LargeBinary())
        self.type = PlainValue(element.type, element.type.cipher.exact)  # type: ignore[attr-defined]

    @property
    def _from_objects(self) -> Any:
        return self.element._from_objects


@compiles(PlainOf)
def _bytes(element: PlainOf, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.element, **kw)


@compiles(PlainOf, "sqlite")
def _cast(element: PlainOf, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(cast(element.element, LargeBinary()), **kw)


def compare_both(op: Callable[..., Any], tag: TagOf, other: Any) -> ColumnElement[Any]:
    """Return the condition that finds rows in ciphertext and rows in plaintext; it reads the whole table.

    Raises:
        OperatorRefused: the two could give different answers, or the other side is no plain value.
    """
    kind: Encrypted = tag.element.type  # type: ignore[assignment]
    if isinstance(other, ClauseElement):
        raise OperatorRefused(
            f"field {kind.field} is in DualRead: compare it with a value, not an expression"
        )
    if not _compares_text(kind):
        raise OperatorRefused(
            f"field {kind.field} is in DualRead: rows in plaintext can be found by their exact text alone, "
            "and this field compares another form; finish `safeguards encrypt` and declare it encrypted"
        )
    join = or_ if op in {operators.eq, operators.in_op} else and_
    # SQLite's substr() of an empty BLOB is NULL, which would swallow the other half.
    present = type_coerce(func.coalesce(tag, bindparam(None, b"", LargeBinary())), tag.type)
    return join(present.operate(op, other), PlainOf(tag.element).operate(op, other))


def _compares_text(kind: Encrypted) -> bool:
    """Say whether tags are equal where texts are: no canonical form, no other type, no short tag."""
    exact = kind.cipher.exact
    plain = exact is not None and exact.search.is_whole
    return plain and kind.item is None and kind.python_type is str and kind.cipher.codec.compared is None
