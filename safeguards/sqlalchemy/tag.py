"""The search tags of an encrypted column as SQL expressions that an index can serve."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from sqlalchemy import Alias, BindParameter, ColumnElement, Dialect, LargeBinary, Table, TableSample, cast
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator, TypeEngine

from safeguards.errors import OperatorRefused
from safeguards.fields import Slice
from safeguards.sqlalchemy.lifecycle import DualRead

# MariaDB has no expression indexes: a tag stands in a generated column, named by the column and the search.
GENERATED_SEPARATOR = "__"
MARIADB = ("mysql", "mariadb")
# Stands in an empty range, for NOT IN () finds NULL too, as NOT BETWEEN does not; no row has an empty tag.
NO_BUCKET = (None,)


class Sealed(LargeBinary):
    """Bytes that are a ciphertext already."""

    __visit_name__ = "large_binary"


class TagValue(TypeDecorator[Any]):
    """Binds a plain value as the tag that ciphertexts which it finds carry in one slice."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, encrypted: TypeEngine[Any], where: Slice) -> None:
        super().__init__()
        self.encrypted = encrypted
        self.where = where

    @cached_property
    def _static_cache_key(self) -> Any:
        # SQLAlchemy asks for it at every execution.
        return type(self), self.where

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], bytes | None]:
        """Compute the tag on the way into the database."""
        query, where = self.encrypted.cipher.query, self.where  # type: ignore[attr-defined]
        return lambda value: None if value is None else query(where, value)

    def literal_processor(self, dialect: Dialect) -> Any:
        """Refuse to print a value, or its tag, into SQL text."""
        field = self.encrypted.field  # type: ignore[attr-defined]
        raise OperatorRefused(f"field {field}: literal_binds would print the value into the statement")

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """Make tags of the other side too."""
        return self


class BucketNumbers(TagValue):
    """Binds the numbers of buckets as the tags that the values in them carry."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], bytes | None]:
        """Compute the tag on the way into the database."""
        form_tag, where = self.encrypted.cipher.form_tag, self.where  # type: ignore[attr-defined]
        return lambda number: b"" if number is None else form_tag(where, b"%d" % number)


class TagOf(ColumnElement[Any]):
    """``substr(column, offset, width)`` with literal offsets, rendered alike in an index and in a query.

    A comparison that is ``approximate`` finds rows that have to be checked again; it compiles only where
    somebody is about to, who says so by ``checked``.
    """

    __visit_name__ = "safeguards_tag_of"
    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012  SQLAlchemy's own form
        ("element", InternalTraversal.dp_clauseelement),
        ("where", InternalTraversal.dp_plain_obj),
        ("approximate", InternalTraversal.dp_boolean),
        ("checked", InternalTraversal.dp_boolean),
    ]

    def __init__(
        self, element: ColumnElement[Any], where: Slice, *, approximate: bool = False, checked: bool = False
    ) -> None:
        self.element = element
        self.where = where
        self.approximate = approximate
        self.checked = checked
        self.type: TagValue = element.type.tag_values[where.position]  # type: ignore[attr-defined]

    def promised(self) -> TagOf:
        """Return the same, to be compiled by who checks the rows again."""
        return TagOf(self.element, self.where, approximate=True, checked=True)

    @property
    def offset(self) -> int:
        """Where the tag begins, counted from 1 as SQL does."""
        return self.where.offset + 1

    @property
    def generated(self) -> str:
        """The name of MariaDB's generated column."""
        name: str = self.element.name
        return name + GENERATED_SEPARATOR + self.where.search.name

    @property
    def _from_objects(self) -> Any:
        return self.element._from_objects


def tag_of(element: ColumnElement[Any]) -> TagOf:
    """Return the tag that equality compares, of a column that has one."""
    where: Slice = element.type.cipher.exact  # type: ignore[attr-defined]
    return TagOf(element, where, approximate=where.approximate)


@compiles(TagOf)
def _substr(element: TagOf, compiler: SQLCompiler, **kw: Any) -> str:
    return _part(element, compiler, **kw)


@compiles(TagOf, "postgresql")
def _of_bytes(element: TagOf, compiler: SQLCompiler, **kw: Any) -> str:
    # A relationship that is loaded by a NULL: PostgreSQL would take the parameter for a text.
    if isinstance(element.element, BindParameter):
        element = TagOf(
            element.element, element.where, approximate=element.approximate, checked=element.checked
        )
        element.element = cast(element.element, LargeBinary())
    return _part(element, compiler, **kw)


@compiles(TagOf, *MARIADB)
def _generated(element: TagOf, compiler: SQLCompiler, **kw: Any) -> str:
    # A query in DualRead may come before the job that makes the generated column; DDL names no table.
    kind: Any = element.element.type
    under_way = isinstance(kind.state, DualRead) and kw.get("include_table", True)
    if not _is_stored(element.element) or under_way:
        return _part(element, compiler, **kw)
    _refuse_unchecked(element)
    inner, quote = _inner(element, compiler, **kw), compiler.preparer.quote
    return inner.removesuffix(quote(element.element.name)) + quote(element.generated)


def _part(element: TagOf, compiler: SQLCompiler, **kw: Any) -> str:
    _refuse_unchecked(element)
    return f"substr({_inner(element, compiler, **kw)}, {element.offset}, {element.where.width})"


def _inner(element: TagOf, compiler: SQLCompiler, **kw: Any) -> str:
    kw.pop("within_columns_clause", None)
    return compiler.process(element.element, **kw)


def _refuse_unchecked(element: TagOf) -> None:
    if element.approximate and not element.checked:
        kind: Any = element.element.type
        raise OperatorRefused(
            f"field {kind.field}: this search may find rows too many, which only a select of an ORM Session "
            "sorts out, with the condition in its WHERE joined by AND, and without LIMIT, DISTINCT, GROUP "
            "BY, functions or subqueries; give the search 128 bits, or query so"
        )


def _is_stored(element: ColumnElement[Any]) -> bool:
    """Say whether the column is a table's own, so that its generated column can be named beside it."""
    source = getattr(element, "table", None)
    while type(source) in {Alias, TableSample}:
        source = source.element  # type: ignore[union-attr]
    return isinstance(source, Table)
