"""A database's errors in one line that quotes no value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from safeguards.errors import SafeguardsError
from safeguards.sqlalchemy.backfill.session import Session

# SQLSTATE classes whose messages name objects, never values: connection, transaction, syntax or access,
# resources, operator intervention, object state.
_SAFE_CLASSES = {"08", "25", "40", "42", "53", "55", "57"}
_MARIADB = {
    1044: "access to the database is denied",
    1045: "access is denied",
    1062: "two values have the same search tag",
    1142: "a privilege on the table is missing",
    1205: "another session holds the table or its rows for too long",
    1213: "the database broke the transaction off in favour of another one",
    1021: "the disk is full",
    1114: "the table is full",
    2006: "the server is gone",
    2013: "the connection was lost",
}


@contextmanager
def reporting(session: Session) -> Iterator[None]:
    """Turn an error of the database into one line that says what was being done.

    Raises:
        SafeguardsError: in place of the database's own error, which may quote values.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise SafeguardsError(
            f"stopped while {session.doing}: {explain(error)}; "
            "when that is put right, run the same command again"
        ) from None


def explain(error: SQLAlchemyError) -> str:
    """Return why the database failed, without any value."""
    if not isinstance(error, DBAPIError):
        return type(error).__name__
    own: Any = error.orig
    if hasattr(own, "sqlite_errorname"):
        return f"{own} ({own.sqlite_errorname})"
    state = getattr(own, "sqlstate", None) or getattr(own, "pgcode", None)
    if hasattr(own, "diag") and state is not None:
        return _postgresql(own, str(state))
    code = own.args[0] if own is not None and own.args and isinstance(own.args[0], int) else None
    if code is not None:
        return (
            _MARIADB.get(code, "the server refused; its message may quote a value and is withheld")
            + f" (error {code})"
        )
    return type(own).__name__


def _postgresql(own: Any, state: str) -> str:
    if state == "23505":
        return "two values have the same search tag (SQLSTATE 23505)"
    message = str(getattr(own.diag, "message_primary", "") or "")
    shown = (
        message if state[:2] in _SAFE_CLASSES and message else "its message may quote a value and is withheld"
    )
    return f"{shown} (SQLSTATE {state})"
