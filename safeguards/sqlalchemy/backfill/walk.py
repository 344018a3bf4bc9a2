"""Visiting a table's rows in the order of their key, a page at a time, in flat memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row

from safeguards.errors import SafeguardsError
from safeguards.sqlalchemy.backfill.backend import Backend
from safeguards.sqlalchemy.backfill.pace import UNHURRIED, Pace
from safeguards.sqlalchemy.backfill.statements import KeyPart, page


class Walk:
    """A position in a table. ``read`` gives the rows after it, ``pass_by`` moves it behind them.

    Rows that are inserted before the position meanwhile are not visited: walk again to find them.

    Args:
        keys: the parts of the table's key.
        value: what to read of each row, as ``value`` beside ``key0``, ``key1`` and so on.
        condition: which rows to visit.
        longest: how many bytes a value may have; long values make short pages.
        lock: hold the rows that ``read`` gives until the transaction ends.
        pace: makes shorter pages of a slow job.
    """

    def __init__(
        self,
        backend: Backend,
        keys: Sequence[KeyPart],
        value: ColumnElement[Any],
        condition: ColumnElement[bool],
        longest: int,
        *,
        lock: bool = False,
        pace: Pace = UNHURRIED,
    ) -> None:
        self._connection = backend.session.connection
        self._width = len(keys)
        rows = max(1, min(backend.rows_a_page, backend.page_bytes // max(1, longest)))
        self._size = pace.page(rows)
        self._after: tuple[Any, ...] | None = None
        statements = [
            page(keys, value, first=first, by_tuple=backend.by_tuple).where(condition)
            for first in (True, False)
        ]
        self._first, self._next = (
            each.with_for_update(key_share=True) if lock else each for each in statements
        )

    def read(self) -> Sequence[Row[Any]]:
        """Return the next rows; none at the end."""
        parameters: dict[str, Any] = {"rows": self._size}
        if self._after is None:
            return self._connection.execute(self._first, parameters).all()
        parameters |= {f"key{at}": part for at, part in enumerate(self._after)}
        return self._connection.execute(self._next, parameters).all()

    def key(self, row: Row[Any]) -> tuple[Any, ...]:
        """Return a row's key."""
        return tuple(row[: self._width])

    def pass_by(self, rows: Sequence[Row[Any]]) -> None:
        """Move behind the rows.

        Raises:
            SafeguardsError: the key does not come back from the driver as it was stored.
        """
        last = self.key(rows[-1])
        if last == self._after:
            raise SafeguardsError("the driver rounds values of the primary key: use an exact type for it")
        self._after = last

    def pages(self) -> Iterator[Sequence[Row[Any]]]:
        """Yield page after page to the end."""
        while rows := self.read():
            yield rows
            self.pass_by(rows)
