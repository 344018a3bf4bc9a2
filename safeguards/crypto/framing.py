"""Length-prefixed lists, so that no two lists of byte strings share an encoding."""

from __future__ import annotations

_LENGTH_BYTES = 4


def frame(*parts: bytes) -> bytes:
    """Concatenate ``parts``, each after its length as four big-endian bytes."""
    return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)
