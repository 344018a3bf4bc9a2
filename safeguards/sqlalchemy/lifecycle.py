"""The states of a column's life: ``plaintext``, ``DualRead``, ``encrypted``, ``retiring``.

A state stands in the model, never in the database: who can write to the database cannot bring a column back
to accepting plaintext. For the same reason a wrong order of states cannot be seen there.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Dialect

from safeguards.crypto.envelope import is_envelope
from safeguards.errors import DecryptionFailed, InputError
from safeguards.sqlalchemy.plain_text import PLAIN_END, UNREADABLE, has_text_form, reader, stored_bytes

if TYPE_CHECKING:
    from safeguards.sqlalchemy.types import Encrypted

PLAINTEXT: Final = "plaintext"
ENCRYPTED: Final = "encrypted"
RETIRING: Final = "retiring"
_NAMED = (PLAINTEXT, ENCRYPTED, RETIRING)


@dataclass(frozen=True, slots=True)
class DualRead:
    """New values are encrypted, and rows that are still in plaintext are read too, until a date.

    Args:
        until: the last day, which ends at midnight UTC; or a moment, a datetime with its offset from UTC.

    Raises:
        InputError: ``until`` is neither.
    """

    until: date | datetime

    def __post_init__(self) -> None:
        if not isinstance(self.until, date) or (
            isinstance(self.until, datetime) and self.until.utcoffset() is None
        ):
            raise InputError("DualRead(until=) takes a date, or a datetime with its offset from UTC")

    def ended(self) -> bool:
        """Say whether plaintext is no longer read."""
        if isinstance(self.until, datetime):
            return datetime.now(UTC) >= self.until
        return datetime.now(UTC) >= datetime.combine(self.until, time(), UTC) + timedelta(days=1)


State = str | DualRead


class PlaintextRead(UserWarning):
    """A row of a column in DualRead is still in plaintext; given once a field and process."""


def check_state(kind: Encrypted) -> None:
    """Refuse a state that is unknown, or that the field's type cannot be in.

    Raises:
        InputError: it is one of these.
    """
    state = kind.state
    if not isinstance(state, DualRead) and state not in _NAMED:
        raise InputError(
            f"field {kind.field}: state= takes DualRead(until=...) or one of {', '.join(map(repr, _NAMED))}"
        )
    if (isinstance(state, DualRead) or state == PLAINTEXT) and not has_text_form(kind.python_type):
        raise InputError(
            f"field {kind.field}: plaintext and ciphertext of type {kind.type!r} could not be told apart in "
            "one column; copy the values to a new column that is encrypted from the start"
        )


def plaintext_reads() -> Mapping[str, int]:
    """Return how many plaintext values this process has read from columns in DualRead, by field id."""
    with _counting:
        return dict(_reads)


def binder(kind: Encrypted, dialect: Dialect) -> Callable[[Any], Any]:
    """Return what a column in a state other than ``encrypted`` does with values on their way in."""
    encrypt, field = kind.cipher.encrypt, kind.field
    if kind.state == PLAINTEXT:
        return kind.type.dialect_impl(dialect).bind_processor(dialect) or (lambda value: value)
    if kind.state != RETIRING:
        return lambda value: None if value is None else encrypt(value)

    def refuse(value: Any) -> None:
        if value is not None:
            raise InputError(f"field {field} is retiring: nothing but NULL may be written to it")

    return refuse


def plaintext_result(kind: Encrypted, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
    """Return how a column in plaintext reads its values."""
    read = kind.type.dialect_impl(dialect).result_processor(dialect, coltype)
    field, decimal = kind.field, kind.python_type is Decimal

    def process(value: Any) -> Any:
        if isinstance(value, (bytes, bytearray, memoryview)):
            raise DecryptionFailed(
                f"field {field}: the column is binary, though its model says plaintext; declare it with "
                "state=DualRead(until=...)"
            )
        if decimal and isinstance(value, str):  # where NUMERIC would round, numbers stand as text
            return Decimal(value)
        return value if read is None else read(value)

    return process


def _from_hex(value: object) -> bytes | None:
    """Return the ciphertext that PostgreSQL, before the column's type was changed, stored as a text."""
    if not isinstance(value, str) or not value.startswith("\\xfe"):
        return None
    try:
        data = bytes.fromhex(value[2:])
    except ValueError:
        return None
    return data if is_envelope(data) else None


def dual_result(kind: Encrypted, state: DualRead) -> Callable[[Any], Any]:
    """Return how a column in DualRead reads its values: ciphertext begins as no text in UTF-8 does."""
    decrypt, field, read = kind.cipher.decrypt, str(kind.field), reader(kind.python_type)

    def process(value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, str) and value[:1] == "\xfe" and value[1:2] < " ":
            raise DecryptionFailed(
                f"field {field}: a ciphertext was stored as text, because the column is not binary yet; "
                "change its type with `safeguards encrypt` before the model goes to DualRead"
            )
        data = _from_hex(value) or stored_bytes(value)
        if data[:1] >= PLAIN_END:
            return decrypt(data)
        if state.ended():
            raise DecryptionFailed(
                f"field {field}: a row is still in plaintext, and DualRead ended ({state.until}); run "
                "`safeguards encrypt` on this column, or set a later date"
            )
        _count(field)
        try:
            return read(data)
        except UNREADABLE:
            pass
        raise DecryptionFailed(f"field {field}: a row in plaintext is no {kind.python_type.__name__}")

    return process


def _count(field: str) -> None:
    with _counting:
        _reads[field] += 1
        first = _reads[field] == 1
    if first:
        warnings.warn(
            f"field {field}: rows are still in plaintext; run `safeguards encrypt` on this column",
            PlaintextRead,
            stacklevel=3,
        )


_reads: Counter[str] = Counter()
_counting = threading.Lock()


def _unlock() -> None:
    # Another thread of the parent may have held the lock, which nobody in the child would release.
    global _counting
    _counting = threading.Lock()


os.register_at_fork(after_in_child=_unlock)
