"""INSERT into a table with n-grams: which rows it makes, or may have made."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Insert

from safeguards.errors import OperatorRefused
from safeguards.sqlalchemy.ngrams.keeping import Key
from safeguards.sqlalchemy.ngrams.side import Side

_OURS = "_safeguards_returning"  # set on a statement that got RETURNING from here


def prepare_insert(
    connection: Connection, statement: Insert, sides: list[Side], rows: list[dict[str, Any]]
) -> Insert:
    """Return the statement so that it tells the primary keys of its rows.

    Raises:
        OperatorRefused: it cannot.
    """
    keys, dialect = sides[0].keys, connection.dialect
    if statement.select is not None:
        _refuse_copies(statement, sides)
        return statement
    if statement._returning:
        if not {hash(key) for key in keys} <= {hash(each) for each in statement._all_selected_columns}:
            raise _refusal(sides, "RETURNING needs the primary key too")
        return statement
    if not _is_plain(statement):
        if not dialect.insert_returning or (len(rows) > 1 and not dialect.insert_executemany_returning):
            raise _refusal(sides, "this database does not tell which rows an upsert or several VALUES write")
        changed = statement.returning(*keys)
        setattr(changed, _OURS, True)
        return changed
    if len(rows) < 2 or all(row.get(key.key) is not None for key in keys for row in rows):
        return statement
    if not dialect.insert_executemany_returning:
        if all(_is_drawn_here(key) for key in keys):
            return statement
        raise _refusal(sides, "this database does not tell the keys of many new rows")
    return statement.return_defaults(*keys)


def inserted(statement: Insert, result: Any, sides: list[Side]) -> list[Key]:
    """Return the primary keys of the rows that a statement, prepared before, has made or met."""
    if statement.select is not None:
        return []
    if statement._returning:
        rows = result.all()
        if not getattr(statement, _OURS, False):
            result._rewind(rows)
        return [tuple(row._mapping[key] for key in sides[0].keys) for row in rows]
    return [tuple(row) for row in result.context.inserted_primary_key_rows]


def is_fresh(connection: Connection, statement: Insert) -> bool:
    """Say whether the rows are new, and can have no n-grams.

    On SQLite, which enforces foreign keys for those who ask, they may have inherited some of a row that raw
    SQL deleted.
    """
    upsert = statement._post_values_clause is not None or bool(statement._prefixes)
    return connection.dialect.name != "sqlite" and not upsert


def _is_plain(statement: Insert) -> bool:
    """Say whether each row that is given becomes a new one: no upsert, IGNORE, REPLACE or several VALUES."""
    return not (
        statement._post_values_clause is not None
        or statement._prefixes
        or statement._multi_values
        or statement._inline
    )


def _is_drawn_here(key: Any) -> bool:
    return key.default is not None and (key.default.is_callable or key.default.is_scalar)


def _refuse_copies(statement: Insert, sides: list[Side]) -> None:
    names = {str(name) for name in statement._select_names or ()}
    for side in sides:
        upsert = statement._post_values_clause is not None
        if side.column.key in names or side.column.default is not None or upsert:
            raise _refusal([side], "INSERT ... FROM SELECT does not tell which rows it writes")


def _refusal(sides: list[Side], reason: str) -> OperatorRefused:
    fields = ", ".join(str(side.kind.field) for side in sides)
    return OperatorRefused(
        f"field {fields} has n-grams to be kept in step: {reason}; insert through the ORM or row by row"
    )
