"""One connection on which a job runs: explicit transactions, raw DDL, no plaintext in errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.engine import CursorResult, Row
from sqlalchemy.exc import SQLAlchemyError


class Session:
    """A connection in autocommit mode whose transactions are opened by hand.

    ``doing`` names the step under way, for the one line that a failure prints.
    """

    def __init__(self, connection: Connection, begin: str) -> None:
        self.connection = connection
        self.doing = "looking at the database"
        self._begin = begin
        backtick = connection.dialect.name in {"mysql", "mariadb"}
        self._quote = "`" if backtick else '"'

    def quote(self, name: str) -> str:
        """Return the name quoted for raw SQL."""
        return self._quote + name.replace(self._quote, self._quote * 2) + self._quote

    def qualified(self, schema: str | None, name: str) -> str:
        """Return the quoted name of a table, under its schema where it has one."""
        return f"{self.quote(schema)}.{self.quote(name)}" if schema else self.quote(name)

    def run(self, sql: str) -> CursorResult[Any]:
        """Execute raw SQL as it is: colons and percent signs have no meaning in it."""
        return self.connection.exec_driver_sql(sql, execution_options={"no_parameters": True})

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[Row[Any]]:
        """Return all rows of a catalogue query with ``:named`` parameters."""
        return list(self.connection.execute(text(sql), dict(parameters or {})))

    def change(self, sql: str, parameters: Mapping[str, Any]) -> None:
        """Execute a statement with ``:named`` parameters that gives no rows."""
        self.connection.execute(text(sql), dict(parameters))

    def scalar(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Return the first column of the first row, or None."""
        return self.connection.scalar(text(sql), dict(parameters or {}))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Open a transaction; commit at the end, roll back on any error."""
        self.run(self._begin)
        try:
            yield
        except BaseException:
            with suppress(SQLAlchemyError):  # the connection may be gone, and the transaction with it
                self.run("ROLLBACK")
            raise
        self.run("COMMIT")
