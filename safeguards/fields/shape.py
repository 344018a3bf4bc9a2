"""What is done to a value's bytes before they are encrypted, and undone by what the envelope records."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from safeguards.crypto.envelope import COMPRESSED, PADDED
from safeguards.errors import InputError
from safeguards.fields.padding import BUCKET_LIMIT, Pad, is_pad, pad, unpad

# Nothing longer is compressed, so that nothing that is read back may become longer (2026-11).
EXPANDED_LIMIT = 64 << 20
_RAW = -zlib.MAX_WBITS  # DEFLATE without zlib's frame: the tag of the envelope says more than its checksum

Opener = Callable[[bytes, bytes, bytes], bytes]


@dataclass(frozen=True, slots=True)
class Shape:
    """Compression of values of ``compress`` bytes and more, then padding to a bucket; None leaves one out."""

    pad: Pad | None
    compress: int | None

    def apply(self, data: bytes) -> tuple[bytes, int]:
        """Return the bytes to encrypt, and the flags that say how they came about."""
        flags = 0
        if self.compress is not None and self.compress <= len(data) <= EXPANDED_LIMIT:
            smaller = zlib.compress(data, wbits=_RAW)
            if len(smaller) < len(data):
                data, flags = smaller, COMPRESSED
        if self.pad is not None:
            data, flags = pad(data, self.pad), flags | PADDED
        return data, flags


def shape_of(field: str, pad: Any, compress: Any) -> Shape | None:
    """Return the shape that a declaration asks for; None where it asks for none.

    Raises:
        InputError: an option is not understood.
    """
    buckets = tuple(pad) if isinstance(pad, list) else pad
    if buckets is not None and not is_pad(buckets):
        raise InputError(
            f"field {field}: pad= takes 'padme', a number of bytes from 2 to {BUCKET_LIMIT}, ascending sizes "
            "such as (32, 64, 256), or None"
        )
    if compress is not None and (type(compress) is not int or compress < 1):
        raise InputError(
            f"field {field}: compress= takes the least size in bytes to compress, such as 1024, or None"
        )
    return None if buckets is None and compress is None else Shape(buckets, compress)


def restore(data: bytes, flags: int) -> bytes:
    """Undo padding and compression as the flags say.

    Raises:
        ValueError: the bytes are not what the flags say, or would take more than ``EXPANDED_LIMIT``.
    """
    if flags & PADDED:
        data = unpad(data)
    return _expand(data) if flags & COMPRESSED else data


def restoring(opener: Opener, flags: int) -> Opener:
    """Return an opener for values with flags."""

    def opened(nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
        return restore(opener(nonce, sealed, associated), flags)

    return opened


def _expand(data: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=_RAW)
    try:
        whole = stream.decompress(data, EXPANDED_LIMIT + 1)
    except zlib.error:
        raise ValueError("not compressed") from None
    if len(whole) > EXPANDED_LIMIT or not stream.eof or stream.unused_data:
        raise ValueError("cut, continued, or too long")
    return whole
