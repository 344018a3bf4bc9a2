"""UPDATE and DELETE in a table with n-grams: which rows they touch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BinaryExpression, BindParameter, Connection, Delete, Update, select
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BooleanClauseList

from safeguards.errors import OperatorRefused
from safeguards.sqlalchemy.ngrams.keeping import Key, lock_database
from safeguards.sqlalchemy.ngrams.side import Side, side_of, table_of

_TOUCHED = "_safeguards_touched"  # set on a prepared statement
_ENDS_ITSELF = "sqlite"  # elsewhere foreign keys take the n-grams of deleted rows along


@dataclass(frozen=True, slots=True)
class Touched:
    """The rows that a statement is about to change; ``count`` is how many it must have changed, if known."""

    sides: list[Side]
    keys: list[Key]
    count: int | None


def prepare_change(
    connection: Connection, statement: Update | Delete, sides: list[Side], rows: list[dict[str, Any]]
) -> Update | Delete:
    """Return the statement with a note of the rows that it is going to touch.

    Raises:
        OperatorRefused: nobody can tell which rows these are.
    """
    concerned = _concerned(connection, statement, sides, rows)
    if not concerned:
        return statement
    if table_of(statement.table) is not statement.table:
        raise _refusal(concerned, "an alias is changed")
    keys = _pinned(statement, concerned[0], rows)
    count = None
    if keys is None:
        keys = _looked_up(connection, statement, concerned[0], rows)
        count = len(keys) if connection.dialect.name != "sqlite" else None
    changed = statement._clone()
    setattr(changed, _TOUCHED, Touched(concerned, keys, count))
    return changed


def touched(statement: Update | Delete) -> Touched | None:
    """Return the note of a prepared statement."""
    return getattr(statement, _TOUCHED, None)


def refuse_other_tables(statement: Update) -> None:
    """Refuse an UPDATE of several tables that sets a text in another one than its first."""
    for column in statement._values or ():
        side = None if isinstance(column, str) else side_of(column)
        if side is not None and side.column.table.key != getattr(table_of(statement.table), "key", None):
            raise _refusal([side], "several tables are changed at once")


def _concerned(
    connection: Connection, statement: Update | Delete, sides: list[Side], rows: list[dict[str, Any]]
) -> list[Side]:
    sqlite = connection.dialect.name == "sqlite"
    if isinstance(statement, Delete):
        return sides if sqlite else []
    names = _set_names(statement, rows)
    concerned = [side for side in sides if side.column.key in names or side.column.onupdate is not None]
    if {key.key for key in sides[0].keys} & names and (concerned or sqlite):
        raise _refusal(sides, "the primary key changes; write the text in another statement, or a new row")
    return concerned


def _set_names(statement: Update, rows: list[dict[str, Any]]) -> set[str]:
    given: Iterable[Any] = statement._values or ()
    names = {each if isinstance(each, str) else each.key for each in given}
    return names.union(*rows)


def _pinned(statement: Update | Delete, side: Side, rows: list[dict[str, Any]]) -> list[Key] | None:
    """Return the keys of rows that the WHERE names one by one; None where it does not."""
    binds = dict(_equalities(statement._where_criteria))
    own = [binds.get(hash(key)) for key in side.keys]
    if any(bind is None for bind in own):
        return None
    return [tuple(row.get(bind.key, bind.effective_value) for bind in own) for row in rows]  # type: ignore[union-attr]


def _equalities(criteria: Iterable[Any]) -> Iterator[tuple[int, BindParameter[Any]]]:
    for each in criteria:
        if isinstance(each, BooleanClauseList) and each.operator is operators.and_:
            yield from _equalities(each.clauses)
        elif (
            isinstance(each, BinaryExpression)
            and each.operator is operators.eq
            and isinstance(each.right, BindParameter)
        ):
            yield hash(each.left), each.right


def _looked_up(
    connection: Connection, statement: Update | Delete, side: Side, rows: list[dict[str, Any]]
) -> list[Key]:
    if len(rows) > 1:
        raise _refusal(
            [side], "many statements at once name their rows by something else than the primary key"
        )
    lock_database(connection, side)
    found = select(*side.keys).where(*statement._where_criteria).with_for_update(key_share=True)
    return list(dict.fromkeys(tuple(row) for row in connection.execute(found, rows[0])))


def _refusal(sides: list[Side], reason: str) -> OperatorRefused:
    fields = ", ".join(str(side.kind.field) for side in sides)
    return OperatorRefused(
        f"field {fields} has n-grams to be kept in step: {reason}; write through the ORM, or by primary key"
    )
