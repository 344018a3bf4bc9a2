"""Read a TOML document strictly: every key typed, every error one line that names the file and the key."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from safeguards.errors import InputError, meant

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

_LIMIT = 16 * 1024 * 1024
_TEXT_LIMIT = 4000


class Section:
    """One table of a TOML document, read key by key.

    Getters raise InputError where the key is missing or of another type; ``maybe_*`` return None where it is
    missing. ``close()`` refuses keys that nobody read, since a mistyped key is a promise that nobody keeps.
    """

    def __init__(self, table: dict[str, Any], file: str, path: str = "") -> None:
        self._table = table
        self._read: set[str] = set()
        self.file = file
        self.path = path

    @classmethod
    def open(cls, path: str | Path) -> Section:
        """Read a TOML file (UTF-8, with or without a byte order mark).

        Raises:
            InputError: the file is missing, unreadable, too large, not UTF-8 or not TOML.
        """
        try:
            with Path(path).open("rb") as stream:
                content = stream.read(_LIMIT + 1)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not a path"
            raise InputError(f"{path}: cannot be read: {reason or type(error).__name__}") from error
        if len(content) > _LIMIT:
            raise InputError(f"{path}: larger than {_LIMIT >> 20} MiB, so it is no TOML declaration")
        return cls(_parse(content, str(path)), str(path))

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def error(self, key: str, problem: str) -> InputError:
        """Return the error that names this file and ``key``."""
        where = ".".join(part for part in (self.path, key) if part)
        return InputError(f"{self.file}: {where}: {problem}")

    def needs(self, *keys: str) -> None:
        """Refuse a table that lacks several of these keys, naming all of them at once.

        A single one is left to its getter, which says what it needs.
        """
        missing = [key for key in keys if key not in self._table]
        if len(missing) > 1:
            raise self.error("", f"{_listed(missing)} are missing")

    def text(self, key: str) -> str:
        """Return a text of one to 4,000 printable characters, stripped, in Unicode's composed form."""
        return self._require(key, self.maybe_text(key), "a text")

    def maybe_text(self, key: str) -> str | None:
        """Return the text, or None where the key is missing."""
        return self._typed(key, str, "a text", self._clean)

    def day(self, key: str) -> date:
        """Return a date."""
        return self._require(key, self.maybe_day(key), "a date such as 2025-03-08")

    def maybe_day(self, key: str) -> date | None:
        """Return the date, or None where the key is missing."""
        value = self._take(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise self.error(key, "needs a date without quotes or time, such as 2025-03-08")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false, or the default where the key is missing."""
        value = self.maybe_flag(key)
        return default if value is None else value

    def maybe_flag(self, key: str) -> bool | None:
        """Return true or false, or None where the key is missing."""
        return self._typed(key, bool, "true or false", lambda _, value: value)

    def maybe_number(self, key: str, least: float, most: float) -> float | None:
        """Return a number between two bounds, or None where the key is missing."""
        value = self._take(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self.error(key, f"needs a number from {least:g} to {most:g}")
        return value

    def choice(self, key: str, kind: type[E]) -> E:
        """Return a member of an enumeration by its value."""
        return self._require(key, self.maybe_choice(key, kind), "one of " + _listed(m.value for m in kind))

    def maybe_choice(self, key: str, kind: type[E]) -> E | None:
        """Return the member, or None where the key is missing."""
        value = self._take(key)
        if value is None:
            return None
        known = [member.value for member in kind]
        if value not in known:
            raise self.error(key, f"needs one of {_listed(known)}")
        return kind(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts without repetition."""
        return self._require(key, self.maybe_texts(key), "a list of texts")

    def maybe_texts(self, key: str) -> tuple[str, ...] | None:
        """Return the list, or None where the key is missing."""
        values = self._typed(key, list, "a list of texts", lambda _, value: value)
        if values is None:
            return None
        if not all(isinstance(value, str) for value in values):
            raise self.error(key, "needs a list of texts")
        texts = tuple(self._clean(key, value) for value in values)
        if len(set(texts)) < len(texts):
            raise self.error(key, "names something twice")
        return texts

    def section(self, key: str) -> Section:
        """Return a table."""
        return self._require(key, self.maybe_section(key), f"a table: [{key}]")

    def maybe_section(self, key: str) -> Section | None:
        """Return the table, or None where the key is missing."""
        return self._typed(key, dict, f"a table: [{key}]", self._inner)

    def sections(self, key: str) -> tuple[Section, ...]:
        """Return an array of tables, empty where the key is missing."""
        tables = self._typed(key, list, f"an array of tables: [[{key}]]", lambda _, value: value) or []
        if not all(isinstance(table, dict) for table in tables):
            raise self.error(key, f"needs an array of tables: [[{key}]]")
        return tuple(self._inner(f"{key} #{place}", table) for place, table in enumerate(tables, 1))

    def entries(self) -> Iterator[tuple[str, str]]:
        """Yield every key of this table with its text, where the keys are names and not ours to know."""
        for key in self._table:
            yield self._clean(key, key), self.text(key)

    def close(self) -> None:
        """Refuse keys that were never read, naming the nearest known one."""
        for key in self._table.keys() - self._read:
            raise self.error(key, f"is not known here{meant(key, self._read)}")

    def _take(self, key: str) -> Any:
        self._read.add(key)
        return self._table.get(key)

    def _typed(self, key: str, kind: type, wanted: str, make: Callable[[str, Any], T]) -> T | None:
        value = self._take(key)
        if value is None:
            return None
        if not isinstance(value, kind):
            raise self.error(key, f"needs {wanted}")
        return make(key, value)

    def _require(self, key: str, value: T | None, wanted: str) -> T:
        if value is None:
            raise self.error(key, f"is missing; it needs {wanted}")
        return value

    def _inner(self, key: str, table: dict[str, Any]) -> Section:
        return Section(table, self.file, f"{self.path}.{key}" if self.path else key)

    def _clean(self, key: str, value: str) -> str:
        text = unicodedata.normalize("NFC", value).strip()
        if not text:
            raise self.error(key, "is empty")
        if len(text) > _TEXT_LIMIT:
            raise self.error(key, f"is longer than {_TEXT_LIMIT} characters")
        if any(unicodedata.category(mark) == "Cc" and mark != "\n" for mark in text):
            raise self.error(key, "holds a control character")
        return text


def _parse(content: bytes, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: is not UTF-8; save it as UTF-8") from error
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{file}: is not TOML: {reason}") from error


def _listed(values: Iterable[object]) -> str:
    return ", ".join(str(value) for value in values)
