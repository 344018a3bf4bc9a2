"""Keep values out of Presidio's log: some of its messages quote what was looked at."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


def _withhold(record: logging.LogRecord) -> bool:
    if _quiet.get():
        if isinstance(record.args, tuple):
            record.args = tuple("(withheld)" if isinstance(one, str) else one for one in record.args)
        record.exc_info = record.exc_text = None
    return True


logging.getLogger("presidio-analyzer").addFilter(_withhold)  # it lets all pass but where `quiet` is entered


@contextmanager
def quiet() -> Iterator[None]:
    """Withhold the texts in the messages that Presidio logs in this thread meanwhile."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)
