"""Texts and values with what is found in them replaced, for logs: by a tag such as <KR_RRN>, or by a mask."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from safeguards.detection.cells import spellings
from safeguards.detection.detector import Detector
from safeguards.detection.folding import fold_text
from safeguards.detection.headers import named
from safeguards.detection.options import THRESHOLD
from safeguards.detection.support import LONGEST_VALUE
from safeguards.errors import InputError
from safeguards.items.item import Item

TAG, MASK = "tag", "mask"
SECRET = "<SECRET>"  # noqa: S105  what stands for one
SECRET_NAMES = (
    "password", "passwd", "pwd", "pw", "passphrase", "secret", "token", "api_key", "apikey", "authorization",
    "cookie", "private_key", "client_secret", "비밀번호", "패스워드", "암호",
)  # fmt: skip
"""Names of fields whose values are never shown, whatever they look like."""

DEEPEST = 8
UNPRINTABLE = "<value withheld: it cannot be printed>"
_LONGEST_NAME = 60
_MOST_NAMES = 4_096
_SPELT = (int, Decimal, date)


class Redactor:
    """Replaces what a detector finds.

    Args:
        entities: entities or item ids to look for; all of them by default.
        threshold: the least score, in 0..1, from which a value is replaced.
        replacement: ``tag`` puts the entity in place of a value; ``mask`` what the item's mask shows of it.
        detector: a detector of your own, instead of the two options above.
        secret_names: names of fields whose values are replaced whole.

    Raises:
        InputError: an option is unknown, or two of them do not go together.
    """

    def __init__(
        self,
        entities: Iterable[str] | None = None,
        threshold: float = THRESHOLD,
        replacement: str = TAG,
        *,
        detector: Detector | None = None,
        secret_names: Iterable[str] = SECRET_NAMES,
    ) -> None:
        if replacement not in (TAG, MASK):
            raise InputError(f"replacement {replacement!r} is unknown; use one of: {TAG}, {MASK}")
        if detector is not None and (entities is not None or threshold != THRESHOLD):
            raise InputError("give either a detector, or entities and threshold")
        self._detector = detector or Detector(threshold, entities)
        self._masks = replacement == MASK
        words = "|".join(re.escape(_plain(name)) for name in secret_names)
        self._secret = re.compile(f"(?:^|_)(?:{words})(?:_?[0-9]+)?$" if words else "(?!)")
        self._named: dict[str, list[tuple[Item, re.Pattern[str] | None]]] = {}
        self._items: dict[str, list[Item]] = {}
        for item in self._detector.items:
            self._items.setdefault(item.entity, []).append(item)

    def text(self, text: str, name: str = "") -> str:
        """Return ``text`` redacted; ``name``, the field it stands in, says what it may be as a whole."""
        if whole := self._whole(text, name):
            return self._shown(whole, text)
        head = f"{name}: " if 0 < len(name) <= _LONGEST_NAME else ""
        parts, done = [], 0
        for span in self._detector.detect(head + text):
            start, end = max(span.start - len(head), 0), span.end - len(head)
            if end > start >= done:
                parts += [text[done:start], self._shown(span.entity, text[start:end])]
                done = end
        return "".join([*parts, text[done:]]) if parts else text

    def _whole(self, text: str, name: str) -> str | None:
        """Return the entity that a name names and the text is, also without a number's leading zero."""
        if not 0 < len(name) <= _LONGEST_NAME or len(text) > LONGEST_VALUE:
            return None
        if name not in self._named and len(self._named) < _MOST_NAMES:
            self._named[name] = self._judges(name)
        folded = fold_text(text).text.strip()
        for item, pattern in self._named.get(name, ()):
            for spelling in spellings(folded, numeric=folded.isdigit()):
                fits = pattern is None or pattern.fullmatch(spelling)
                if fits and item.validate(spelling).in_context >= max(self._detector.threshold, THRESHOLD):
                    return item.entity
        return None

    def _judges(self, name: str) -> list[tuple[Item, re.Pattern[str] | None]]:
        hinted = named(name, self._detector.items)
        found = [item for item in self._detector.items if item.id in hinted]
        return [(item, re.compile(item.pattern) if item.pattern else None) for item in found]

    def value(self, value: Any, name: str = "", depth: int = 0) -> Any:
        """Return ``value`` redacted, itself where there is nothing to redact.

        Mappings, lists, tuples and sets are followed; of other objects what they print as is looked at, and
        put in their place where it holds something. Nothing that an object does while printing is passed on.
        """
        try:
            return self._value(value, name, depth)
        except Exception:
            return UNPRINTABLE

    def _value(self, value: Any, name: str, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if self._is_secret(name) and not isinstance(value, Mapping | list | tuple):
            return SECRET
        if isinstance(value, float):  # a column with NULLs makes floats of whole numbers
            return self._same(value, str(int(value)), name) if value.is_integer() else value
        if isinstance(value, str):
            return self.text(value, name)
        if depth < DEEPEST and isinstance(value, Mapping | list | tuple | set | frozenset):
            return self._container(value, name, depth)
        if isinstance(value, bytes | bytearray | memoryview):
            return self._same(value, bytes(value).decode(errors="replace"), name)
        if isinstance(value, _SPELT):
            return self._same(value, str(value), name)
        return self._printed(value, name)

    def _is_secret(self, name: str) -> bool:
        return self._secret.search(_plain(name)) is not None

    def _same(self, value: Any, text: str, name: str) -> Any:
        redacted = self.text(text, name)
        return value if redacted == text else redacted

    def _printed(self, value: Any, name: str) -> Any:
        """Look at both ways in which an object prints."""
        for text in (str(value), repr(value)):
            redacted = self.text(text, name)
            if redacted != text:
                return redacted
        return value

    def _container(self, value: Any, name: str, depth: int) -> Any:
        if isinstance(value, Mapping):
            pairs = [(key, self._key(key), inner) for key, inner in value.items()]
            within = name if self._is_secret(name) else None
            made = [(new, self.value(inner, within or str(key), depth + 1)) for key, new, inner in pairs]
            changed = any(
                key is not new or inner is not redacted
                for (key, _, inner), (new, redacted) in zip(pairs, made, strict=True)
            )
            return dict(made) if changed else value
        entries = [self.value(inner, name, depth + 1) for inner in value]
        if all(new is old for new, old in zip(entries, value, strict=True)):
            return value
        if isinstance(value, tuple):
            return tuple(entries)
        return entries if isinstance(value, list) else set(entries)

    def _key(self, key: Any) -> Any:
        return self.text(key) if isinstance(key, str) else self.value(key)

    def _shown(self, entity: str, found: str) -> str:
        tag = f"<{entity}>"
        items = self._items.get(entity, [])
        if not self._masks or not items:
            return tag
        own = next((item for item in items if item.validate(found)), items[0])
        masked = own.mask(found)
        return tag if found in masked else masked


def _plain(name: str) -> str:
    """Return a field's name in lower case with one underscore between its words."""
    return re.sub(r"[^0-9a-z가-힣]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).casefold()).strip("_")
