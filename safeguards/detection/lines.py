"""Scan a text file line by line: which entity stands at which line and column, never the value.

A comment ``safeguards: allow`` accepts what stands on its line, ``safeguards: allow-next-line`` on the next
one; both take entities or item ids behind them: ``# safeguards: allow KR_RRN, email``.
"""

from __future__ import annotations

import codecs
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

from safeguards.detection.detector import Detector
from safeguards.detection.scan import severest
from safeguards.detection.span import Span
from safeguards.errors import InputError
from safeguards.items.item import Item, LegalClass
from safeguards.tables.decoding import encoding_of

LONGEST_PIECE = 65_536
"""Characters of a line that are looked at together."""

OVERLAP = 256
"""Characters that two pieces of one line share, so that no value is cut."""

BATCH_LINES = 2_000
MOST_PLACES = 1_000
"""Places of one file that are told; all are counted."""

HEAD_BYTES = 1 << 20
"""Bytes from which a file's encoding is told."""

_ALLOW = re.compile(
    r"safeguards:\s*allow(?P<next>-next-line)?\b(?P<names>(?:[ ,:=]{1,3}[A-Za-z][A-Za-z0-9_]*)*)"
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entity stands: line and column count from 1, in characters."""

    entity: str
    line: int
    column: int
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class TextScan:
    """What stands in one text file: ``counts`` of all places by entity, and the first thousand of them."""

    file: str
    lines: int
    counts: Mapping[str, int]
    places: tuple[Place, ...]
    items: tuple[Item, ...] = field(default=(), repr=False)
    allowed: int = 0

    @property
    def legal_class(self) -> LegalClass | None:
        """The severest class among the items, or None where there is none."""
        return severest(self.items)

    @property
    def must_encrypt(self) -> bool:
        """Whether something stands here that the law has encrypted."""
        return any(item.must_encrypt for item in self.items)


def scan_text(stream: IO[bytes], name: str, detector: Detector, encoding: str | None = None) -> TextScan:
    """Scan a stream of bytes as text, in memory that does not grow with it.

    Text that is neither UTF-8, UTF-16 nor CP949 is read as UTF-8, what cannot be decoded left out.
    """
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream, HEAD_BYTES)  # type: ignore[type-var]
    head = buffered.peek(HEAD_BYTES)[:HEAD_BYTES] if encoding is None else b""
    text = io.TextIOWrapper(buffered, encoding or _encoding(head, name), errors="replace")
    found = _Found(detector)
    for batch in _batches(_pieces(text)):
        found.add(batch, detector.detect_many([piece.text for piece in batch]))
    text.detach()
    return found.scan(name)


def is_binary(head: bytes) -> bool:
    """Say whether bytes are no text: a NUL among the first, as git judges, unless it is UTF-16."""
    return b"\0" in head[:8_000] and not head.startswith(_MARKS)


def _encoding(head: bytes, name: str) -> str:
    try:
        found = encoding_of(head, name, complete=False)
    except InputError:
        found = "utf-8"
    return "utf-8-sig" if found == "utf-8" else found


@dataclass(frozen=True, slots=True)
class _Piece:
    """A line, or a stretch of a long one that begins ``offset`` characters into it."""

    line: int
    offset: int
    text: str


def _pieces(text: io.TextIOWrapper) -> Iterator[_Piece]:
    line, offset, tail = 1, 0, ""
    while part := text.readline(LONGEST_PIECE):
        yield _Piece(line, offset - len(tail), tail + part.rstrip("\r\n"))
        if part.endswith("\n"):
            line, offset, tail = line + 1, 0, ""
        else:
            offset, tail = offset + len(part), part[-OVERLAP:]


def _batches(pieces: Iterator[_Piece]) -> Iterator[Sequence[_Piece]]:
    while batch := list(islice(pieces, BATCH_LINES)):
        yield batch


class _Found:
    """Places gathered over the batches of one file."""

    def __init__(self, detector: Detector) -> None:
        self._items = {item.entity: item for item in reversed(detector.items)}
        self._counts: Counter[str] = Counter()
        self._places: list[Place] = []
        self._lines = self._allowed = 0
        self._next: frozenset[str] | None = None
        self._seen: tuple[int, frozenset[tuple[str, int]]] = (0, frozenset())

    def add(self, batch: Iterable[_Piece], spans: Iterable[Sequence[Span]]) -> None:
        for piece, found in zip(batch, spans, strict=True):
            here, following = _allowances(piece.text)
            if piece.line != self._lines:
                here, self._lines = _both(here, self._next), piece.line
                self._next = None
            self._next = _both(self._next, following)
            self._take(piece, found, here)

    def _take(self, piece: _Piece, found: Sequence[Span], allowed: frozenset[str] | None) -> None:
        before = self._seen[1] if self._seen[0] == piece.line else frozenset()
        places = {(span.entity, piece.offset + span.start): span for span in found}
        for (entity, start), span in places.items():
            if (entity, start) in before:
                continue
            if allowed is not None and self._is_allowed(entity, allowed):
                self._allowed += 1
                continue
            self._counts[entity] += 1
            if len(self._places) < MOST_PLACES:
                self._places.append(Place(entity, piece.line, start + 1, round(span.score, 3), span.reason))
        self._seen = piece.line, frozenset(places)

    def _is_allowed(self, entity: str, allowed: frozenset[str]) -> bool:
        item = self._items.get(entity)
        return not allowed or entity in allowed or (item is not None and item.id in allowed)

    def scan(self, name: str) -> TextScan:
        items = tuple(self._items[entity] for entity in self._counts if entity in self._items)
        counts = dict(self._counts.most_common())
        return TextScan(name, self._lines, counts, tuple(self._places), items, self._allowed)


def _allowances(text: str) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """Return what a line allows on itself and on the next: None nothing, an empty set everything."""
    here = following = None
    for found in _ALLOW.finditer(text) if "safeguards:" in text else ():
        names = frozenset(_NAME.findall(found["names"]))
        if found["next"]:
            following = _both(following, names)
        else:
            here = _both(here, names)
    return here, following


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return one if other is None else other
    return one | other if one and other else frozenset()
