"""Events as lines of JSON at the end of a file."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from safeguards.audit.event import Event
from safeguards.errors import InputError, SafeguardsError

if sys.platform != "win32":
    import fcntl

_MODE = 0o600
_BEGINNING = b'{"action":'
_FLAGS = os.O_RDWR | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True)
class JsonLinesSink:
    """Appends each event to a file, one line each, on disk before ``record`` returns.

    The file is made for its owner alone (0600) and only ever appended to; several processes may share it.
    This is no log that shows tampering: whoever may write the file can change it. Give it to another account
    (or ``chattr +a``, or a log collector), or use a tamper-evident log where there is one.

    Raises:
        InputError: ``path`` is a folder, a pipe or a device such as ``/dev/null``, cannot be written to, or
            holds something else.
    """

    path: str | os.PathLike[str]

    def __post_init__(self) -> None:
        descriptor = self._open()
        try:
            begins = os.pread(descriptor, len(_BEGINNING), 0)
        finally:
            os.close(descriptor)
        # A log whose first line was torn begins shorter.
        if not _BEGINNING.startswith(begins):
            raise InputError(f"{self.path}: holds something else than events; name another file for the log")

    def record(self, event: Event) -> None:
        """Append the event.

        Raises:
            InputError: the file is gone and cannot be made anew.
            SafeguardsError: the disk is full or fails.
        """
        descriptor = self._open()
        try:
            line = f"{event.to_json()}\n".encode()
            _lock(descriptor)  # until it is closed
            line = b"\n" + line if _torn(descriptor) else line
            # In one write, so that lines of several processes do not mix.
            written = os.write(descriptor, line)
            os.fsync(descriptor)
            if written < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise SafeguardsError(f"{self.path}: an event cannot be recorded ({error.strerror})") from None
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        try:
            try:
                descriptor = os.open(self.path, _FLAGS)
            except FileNotFoundError:
                descriptor = self._create()
        except OSError as error:
            raise InputError(f"{self.path}: no events can be recorded there ({error.strerror})") from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise InputError(
                f"{self.path}: is no file but a pipe or a device; name a file to record events in"
            )
        return descriptor

    def _create(self) -> int:
        descriptor = os.open(self.path, _FLAGS | os.O_CREAT, _MODE)
        folder = os.open(Path(self.path).parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # or a crash may take the name away
        finally:
            os.close(folder)
        return descriptor


def _lock(descriptor: int) -> None:
    """Wait for other processes, whose half-written line would look torn; without locks, lines stay whole."""
    if sys.platform != "win32":
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)


def _torn(descriptor: int) -> bool:
    """Say whether the file ends within a line, as after a crash."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
