"""Exact answers from approximate tags: rows found by them are checked again when they are decrypted.

An ORM Session's select gets the searched columns beside its own; rows whose plain values do not match are
left out of the result. Whatever cannot be mended so keeps its unchecked tag, which does not compile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import BinaryExpression, ColumnElement, Over, Select, Table, TextClause, event
from sqlalchemy.engine import IteratorResult, Result
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BooleanClauseList
from sqlalchemy.sql.functions import FunctionElement

from safeguards.errors import OperatorRefused
from safeguards.fields import Bucket, Exact, Slice
from safeguards.sqlalchemy.derived import Range
from safeguards.sqlalchemy.ngrams.condition import RowOf
from safeguards.sqlalchemy.tag import TagOf

if TYPE_CHECKING:
    from safeguards.sqlalchemy.types import Encrypted

_CHECKABLE = {operators.eq, operators.in_op}


@dataclass(frozen=True, slots=True)
class _Check:
    """One condition on one column: ``matches`` judges the plain value."""

    column: ColumnElement[Any]
    matches: Callable[[Any], bool]


@event.listens_for(Session, "do_orm_execute")
def _check_again(state: ORMExecuteState) -> Result[Any] | None:
    statement = state.statement
    if not state.is_select or not isinstance(statement, Select):
        return None
    leaves = list(_approximate(statement._where_criteria))
    if not leaves:
        return None
    _refuse_shape(statement, leaves[0])
    checks = [_check(leaf, _parameters(state)) for leaf in leaves]
    checked = statement._clone()
    checked._where_criteria = tuple(_promise(each) for each in statement._where_criteria)
    checked = checked.add_columns(*(check.column for check in checks))
    return _sorted_out(state.invoke_statement(statement=checked), statement, checks)


def _parameters(state: ORMExecuteState) -> Mapping[str, Any]:
    """Return what the statement is executed with, be it given to execute() or by ``statement.params()``."""
    given: Any = state.parameters or {}
    rows = [given] if isinstance(given, Mapping) else list(given)
    return {**state.statement._params, **(rows[0] if len(rows) == 1 else {})}  # type: ignore[attr-defined]


def _sorted_out(result: Result[Any], statement: Select[Any], checks: list[_Check]) -> Result[Any]:
    """Return the rows that match, without the columns that were added to check them."""
    own = len(result._metadata._keys) - len(checks)  # keys() omits what has no name, such as an alias
    if own <= 0:  # nothing was selected: an UPDATE or DELETE will tell by RETURNING, and be refused
        return result
    metadata, attributes = result._metadata, result._attributes
    unique = result._unique_filter_state is not None
    rows = iter(result.unique() if unique else result)
    kept = (tuple(row) for row in rows if all(map(_holds, checks, row[own:])))
    everything: IteratorResult[Any] = IteratorResult(metadata, kept)
    sorted_out = everything.columns(*range(own))
    single = len(statement._raw_columns) == 1 and _is_entity(statement._raw_columns[0])
    # What the legacy Query reads: whether to give entities instead of rows.
    sorted_out._attributes = attributes.union({"is_single_entity": single})
    return sorted_out


def _holds(check: _Check, value: Any) -> bool:
    return value is not None and check.matches(value)


def _is_entity(element: Any) -> bool:
    return "parententity" in element._annotations and not isinstance(element, ColumnElement)


def _approximate(criteria: Iterable[Any]) -> Iterator[BinaryExpression[Any]]:
    """Yield approximate comparisons that are joined by AND at the top of a WHERE."""
    for criterion in criteria:
        if isinstance(criterion, BooleanClauseList) and criterion.operator is operators.and_:
            yield from _approximate(criterion.clauses)
        elif _is_approximate(criterion):
            yield criterion


def _is_approximate(criterion: Any) -> bool:
    return (
        isinstance(criterion, BinaryExpression)
        and isinstance(criterion.left, (TagOf, RowOf))
        and criterion.left.approximate
        and criterion.operator in _CHECKABLE
    )


def _promise(criterion: Any) -> Any:
    """Return the condition with its approximate tags marked as checked."""
    if isinstance(criterion, BooleanClauseList) and criterion.operator is operators.and_:
        changed = criterion._clone()
        changed.clauses = tuple(_promise(each) for each in criterion.clauses)
        return changed
    if not _is_approximate(criterion):
        return criterion
    changed = criterion._clone()
    changed.left = criterion.left.promised()
    return changed


def _check(leaf: BinaryExpression[Any], parameters: Mapping[str, Any]) -> _Check:
    tag: Any = leaf.left
    if isinstance(tag, RowOf):
        return _Check(tag.element, tag.matches)
    bind: Any = leaf.right
    value = parameters.get(bind.key, bind.effective_value)
    values = list(value) if leaf.operator is operators.in_op and not isinstance(value, Range) else [value]
    return _Check(tag.element, _judge(tag.element.type, tag.where, values))


def _judge(kind: Encrypted, where: Slice, wanted: list[Any]) -> Callable[[Any], bool]:
    search: Any = where.search
    if isinstance(search, Bucket):
        low, high = wanted[0].low, wanted[0].high
        return lambda value: bool(low <= value <= high)
    if isinstance(search, Exact):
        return lambda value: any(each is not None and kind.cipher.same(where, value, each) for each in wanted)
    compare = str.startswith if search.verb == "startswith" else str.endswith
    query = search.text(wanted[0])
    return lambda value: compare(search.text(value), query)


def _refuse_shape(statement: Select[Any], leaf: BinaryExpression[Any]) -> None:
    """Refuse what rows left out afterwards would make wrong."""
    wrong = {
        "LIMIT, OFFSET or FETCH": any(
            clause is not None
            for clause in (statement._limit_clause, statement._offset_clause, statement._fetch_clause)
        ),
        "DISTINCT": statement._distinct,
        "GROUP BY": statement._group_by_clauses,
        "HAVING": statement._having_criteria,
        "a function or text among the selected columns": any(map(_computes, statement._raw_columns)),
    }
    found = next((name for name, present in wrong.items() if present), None)
    if found is not None:
        field = leaf.left.element.type.field
        raise OperatorRefused(
            f"field {field}: {found} would count rows that its search finds and a check leaves out: select "
            "the rows and compute in Python, or ask for no more than a tag of 128 bits says"
        )


def _computes(column: Any) -> bool:
    if isinstance(column, Table):
        return False
    return any(
        isinstance(part, (FunctionElement, Over, TextClause)) or getattr(part, "is_literal", False)
        for part in visitors.iterate(column)
    )
