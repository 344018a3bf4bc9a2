"""Padding to length buckets, so that the length of a ciphertext says less about its value.

ISO/IEC 7816-4: the byte 0x80, then zeros up to the bucket's size. A bucket of 64 bytes thus holds up to 63.
"""

from __future__ import annotations

from typing import Any, Literal

PADME: Literal["padme"] = "padme"
BUCKET_LIMIT = 1 << 20
_LEAST = 2  # the mark alone takes one
_MARK = b"\x80"

Pad = Literal["padme"] | int | tuple[int, ...]
"""How buckets are chosen: Padmé's, multiples of a number of bytes, or these sizes and Padmé's above them."""


def is_pad(value: Any) -> bool:
    """Say whether a value is a ``Pad``: sizes ascend, and each has from 2 bytes to 1 MiB."""
    if isinstance(value, tuple):
        whole = all(type(size) is int and _LEAST <= size <= BUCKET_LIMIT for size in value)
        return whole and bool(value) and sorted(set(value)) == list(value)
    return value == PADME or (type(value) is int and _LEAST <= value <= BUCKET_LIMIT)


def pad(data: bytes, buckets: Pad) -> bytes:
    """Return ``data`` with its padding: at least one byte, and the size of a bucket."""
    return (data + _MARK).ljust(bucket(len(data) + 1, buckets), b"\0")


def unpad(data: bytes) -> bytes:
    """Return what was padded, to whatever bucket.

    Raises:
        ValueError: the bytes do not end in padding.
    """
    marked = data.rstrip(b"\0")
    if not marked.endswith(_MARK):
        raise ValueError("no padding")
    return marked[:-1]


def bucket(length: int, buckets: Pad) -> int:
    """Return the size of the smallest bucket that takes ``length`` bytes."""
    if isinstance(buckets, int):
        return -(-length // buckets) * buckets
    sizes = buckets if isinstance(buckets, tuple) else ()
    return next((size for size in sizes if size >= length), padme(length))


def padme(length: int) -> int:
    """Round a length up to as many significant bits as its exponent has bits: 12 % more at most.

    Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs",
    PoPETs 2019 (4), algorithm 1.
    """
    exponent = length.bit_length() - 1
    mask = (1 << exponent - exponent.bit_length()) - 1
    return (length + mask) & ~mask
