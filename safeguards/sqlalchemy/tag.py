"""The search tag of an encrypted column as an SQL expression that an index can serve."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from sqlalchemy import Alias, ColumnElement, Dialect, LargeBinary, Table, TableSample
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator, TypeEngine

from safeguards.errors import OperatorRefused

# MariaDB has no expression indexes: the tag stands in a generated column of this name.
GENERATED_SUFFIX = "__tag"
MARIADB = ("mysql", "mariadb")


class TagValue(TypeDecorator[Any]):
    """Binds a plain value as the tag that its ciphertexts carry."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, encrypted: TypeEngine[Any]) -> None:
        super().__init__()
        self.encrypted = encrypted

    @cached_property
    def _static_cache_key(self) -> Any:
        # SQLAlchemy asks for it at every execution.
        return type(self), self.encrypted._static_cache_key

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], bytes | None]:
        """Compute the tag on the way into the database."""
        tag = self.encrypted.cipher.tag  # type: ignore[attr-defined]
        return lambda value: None if value is None else tag(value)

    def literal_processor(self, dialect: Dialect) -> Any:
        """Refuse to print a value, or its tag, into SQL text."""
        field = self.encrypted.field  # type: ignore[attr-defined]
        raise OperatorRefused(f"field {field}: literal_binds would print the value into the statement")

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """Make tags of the other side too."""
        return self


class TagOf(ColumnElement[Any]):
    """``substr(column, 1, n)`` with literal offsets, rendered alike in an index and in a query."""

    __visit_name__ = "safeguards_tag_of"
    inherit_cache = True
    _traverse_internals = [("element", InternalTraversal.dp_clauseelement)]  # noqa: RUF012  SQLAlchemy's own form

    def __init__(self, element: ColumnElement[Any]) -> None:
        self.element = element
        self.type: TagValue = element.type.tag_value  # type: ignore[attr-defined]

    @property
    def width(self) -> int:
        """How many bytes the tag and what stands before it take."""
        length: int = self.element.type.cipher.prefix_length  # type: ignore[attr-defined]
        return length

    @property
    def _from_objects(self) -> Any:
        return self.element._from_objects


@compiles(TagOf)
def _substr(element: TagOf, compiler: SQLCompiler, **kw: Any) -> str:
    kw.pop("within_columns_clause", None)
    return f"substr({compiler.process(element.element, **kw)}, 1, {element.width})"


@compiles(TagOf, *MARIADB)
def _generated(element: TagOf, compiler: SQLCompiler, **kw: Any) -> str:
    kw.pop("within_columns_clause", None)
    inner = compiler.process(element.element, **kw)
    if not _is_stored(element.element):
        return f"LEFT({inner}, {element.width})"
    name: str = element.element.name
    quote = compiler.preparer.quote
    return inner.removesuffix(quote(name)) + quote(name + GENERATED_SUFFIX)


def _is_stored(element: ColumnElement[Any]) -> bool:
    """Say whether the column is a table's own, so that its generated column can be named beside it."""
    source = getattr(element, "table", None)
    while type(source) in {Alias, TableSample}:
        source = source.element  # type: ignore[union-attr]
    return isinstance(source, Table)
