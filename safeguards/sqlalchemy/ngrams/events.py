"""Where n-grams meet the engine: every statement of the ORM and of Core passes here.

What a text becomes and what its n-grams become is one transaction. If the n-grams cannot be written, the
innermost transaction is rolled back and takes nothing more, as PostgreSQL does after every error.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Delete, Engine, Insert, Select, Update, event
from sqlalchemy.engine import RootTransaction
from sqlalchemy.sql.lambdas import LambdaElement

from safeguards.errors import OperatorRefused
from safeguards.sqlalchemy.ngrams.changes import prepare_change, refuse_other_tables, touched
from safeguards.sqlalchemy.ngrams.condition import promise_all
from safeguards.sqlalchemy.ngrams.inserts import inserted, is_fresh, prepare_insert
from safeguards.sqlalchemy.ngrams.keeping import Key, keep_in_step, refuse_autocommit
from safeguards.sqlalchemy.ngrams.side import Side, sides_of

_DML = (Insert, Update, Delete)


def listen() -> None:
    """Begin to watch all engines; without an Ngram, statements pay nothing."""
    if not event.contains(Engine, "after_execute", _after):
        event.listen(Engine, "before_execute", _before, retval=True)
        event.listen(Engine, "after_execute", _after)


def _before(
    connection: Connection, element: Any, multiparams: Any, params: Any, _options: Any
) -> tuple[Any, Any, Any]:
    if isinstance(element, LambdaElement) and isinstance(element._resolved, _DML):
        element = element._resolved
    if isinstance(element, (Select, Update, Delete)) and element._where_criteria:
        element = promise_all(element)
    if isinstance(element, Update):
        refuse_other_tables(element)
    if isinstance(element, _DML) and (sides := sides_of(element.table)):
        rows = multiparams or [params]
        element = _prepared(connection, element, sides, rows)
    return element, multiparams, params


def _prepared(connection: Connection, statement: Any, sides: list[Side], rows: list[dict[str, Any]]) -> Any:
    if isinstance(statement, Insert):
        refuse_autocommit(connection, sides[0])
        return prepare_insert(connection, statement, sides, rows)
    changed = prepare_change(connection, statement, sides, rows)
    if touched(changed) is not None:
        refuse_autocommit(connection, sides[0])
    return changed


def _after(
    connection: Connection, element: Any, _multiparams: Any, _params: Any, _options: Any, result: Any
) -> None:
    if not isinstance(element, _DML) or not (sides := sides_of(element.table)):
        return
    try:
        if isinstance(element, Insert):
            _keep(connection, sides, inserted(element, result, sides), fresh=is_fresh(connection, element))
        elif (note := touched(element)) is not None:
            if note.count is not None and result.rowcount not in {-1, note.count}:
                raise OperatorRefused(
                    f"field {note.sides[0].kind.field}: an UPDATE reached other rows than were found before "
                    "it, and their n-grams are unknown; update by primary key, or try again"
                )
            _keep(connection, note.sides, note.keys)
    except BaseException:
        _undo(connection)
        raise


def _keep(connection: Connection, sides: list[Side], keys: list[Key], *, fresh: bool = False) -> None:
    if any(part is None for key in keys for part in key):
        raise OperatorRefused(
            f"field {sides[0].kind.field}: the database did not tell the keys of new rows, which their "
            "n-grams need; insert row by row, or give the keys"
        )
    for side in sides:
        keep_in_step(connection, side, keys, fresh=fresh)


def _undo(connection: Connection) -> None:
    """Leave the innermost transaction rolled back, and good for nothing but ``rollback()``."""
    nested, whole = connection.get_nested_transaction(), connection.get_transaction()
    if nested is not None and nested.is_active:
        nested._close_impl(False, False)
    elif isinstance(whole, RootTransaction) and whole.is_active:
        whole._connection_rollback_impl()
        whole.is_active = False
