"""What a database says of a row that it does not take, as one line without the row."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from safeguards.errors import InputError
from safeguards.tables.sql_values import CALLED
from safeguards.tables.urls import empty, refused_as_input, shown

_KEY_AT_END = re.compile(r"for key '([^']*)'$")
_NOT_NULL = re.compile(r"^Column '([^']*)' cannot be null$")
_CHECK = re.compile(r"^CONSTRAINT `(?:[^`]*\.)?([^`.]*)` failed for ")
# What stands before may quote a value, and so may hold such words.
_COLUMN_AT_END = re.compile(r"for column (?:`[^`]*`\.`[^`]*`\.`([^`]*)`|'([^']*)') at row \d+$")


_writing: ContextVar[bool] = ContextVar("writing", default=False)

# Of a row that was refused psycopg logs what came after it too, which may quote the row.
logging.getLogger("psycopg").addFilter(lambda record: not _writing.get())


@contextmanager
def row_refused(engine: Engine, table: sa.Table) -> Iterator[None]:
    """Name the constraint that a row breaks, without the row."""
    with refused_as_input(f"cannot write {table.name} to {shown(engine.url)}", engine.url):
        token = _writing.set(True)
        try:
            yield
        except IntegrityError as error:
            refused = f"{table.name}: a row breaks {_constraint(error)}; nothing was written"
            empty(error)
        except (OperationalError, DataError) as error:
            told = _fault(error, table)
            if told is None:
                raise
            refused = f"{told}; nothing was written"
            empty(error)
        else:
            return
        finally:
            _writing.reset(token)
        raise InputError(refused) from None


def _fault(error: OperationalError | DataError, table: sa.Table) -> str | None:
    """Say what is wrong with a row, None where it is something else that failed."""
    told = str(error.orig.args[-1]) if error.orig is not None and error.orig.args else ""
    if check := _CHECK.match(told):
        return f"{table.name}: a row breaks the CHECK of {check[1]}"
    column = _COLUMN_AT_END.search(told)
    if column is None or (name := column[1] or column[2]) not in table.columns:
        return None
    return (
        f"{table.info.get(CALLED, table.name)}.{name} does not take a value, such as text that its character "
        "set has not: change the column"
    )


def _constraint(error: IntegrityError) -> str:
    cause: Any = error.orig
    told: Any = getattr(cause, "diag", None)
    if getattr(told, "constraint_name", None):
        return f"the constraint {told.constraint_name}"
    if getattr(told, "column_name", None):
        return f"NOT NULL of {told.column_name}"
    if hasattr(cause, "sqlite_errorname"):
        return str(cause)  # names of columns alone
    if null := _NOT_NULL.match(str(cause.args[-1]) if cause.args else ""):
        return f"NOT NULL of {null[1]}"
    found = _KEY_AT_END.search(str(cause.args[-1])) if cause.args else None
    return f"the key {found[1]}" if found else "a constraint (a key, a reference, NOT NULL or CHECK)"
