"""Silence around one call: at level DEBUG botocore logs whole requests and answers, data keys among them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_PACKAGES = ("boto3", "botocore", "urllib3")
_asking: ContextVar[bool] = ContextVar("_asking", default=False)


class _OthersOnly(logging.Filter):
    """Drops the records of a call of ours; the application's own use of boto3 logs as before."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not _asking.get()


_FILTER = _OthersOnly()


@contextmanager
def quiet() -> Iterator[None]:
    """Let no logger of boto3 and what it stands on record anything that this thread does in the block."""
    # A filter on a package's logger does not see what its modules' loggers record: each gets it, once.
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in _PACKAGES:
            logging.getLogger(name).addFilter(_FILTER)
    token = _asking.set(True)
    try:
        yield
    finally:
        _asking.reset(token)
