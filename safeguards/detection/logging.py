"""Logs without personal data: a filter for `logging`, and a processor for structlog.

    handler.addFilter(RedactingFilter())
    structlog.configure(processors=[..., StructlogRedactor(), structlog.processors.JSONRenderer()])

Both redact the message, its arguments, extra fields, exceptions and stacks; neither ever raises, and a record
that cannot be redacted is withheld. A filter belongs on handlers: one on a logger does not see what its
children log.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from safeguards.detection.redaction import Redactor
from safeguards.errors import InputError

WITHHELD = "<log record withheld: it could not be redacted>"
MISFIT = "<arguments withheld: they do not fit the message>"

_STANDARD = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})
_KEPT = ("level", "timestamp")
_STEADY = (str, int, float, Decimal, date, UUID, type(None))
"""Arguments that always print as they did; others may say more the next time."""

_FORMATTER = logging.Formatter()


class RedactingFilter(logging.Filter):
    """Redacts each record that passes, for every handler that sees it afterwards.

    Takes the options of :class:`Redactor`: ``entities``, ``threshold``, ``replacement``, ``detector`` and
    ``secret_names``. What an exception says is redacted as text, and the exception itself is taken from the
    record, so that nobody formats it anew.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__()
        self._redactor = Redactor(*args, **options)

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record; it always passes."""
        try:
            self._redact(record)
        except Exception:
            _withhold(record)
        return True

    def _redact(self, record: logging.LogRecord) -> None:
        self._message(record)
        for name, value in list(vars(record).items()):
            if name not in _STANDARD:
                delattr(record, name)
                setattr(record, self._redactor.text(name), self._redactor.value(value, name))
        if record.exc_info and record.exc_info[0] is not None and not record.exc_text:
            record.exc_text = _FORMATTER.formatException(record.exc_info)
        record.exc_info = None
        if record.exc_text:
            record.exc_text = self._redactor.text(str(record.exc_text))
        if record.stack_info:
            record.stack_info = self._redactor.text(str(record.stack_info))

    def _message(self, record: logging.LogRecord) -> None:
        """Redact the message as it will read: a value may be made of the text and of arguments together."""
        args = record.args
        try:
            if isinstance(args, Mapping):
                record.args = self._redactor.value(args)
            said = record.getMessage()
        except Exception:
            record.msg, record.args = f"{self._redactor.text(str(record.msg))} {MISFIT}", ()
            return
        redacted = self._redactor.text(said)
        if redacted != said or record.args is not args or not _steady(record) or self._hidden(args, said):
            record.msg, record.args = redacted, ()
        if "message" in vars(record):  # another handler has formatted it already
            record.message = redacted

    def _hidden(self, args: Any, said: str) -> bool:
        """Say whether arguments hold what the message, in which nothing was found, does not show."""
        values = args.values() if isinstance(args, Mapping) else args or ()
        unseen = [value for value in values if str(value) not in said]
        return self._redactor.value(unseen) is not unseen


class StructlogRedactor:
    """A structlog processor that redacts the whole event; put it last before the renderer.

    Takes the options of :class:`Redactor`. ``exc_info`` becomes the redacted text ``exception``, as
    ``structlog.processors.format_exc_info`` would make it.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        self._redactor = Redactor(*args, **options)
        self._filter = RedactingFilter(*args, **options)

    def __call__(
        self, logger: Any, method_name: str, event_dict: MutableMapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return the event redacted."""
        try:
            return self._redacted(event_dict)
        except Exception:
            kept = {name: event_dict[name] for name in _KEPT if name in event_dict}
            return {**kept, "event": WITHHELD}

    def _redacted(self, event: MutableMapping[str, Any]) -> dict[str, Any]:
        raised = _raised(event.pop("exc_info", None))
        if raised is not None:
            event["exception"] = _FORMATTER.formatException(raised)
        redacted: dict[str, Any] = {}
        for name, value in event.items():
            if isinstance(value, logging.LogRecord):
                self._filter.filter(value)
                redacted[name] = value
            else:
                label = "" if name in {"event", "exception", "stack"} else name
                redacted[self._redactor.text(name)] = self._redactor.value(value, label)
        return redacted


def redact_handlers(logger: logging.Logger | None = None, **options: Any) -> RedactingFilter:
    """Add one filter to every handler of a logger, by default the root's, and return it.

    Raises:
        InputError: the logger has no handler, or an option is wrong.
    """
    logger = logger or logging.getLogger()
    if not logger.handlers:
        raise InputError(f"logger {logger.name!r} has no handler yet: configure logging first")
    added = RedactingFilter(**options)
    for handler in logger.handlers:
        handler.addFilter(added)
    return added


def _steady(record: logging.LogRecord) -> bool:
    values = record.args.values() if isinstance(record.args, Mapping) else record.args or ()
    return isinstance(record.msg, str) and all(isinstance(value, _STEADY) for value in values)


def _raised(given: Any) -> Any:
    """Return what structlog means by ``exc_info`` as the three that `logging` formats."""
    if isinstance(given, BaseException):
        return type(given), given, given.__traceback__
    if isinstance(given, tuple):
        return given if given[:1] != (None,) else None
    found = sys.exc_info() if given else (None, None, None)
    return None if found[0] is None else found


def _withhold(record: logging.LogRecord) -> None:
    record.msg, record.args = WITHHELD, ()
    record.exc_info = record.exc_text = record.stack_info = None
    for name in list(vars(record)):
        if name not in _STANDARD:
            setattr(record, name, WITHHELD)
    if "message" in vars(record):
        record.message = WITHHELD
