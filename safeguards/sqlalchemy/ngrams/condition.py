"""The condition that a text contains another: the row has the tags of its n-grams in the side table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import BindParameter, ColumnElement, Select, and_, select, tuple_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BooleanClauseList
from sqlalchemy.sql.visitors import InternalTraversal

from safeguards.errors import OperatorRefused
from safeguards.fields import Ngram
from safeguards.fields.search import FULL_BITS
from safeguards.sqlalchemy.ngrams.side import Side, side_of
from safeguards.sqlalchemy.tag import TagValue

if TYPE_CHECKING:
    from safeguards.sqlalchemy.types import Encrypted


class GramValue(TagValue):
    """Binds one n-gram as its tag."""

    cache_ok = True

    def bind_processor(self, dialect: Any) -> Callable[[Any], bytes]:
        """Compute the tag on the way into the database."""
        form_tag, where = self.encrypted.cipher.form_tag, self.where  # type: ignore[attr-defined]
        return lambda gram: form_tag(where, gram.encode())


class RowOf(ColumnElement[Any]):
    """The primary key of a row, in ``key IN (SELECT ... FROM side table)``.

    A condition that is not ``sure`` finds rows that have to be checked again. It compiles only where it is
    ``checked``: in a WHERE, joined by AND, since in a row whose text is NULL it is false instead of unknown.
    """

    __visit_name__ = "safeguards_row_of"
    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012  SQLAlchemy's own form
        ("row", InternalTraversal.dp_clauseelement),
        ("element", InternalTraversal.dp_clauseelement),
        ("checked", InternalTraversal.dp_boolean),
    ]

    def __init__(
        self,
        row: ColumnElement[Any],
        element: ColumnElement[Any],
        matches: Callable[[Any], bool],
        *,
        sure: bool,
    ) -> None:
        self.row = row
        self.element = element
        self.matches = matches
        self.sure = sure
        self.checked = False
        self.type = row.type

    @property
    def approximate(self) -> bool:
        """Whether rows are found that have to be checked again."""
        return not self.sure

    def promised(self) -> Self:
        """Return the same, to be compiled."""
        changed = self._clone()
        changed.checked = True
        return changed

    @property
    def _from_objects(self) -> Any:
        return self.row._from_objects


@compiles(RowOf)
def _row(element: RowOf, compiler: SQLCompiler, **kw: Any) -> str:
    if not element.checked:
        kind: Any = element.element.type
        raise OperatorRefused(
            f"field {kind.field}: a search by n-grams stands in a WHERE, joined by AND. A text longer than "
            "the n-gram, or fewer than 128 bits, may find rows too many, which only a select of an ORM "
            "Session sorts out, without LIMIT, DISTINCT, GROUP BY, functions or subqueries"
        )
    return compiler.process(element.row, **kw)


def is_sure(criterion: Any) -> bool:
    """Say whether a condition is a search by n-grams that needs no second look."""
    left = getattr(criterion, "left", None)
    return isinstance(left, RowOf) and left.sure and criterion.operator is operators.in_op


def promise_all(statement: Any) -> Any:
    """Return a SELECT, UPDATE or DELETE with its sure conditions, joined by AND, as such that compile."""
    criteria = statement._where_criteria
    changed = tuple(_promised(each) for each in criteria)
    if all(new is old for new, old in zip(changed, criteria, strict=True)):
        return statement
    statement = statement._clone()
    statement._where_criteria = changed
    return statement


def _promised(criterion: Any) -> Any:
    if isinstance(criterion, BooleanClauseList) and criterion.operator is operators.and_:
        parts = tuple(_promised(each) for each in criterion.clauses)
        if all(new is old for new, old in zip(parts, criterion.clauses, strict=True)):
            return criterion
        changed = criterion._clone()
        changed.clauses = parts
        return changed
    if not is_sure(criterion):
        return criterion
    changed = criterion._clone()
    changed.left = criterion.left.promised()
    return changed


def ngram_of(kind: Encrypted) -> Ngram | None:
    """Return the Ngram of a type's searches, where there is one."""
    found = kind.cipher.beside
    return found[0].search if found else None  # type: ignore[return-value]


def has_part(
    column: ColumnElement[Any], verb: str, query: str, *, any_case: bool = False
) -> ColumnElement[Any]:
    """Return the condition that the column's text contains, starts with or ends with ``query``.

    Raises:
        OperatorRefused: the field has no Ngram, it compares case, the text is too short, or the column is not
            a table's own.
    """
    kind: Encrypted = column.type  # type: ignore[assignment]
    search, side = ngram_of(kind), side_of(column)
    if search is None:
        raise OperatorRefused(f"field {kind.field}: {verb}() needs an Ngram in its search=")
    if any_case and not search.ignores_case:
        raise OperatorRefused(
            f'field {kind.field}: i{verb}() needs a normal form that folds case, such as normalise="caseless"'
        )
    if len(search.text(query)) < search.size:
        raise OperatorRefused(
            f"field {kind.field}: {verb}() by {search!r} takes a text of at least {search.size} characters"
        )
    if side is None:
        raise OperatorRefused(
            f"field {kind.field}: {verb}() is for the column of a table with a primary key, or of its alias; "
            "a subquery has no side table"
        )
    kind.cipher.check(query)
    source: Any = column.table
    keys = [source.c[key.key] for key in side.keys]
    found: Any = (keys[0] if len(keys) == 1 else tuple_(*keys)).in_(_rows(side, search.chosen(query)))
    whole = verb == "contains" and len(search.text(query)) == search.size and search.bits == FULL_BITS
    found.left = RowOf(found.left, column, search.judge(verb, query), sure=whole)
    return found  # type: ignore[no-any-return]


def _rows(side: Side, grams: list[str]) -> Select[Any]:
    """Return the SELECT of the keys of rows that have all ``grams``: each gram once, joined by the key.

    The database may begin with the rarest one, and leaves a row at the first gram that it lacks.
    """
    tables = [side.table.alias() for _ in grams]
    names = [key.key for key in side.own_keys]
    kind = GramValue(side.kind, side.where)
    conditions: list[Any] = []
    for table, gram in zip(tables, grams, strict=True):
        bound: BindParameter[Any] = BindParameter(None, gram, type_=kind, unique=True)
        conditions.append(table.c[side.tag.key] == bound)
        if table is not tables[0]:
            conditions += [table.c[name] == tables[0].c[name] for name in names]
    return select(*(tables[0].c[name] for name in names)).where(and_(*conditions))
