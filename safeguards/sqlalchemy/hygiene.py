"""Errors of statements on protected tables show no parameters: a sibling's error would print ours."""

from __future__ import annotations

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import StatementError

_protected_tables: set[str] = set()


def protect_table(name: str) -> None:
    """Hide the parameters of failing statements that name this table."""
    _protected_tables.add(name)


@event.listens_for(Engine, "handle_error")
def _hide_parameters(context: ExceptionContext) -> None:
    error = context.sqlalchemy_exception
    if not isinstance(error, StatementError) or not _touches(error.statement or ""):
        return
    error.hide_parameters = True
    error.params = None


def _touches(statement: str) -> bool:
    return any(name in statement for name in _protected_tables)
