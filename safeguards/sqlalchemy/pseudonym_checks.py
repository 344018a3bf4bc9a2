"""The check of whole statements for pseudonymised columns: none compares in vain or stores plain values."""

from __future__ import annotations

from itertools import product
from typing import Any, NoReturn

from sqlalchemy import BindParameter, ClauseElement, Label, Null
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import (
    BinaryExpression,
    Case,
    ClauseList,
    CollectionAggregate,
    ExpressionClauseList,
    Grouping,
    Tuple,
    TypeCoerce,
)
from sqlalchemy.sql.selectable import ScalarSelect, SelectBase
from sqlalchemy.types import TupleType

from safeguards.errors import OperatorRefused
from safeguards.pseudonyms.tokens.tokeniser import TokenForm
from safeguards.sqlalchemy.hygiene import protect_table
from safeguards.sqlalchemy.pseudonymised import Pseudonymised

_WRAPPERS = (Grouping, Label, CollectionAggregate)
_LISTS = (ClauseList, ExpressionClauseList, Tuple)
_STORED = {"column", "scalar_select", "grouping"}


def check_comparisons(element: Any) -> None:
    """Raise OperatorRefused where ``element`` compares a pseudonymised column with something else."""
    for part in visitors.iterate(element):
        if isinstance(part, BinaryExpression) and are_strangers(part.left, part.right):
            refuse(part.left, part.right)
        if isinstance(part, Case) and part.value is not None:
            for compared, _ in part.whens:
                if are_strangers(part.value, compared):
                    refuse(part.value, compared)


def check_stored(column: Any, value: Any) -> None:
    """Raise OperatorRefused where SQL would put another thing than a pseudonym of its own into ``column``."""
    form = _form(column)
    if form is None or not isinstance(value, ClauseElement) or isinstance(value, Null):
        return
    if isinstance(value, BindParameter):
        own = value.type._isnull or _form(value) == form
    else:
        value = _bare(value)
        fits = isinstance(value, (TypeCoerce, Null)) or value.__visit_name__ in _STORED
        own = fits and (isinstance(value, Null) or _form(value) == form)
    if not own:
        raise OperatorRefused(
            f"{column.type.place} keeps pseudonyms of {form}: SQL would store something else in it; assign a "
            "plain value, a Pseudonym, or a column of the same kind"
        )


def protect(table: Any) -> None:
    """Hide the parameters of a table whose foreign key took the type of another table's column."""
    if any(_form(column) is not None for column in getattr(table, "c", ())):
        protect_table(table.name)


def are_strangers(left: Any, right: Any) -> bool:
    """Say whether a pseudonymised column is on one side, and no pseudonyms of its form on the other."""
    ours, theirs = _parts(left), _parts(right)
    if len(ours) != 1 and len(ours) != len(theirs):
        return False  # tuples in a list, which are bound each by its own column's type
    pairs = product(ours, theirs) if len(ours) == 1 else zip(ours, theirs, strict=True)
    return any(_differ(*pair) for pair in pairs)


def refuse(left: Any, right: Any) -> NoReturn:
    """Raise OperatorRefused for two sides that never meet."""
    kinds = (part.type for side in (left, right) for part in _parts(side) if _form(part) is not None)
    kind: Any = next(kinds)
    raise OperatorRefused(
        f"{kind.place} keeps pseudonyms of {kind.form}: a comparison with another domain, item, length or "
        "type would silently find nothing; where the other side holds such pseudonyms, say so by "
        f"type_coerce(other, {kind!r})"
    )


def _parts(side: Any) -> list[Any]:
    side = _bare(side)
    if isinstance(side, _LISTS):
        return [_bare(part) for part in side.clauses]
    rows = side.element if isinstance(side, ScalarSelect) else side
    columns = list(rows.selected_columns) if isinstance(rows, SelectBase) else []
    return columns if len(columns) > 1 or (rows is side and columns) else [side]


def _bare(element: Any) -> Any:
    while isinstance(element, _WRAPPERS):
        element = element.element
    return element


def _differ(one: Any, other: Any) -> bool:
    if any(isinstance(part, Null) or isinstance(_type(part), TupleType) for part in (one, other)):
        return False
    return _form(one) != _form(other)


def _form(element: Any) -> TokenForm | None:
    kind = _type(element)
    return kind.form if isinstance(kind, Pseudonymised) else None


def _type(element: Any) -> Any:
    return getattr(element, "type", None)
