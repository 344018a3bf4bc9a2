"""The envelope: how a ciphertext is written down, and the one place where it is parsed.

``0xFE | n:1 | search tag:n | suite:1 | key id:4 | [subject-key id:16] | nonce | ciphertext | tag:16``

0xFE never begins UTF-8 text, so a text column tells old plaintext from ciphertext without guessing.
Everything before the nonce is the header and is authenticated. The suite's byte also holds two flags in its
high bits, which say what was done to the value before it was encrypted: compressed, then padded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from safeguards.crypto.xaes import NONCE_BYTES, OVERHEAD_BYTES

MAGIC = 0xFE
KEY_ID_BYTES = 4
KEY_ID_LIMIT = 1 << 8 * KEY_ID_BYTES
ADDRESS_BYTES = 1 + KEY_ID_BYTES  # of suite 1 and 2
SUBJECT_BYTES = 16
TAG_LIMIT = 255
PADDED = 0x80
COMPRESSED = 0x40
FLAGS = PADDED | COMPRESSED
FLAG_SETS = (0, PADDED, COMPRESSED, FLAGS)
_PREFIX = 2


class Suite(IntEnum):
    """How the ciphertext was made."""

    XAES_256_GCM = 1
    AES_256_SIV = 2
    SUBJECT_XAES_256_GCM = 3


_NONCE_BYTES = {
    Suite.XAES_256_GCM: NONCE_BYTES,
    Suite.AES_256_SIV: 0,
    Suite.SUBJECT_XAES_256_GCM: NONCE_BYTES,
}
_SUITES = {suite | flags: (suite, flags) for suite in Suite for flags in FLAG_SETS}


class MalformedEnvelope(ValueError):
    """The bytes are no envelope."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A parsed envelope: ``header`` is authenticated, ``sealed`` is ciphertext and tag.

    ``flags`` is made of ``PADDED`` and ``COMPRESSED``.
    """

    header: bytes
    tag: bytes
    suite: Suite
    flags: int
    key_id: int
    subject: bytes | None
    nonce: bytes
    sealed: bytes


def prefix(tag: bytes = b"") -> bytes:
    """Return the first bytes of every envelope that carries ``tag``: what a search index compares."""
    if len(tag) > TAG_LIMIT:
        raise ValueError(f"a search tag has at most {TAG_LIMIT} bytes")
    return bytes((MAGIC, len(tag))) + tag


def address(suite: Suite, key_id: int, subject: bytes | None = None, *, flags: int = 0) -> bytes:
    """Return the part of a header after the tag: the suite with its flags, and the keys."""
    if not 0 < key_id < KEY_ID_LIMIT:
        raise ValueError(f"a key id is at least 1 and below {KEY_ID_LIMIT}")
    if (suite is Suite.SUBJECT_XAES_256_GCM) != (subject is not None and len(subject) == SUBJECT_BYTES):
        raise ValueError(f"suite 3, and no other, carries a subject-key id of {SUBJECT_BYTES} bytes")
    if flags not in FLAG_SETS:
        raise ValueError("there are two flags, PADDED and COMPRESSED")
    return bytes((suite | flags,)) + key_id.to_bytes(KEY_ID_BYTES, "big") + (subject or b"")


def parse_address(data: bytes) -> int | None:
    """Return the key id in the ``ADDRESS_BYTES`` that follow a header's tag; None where they name none."""
    if len(data) != ADDRESS_BYTES or data[0] not in _SUITES:
        return None
    return int.from_bytes(data[1:], "big") or None


def parse(data: bytes) -> Envelope:
    """Take an envelope apart.

    Raises:
        MalformedEnvelope: the bytes do not follow the format; nothing of them is in the message.
    """
    if len(data) < _PREFIX or data[0] != MAGIC or data[1] > TAG_LIMIT:
        raise MalformedEnvelope("no envelope begins like this")
    suite_at = _PREFIX + data[1]
    found = _SUITES.get(data[suite_at]) if len(data) > suite_at else None
    if found is None:
        raise MalformedEnvelope("the envelope's suite is unknown")
    suite, flags = found
    keys_end = suite_at + 1 + KEY_ID_BYTES
    header_end = keys_end + (SUBJECT_BYTES if suite is Suite.SUBJECT_XAES_256_GCM else 0)
    nonce_end = header_end + _NONCE_BYTES[suite]
    key_id = int.from_bytes(data[suite_at + 1 : keys_end], "big")
    if len(data) < nonce_end + OVERHEAD_BYTES or key_id == 0:
        raise MalformedEnvelope("the envelope is cut short")
    return Envelope(
        header=data[:header_end],
        tag=data[_PREFIX:suite_at],
        suite=suite,
        flags=flags,
        key_id=key_id,
        subject=data[keys_end:header_end] or None,
        nonce=data[header_end:nonce_end],
        sealed=data[nonce_end:],
    )


def is_envelope(data: object) -> bool:
    """Say whether ``data`` is bytes in the format of an envelope; nothing is decrypted."""
    if not isinstance(data, bytes) or data[:1] != bytes((MAGIC,)):
        return False
    try:
        parse(data)
    except MalformedEnvelope:
        return False
    return True
