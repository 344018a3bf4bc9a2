"""Sealed values written as text, whole columns at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from cryptography.exceptions import InvalidTag

from safeguards.crypto.siv import Aes256Siv
from safeguards.fields.padding import Pad, bucket, unpad
from safeguards.pseudonyms.column import as_text
from safeguards.pseudonyms.tokens.base32 import decode, letters_for
from safeguards.pseudonyms.tokens.digests import written

if TYPE_CHECKING:
    from safeguards.crypto.siv_rows import Aes256SivRows

_MARK = b"\x80"  # what unpad() looks for


def sealed(siv: Aes256SivRows, values: list[bytes], associated: bytes, head: str, pad: Pad) -> Any:
    """Return each value padded, sealed and written behind ``head``; a string array."""
    lengths = list(map(len, values))
    sizes = {length: bucket(length + 1, pad) for length in set(lengths)}
    parts, places = [], []
    for size, rows in _by_length([sizes[length] for length in lengths]):
        some = values if len(rows) == len(values) else [values[row] for row in rows.tolist()]
        padded = b"".join([(value + _MARK).ljust(size, b"\0") for value in some])
        boxes = siv.seal(np.frombuffer(padded, np.uint8).reshape(-1, size), associated)
        parts.append(written(boxes, head, letters_for(boxes.shape[1])))
        places.append(rows)
    return _in_order(parts, places)


def opened(siv: Aes256Siv, tokens: Any, associated: bytes, head: str) -> Any:
    """Return what ``sealed`` was made of as a string array; NULL for what it never made."""
    texts = [_letters(token, head) for token in as_text(tokens).to_pylist()]
    found: list[str | None] = [None] * len(texts)
    for length, rows in _by_length([len(text) for text in texts]):
        places = rows.tolist()
        letters = np.frombuffer(b"".join(texts[place] for place in places), np.uint8)
        raw, good = decode(letters.reshape(len(rows), length))
        for place, box, fits in zip(places, raw, good.tolist(), strict=True):
            found[place] = _open(siv, box.tobytes(), associated) if fits else None
    return pa.array(found, pa.string())


def _open(siv: Aes256Siv, box: bytes, associated: bytes) -> str | None:
    try:
        return unpad(siv.open(box, associated)).decode()
    except (InvalidTag, ValueError):
        return None


def _letters(token: str | None, head: str) -> bytes:
    """Return what stands behind ``head``, nothing for what is no token."""
    if token is None or not token.startswith(head):
        return b""
    return token[len(head) :].encode("ascii", "replace")


def _by_length(lengths: list[int]) -> Iterator[tuple[int, Any]]:
    """Yield each length with the rows that have it."""
    sizes = np.array(lengths, np.int64)
    for length in np.unique(sizes).tolist():
        yield length, np.flatnonzero(sizes == length)


def _in_order(parts: list[Any], places: list[Any]) -> Any:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return pa.array([], pa.string())
    order = np.empty(sum(map(len, places)), np.int64)
    order[np.concatenate(places)] = np.arange(len(order))
    return pa.concat_arrays(parts).take(pa.array(order))
