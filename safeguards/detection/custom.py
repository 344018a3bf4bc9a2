"""A team's own items, written in TOML and reviewed like code.

[[item]]
id = "employee_no"
pattern = "E[0-9]{6}"
name_en = "employee number"
context = ["사번", "employee no"]
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeguards.detection.backtracking import looks_around, may_take_ages
from safeguards.detection.selecting import superset
from safeguards.errors import InputError
from safeguards.items import HOMES
from safeguards.items.checkdigit import CheckDigit
from safeguards.items.intl.password import ITEM as PASSWORD
from safeguards.items.item import REJECTED, Item, LegalClass, Role, Verdict
from safeguards.items.text import compact, plain, stars

SCORE = 0.5
IN_CONTEXT = 0.9
"""Certainty of a custom item without and with a context word, where its file does not say."""

_ID = re.compile(r"[a-z][a-z0-9_]*")
_ENTITY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TEXTS = ("context", "against", "column_names")
_NUMBERS = ("score", "in_context")
_KEYS = {
    "id", "entity", "pattern", "name_ko", "name_en", "legal_class", "role", "must_encrypt", "source",
    "ignore_case", "keep_last", "check_digit", *_TEXTS, *_NUMBERS,
}  # fmt: skip
_LONGEST_KEPT = 8
_LARGEST = 9_999
"""The largest weight, modulus and base of a check digit."""


def load_items(path: str | Path) -> tuple[Item, ...]:
    """Read the items of a TOML file.

    Each ``[[item]]`` needs ``id`` and ``pattern`` (a regular expression without look-around, and without
    repeats that might take exponential time). It may give ``entity`` (by default the id in capitals),
    ``name_ko``, ``name_en``, ``context``, ``against``, ``column_names`` (by default the ``context``),
    ``score`` and ``in_context`` (0..1), ``legal_class``, ``role``, ``must_encrypt``, ``ignore_case``,
    ``keep_last`` (characters that a mask shows), ``source``, and ``check_digit`` with ``weights``,
    ``modulus`` and ``base`` as :class:`CheckDigit` reads them.

    Raises:
        InputError: the file cannot be read, or an item is wrong; the message names it and the key.
    """
    try:
        document = tomllib.loads(Path(path).read_text("utf-8-sig"))
    except TypeError:
        raise InputError(f"load_items reads the file at a path, not {type(path).__name__}") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is no TOML file: {error}") from None
    if unknown := set(document) - {"item"}:
        raise InputError(f"{path}: unknown key {', '.join(sorted(unknown))}; items stand under [[item]]")
    entries = document.get("item", [])
    if not isinstance(entries, list) or not entries or not all(isinstance(e, dict) for e in entries):
        raise InputError(f"{path} has no [[item]]")
    items = tuple(_item(entry, f"{path}, item {place}") for place, entry in enumerate(entries, 1))
    for place, item in enumerate(items, 1):
        if item.id in {other.id for other in items[: place - 1]}:
            raise InputError(f"{path}, item {place}: id {item.id} stands in the file twice")
    return items


def _item(entry: Mapping[str, Any], where: str) -> Item:
    if unknown := set(entry) - _KEYS:
        raise InputError(
            f"{where}: unknown key {', '.join(sorted(unknown))}; known: {', '.join(sorted(_KEYS))}"
        )
    item_id = _text(entry, "id", where)
    if not _ID.fullmatch(item_id) or item_id in HOMES or item_id == PASSWORD.id:
        raise InputError(f"{where}: id is lower-case letters, digits and _, and no built-in item's")
    for key in _NUMBERS:
        if not 0 <= _typed(entry, key, (int, float), 0, where) <= 1:
            raise InputError(f"{where}: {key} must lie in 0..1")
    entity = _typed(entry, "entity", str, item_id.upper(), where)
    if not _ENTITY.fullmatch(entity):
        raise InputError(f"{where}: entity is letters, digits and _")
    check = _check_digit(entry, where)
    pattern, expression = _pattern(entry, where)
    return Item(
        id=item_id,
        entity=entity,
        name_ko=_typed(entry, "name_ko", str, item_id, where),
        name_en=_typed(entry, "name_en", str, item_id, where),
        legal_class=_member(LegalClass, entry, "legal_class", LegalClass.GENERAL, where),
        role=_member(Role, entry, "role", Role.IDENTIFIER, where),
        must_encrypt=_typed(entry, "must_encrypt", bool, False, where),
        canonical=plain,
        masks=dict.fromkeys(("finance", "netact"), _mask(entry, where)),
        source=_typed(entry, "source", str, where, where),
        validate=_validator(entry, expression, check, where),
        pattern=pattern,
        check_digit=check,
        anchor=pattern,
        context=_texts(entry, "context", where),
        against=_texts(entry, "against", where),
        column_names=_texts(entry, "column_names" if "column_names" in entry else "context", where),
    )


def _pattern(entry: Mapping[str, Any], where: str) -> tuple[str, re.Pattern[str]]:
    text = _text(entry, "pattern", where)
    pattern = f"(?i:{text})" if _typed(entry, "ignore_case", bool, False, where) else text
    try:
        expression = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise InputError(f"{where}: pattern is no regular expression: {error}") from None
    try:
        re.compile(f"x(?:{pattern})")
    except re.error:
        raise InputError(
            f"{where}: pattern sets flags for all; write (?i:...), or ignore_case = true"
        ) from None
    if looks_around(pattern):
        raise InputError(f"{where}: pattern has look-around; boundaries are looked at without it")
    if may_take_ages(pattern):
        raise InputError(
            f"{where}: pattern may take exponential time: a repeat's rounds can share the same characters in "
            "many ways; end each round with a character of its own, make its parts possessive (a++), or "
            "bound it by {1,8}"
        )
    if superset(pattern) is None:
        raise InputError(f"{where}: pattern matches the empty text")
    return pattern, expression


@dataclass(frozen=True, slots=True)
class _Form:
    """A validator that can be sent to other processes."""

    expression: re.Pattern[str]
    check: CheckDigit | None
    verdict: Verdict

    def __call__(self, value: str) -> Verdict:
        if not self.expression.fullmatch(value):
            return REJECTED
        return self.verdict if self.check is None or _holds(self.check, value) else REJECTED


def _validator(
    entry: Mapping[str, Any], expression: re.Pattern[str], check: CheckDigit | None, where: str
) -> _Form:
    score = _typed(entry, "score", (int, float), SCORE, where)
    in_context = max(_typed(entry, "in_context", (int, float), IN_CONTEXT, where), score)
    name = entry.get("name_en", entry["id"])
    reason = f"form of {name}" + (", check digit holds" if check else "")
    return _Form(expression, check, Verdict(score, in_context, reason))


def _holds(check: CheckDigit, value: str) -> bool:
    digits = "".join(character for character in compact(value) if character in "0123456789")
    return 1 < len(digits) <= len(check.weights) + 1 and check.holds(digits)


def _check_digit(entry: Mapping[str, Any], where: str) -> CheckDigit | None:
    table = entry.get("check_digit")
    if table is None:
        return None
    if not isinstance(table, dict) or set(table) - {"weights", "modulus", "base"} or "weights" not in table:
        raise InputError(f"{where}: check_digit has weights, modulus and base")
    weights, modulus, base = table["weights"], table.get("modulus", 10), table.get("base", 10)
    numbers = [*((isinstance(weights, list) and weights) or [None]), modulus, base]
    if not all(isinstance(one, int) and not isinstance(one, bool) and 0 < one <= _LARGEST for one in numbers):
        raise InputError(
            f"{where}: check_digit's weights, modulus and base are whole numbers in 1..{_LARGEST:,}"
        )
    return CheckDigit(tuple(weights), modulus, base)


@dataclass(frozen=True, slots=True)
class _Tail:
    """A mask that shows the last ``kept`` characters, of longer texts only."""

    kept: int

    def __call__(self, text: str) -> str:
        shown = text[-self.kept :] if 0 < self.kept < len(text) / 2 else ""
        return stars(text[: len(text) - len(shown)]) + shown


def _mask(entry: Mapping[str, Any], where: str) -> _Tail:
    kept = _typed(entry, "keep_last", int, 0, where)
    if not 0 <= kept <= _LONGEST_KEPT:
        raise InputError(f"{where}: keep_last lies in 0..{_LONGEST_KEPT}")
    return _Tail(kept)


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{where}: {key} is missing or no text")
    return value


def _texts(entry: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    values = entry.get(key, [])
    if not isinstance(values, list) or not all(isinstance(v, str) and v.strip() for v in values):
        raise InputError(f"{where}: {key} is a list of texts")
    return tuple(values)


def _typed(entry: Mapping[str, Any], key: str, kind: Any, default: Any, where: str) -> Any:
    value = entry.get(key, default)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        names = " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
        raise InputError(f"{where}: {key} must be {names}")
    return value


def _member(kind: Any, entry: Mapping[str, Any], key: str, default: Any, where: str) -> Any:
    if key not in entry:
        return default
    try:
        return kind(entry[key])
    except ValueError:
        raise InputError(f"{where}: {key} is one of: {', '.join(member.value for member in kind)}") from None
