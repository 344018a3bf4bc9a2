"""A stream that can be shut, for a reader that reads ahead of whoever reads it, in a thread of its own."""

from __future__ import annotations

import atexit
import io
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any
from weakref import WeakSet

_suspended: WeakSet[Generator[Any, None, None]] = WeakSet()


class Tap(io.RawIOBase):
    """Bytes of ``stream`` until it is shut, and then the end."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._shut = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes."""
        return b"" if self._shut else self._stream.read(size)

    def shut(self) -> None:
        """Let the stream be at its end."""
        self._shut = True


@contextmanager
def read_to_its_end(reader: Any, tap: Tap | None) -> Iterator[Any]:
    """Leave a reader of Arrow that decodes only when its thread has come to the end of the shut stream.

    Decoding is Python, and a thread that runs Python while the interpreter ends aborts the process. Without a
    tap the thread runs none, and the reader is just closed.
    """
    with reader:
        try:
            yield reader
        finally:
            if tap:
                tap.shut()
                with suppress(Exception):  # the rest is of no interest, nor is what is wrong in it
                    for _ in reader:
                        pass


def closed_at_exit(rows: Generator[Any, None, None]) -> Generator[Any, None, None]:
    """Have a generator that is left suspended closed before the interpreter ends."""
    _suspended.add(rows)
    return rows


@atexit.register
def _close() -> None:
    for rows in list(_suspended):
        with suppress(ValueError):  # it runs in another thread
            rows.close()
