"""What SQLAlchemy itself would print of protected tables: parameters in errors, rows in its debug log."""

from __future__ import annotations

import logging
import re
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import StatementError

_HIDDEN = "(hidden: a row may hold decrypted values)"
_protected_tables: set[str] = set()


def protect_table(name: str) -> None:
    """Hide the parameters of failing statements that name this table."""
    quoted = {name, name.replace('"', '""'), name.replace("`", "``")}
    _protected_tables.update(quoted, (form.replace("%", "%%") for form in quoted))


@event.listens_for(Engine, "handle_error")
def _hide_parameters(context: ExceptionContext) -> None:
    # A sibling column's error would print our values.
    error = context.sqlalchemy_exception
    if isinstance(error, StatementError) and _touches(error.statement or ""):
        error.hide_parameters = True
        error.params = None


def _touches(statement: str) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", statement) for name in _protected_tables)


class _HideRows(logging.Filter):
    """``echo="debug"`` prints every row as Python sees it, which is decrypted."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno == logging.DEBUG and "Row %r" in str(record.msg):
            record.args = (_HIDDEN,)
        return True


_hide_rows = _HideRows()


@event.listens_for(Engine, "engine_connect")
def _watch_log(connection: Connection) -> None:
    if connection._echo:
        wrapped: Any = connection.engine.logger
        logger: logging.Logger = getattr(wrapped, "logger", wrapped)
        logger.addFilter(_hide_rows)  # adding it twice changes nothing
