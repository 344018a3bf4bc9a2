"""PHC strings of password hashes: written in one form, read strictly and within bounds.

The format is the PHC string format (github.com/P-H-C/phc-string-format), as written by the reference
implementation of Argon2 and, for PBKDF2, by RustCrypto. Reading a string costs nothing; what it asks a server
to spend is bounded here, so that a row planted in the database cannot exhaust it.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import ClassVar

from safeguards.errors import InputError

MAX_CHARACTERS = 255
SALT_BYTES = range(8, 65)
# A tag of a byte or two would let every 256th password in.
TAG_BYTES = range(16, 65)
MAX_MEMORY_KIB = 256 * 1024
MAX_PASSES = 16
MAX_LANES = 16
MAX_ITERATIONS = 5_000_000
_LEAST_KIB_A_LANE = 8  # RFC 9106, 3.1

_NUMBER = "(0|[1-9][0-9]{0,9})"
_BYTES = r"\$([A-Za-z0-9+/]{1,100})\$([A-Za-z0-9+/]{1,100})"
_ARGON2ID = re.compile(rf"\$argon2id\$v=19\$m={_NUMBER},t={_NUMBER},p={_NUMBER}{_BYTES}")
_PBKDF2 = re.compile(rf"\$pbkdf2-sha256\$i={_NUMBER}(?:,l={_NUMBER})?{_BYTES}")
_SOME_HASH = re.compile(r"\$(argon2(id|i|d)|pbkdf2[a-z0-9-]*|scrypt|[56]|y|2[abxy])\$")


@dataclass(frozen=True, slots=True)
class Argon2idParameters:
    """Cost of Argon2id version 1.3 (RFC 9106): KiB of memory, passes over it, lanes.

    Raises:
        InputError: a number lies outside what this package is willing to spend on one password.
    """

    name: ClassVar[str] = "argon2id"
    memory_kib: int
    passes: int
    lanes: int

    def __post_init__(self) -> None:
        _within("argon2id lanes", self.lanes, range(1, MAX_LANES + 1))
        least = _LEAST_KIB_A_LANE * self.lanes
        _within("argon2id memory in KiB", self.memory_kib, range(least, MAX_MEMORY_KIB + 1))
        _within("argon2id passes", self.passes, range(1, MAX_PASSES + 1))

    def prefix(self, tag_bytes: int) -> str:
        """Return the string's part before the salt."""
        return f"$argon2id$v=19$m={self.memory_kib},t={self.passes},p={self.lanes}"


@dataclass(frozen=True, slots=True)
class Pbkdf2Parameters:
    """Cost of PBKDF2-HMAC-SHA-256 (RFC 8018, NIST SP 800-132): iterations.

    Raises:
        InputError: the number lies outside what this package is willing to spend on one password.
    """

    name: ClassVar[str] = "pbkdf2-sha256"
    iterations: int

    def __post_init__(self) -> None:
        _within("pbkdf2-sha256 iterations", self.iterations, range(1, MAX_ITERATIONS + 1))

    def prefix(self, tag_bytes: int) -> str:
        """Return the string's part before the salt."""
        return f"$pbkdf2-sha256$i={self.iterations},l={tag_bytes}"


Parameters = Argon2idParameters | Pbkdf2Parameters


@dataclass(frozen=True, slots=True)
class Phc:
    """The parts of one password hash; ``salt`` and ``tag`` are raw bytes."""

    parameters: Parameters
    salt: bytes
    tag: bytes

    def __repr__(self) -> str:
        return f"Phc({self.parameters!r}, salt=***, tag=***)"

    def __str__(self) -> str:
        return f"{self.parameters.prefix(len(self.tag))}${_encode(self.salt)}${_encode(self.tag)}"


def parse(text: str) -> Phc:
    """Read a PHC string of Argon2id version 19 or PBKDF2-HMAC-SHA-256.

    Raises:
        InputError: the string is malformed, of another algorithm, or asks for more than the bounds.
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"a password hash has at most {MAX_CHARACTERS} characters, this one {len(text)}")
    if found := _ARGON2ID.fullmatch(text):
        memory, passes, lanes, salt, tag = found.groups()
        return _checked(Argon2idParameters(int(memory), int(passes), int(lanes)), salt, tag)
    if found := _PBKDF2.fullmatch(text):
        iterations, length, salt, tag = found.groups()
        phc = _checked(Pbkdf2Parameters(int(iterations)), salt, tag)
        if length is None or int(length) == len(phc.tag):
            return phc
    raise InputError(
        "not a password hash of $argon2id$v=19 or $pbkdf2-sha256; ask the person for a new password"
    )


def looks_hashed(text: str) -> bool:
    """Say whether a string begins like a stored hash of Argon2, PBKDF2, scrypt, bcrypt or crypt(3)."""
    return _SOME_HASH.match(text) is not None


def _checked(parameters: Parameters, salt: str, tag: str) -> Phc:
    phc = Phc(parameters, _decode("salt", salt), _decode("tag", tag))
    _within("bytes of salt", len(phc.salt), SALT_BYTES)
    _within("bytes of tag", len(phc.tag), TAG_BYTES)
    return phc


def _within(what: str, value: int, allowed: range) -> None:
    if value not in allowed:
        raise InputError(
            f"password hash: {what} must be {allowed[0]} to {allowed[-1]}, not {value}; "
            "the stored value is damaged or hostile, or the profile is wrong"
        )


def _encode(raw: bytes) -> str:
    return b64encode(raw).decode().rstrip("=")


def _decode(what: str, text: str) -> bytes:
    raw = b64decode(text + "=" * (-len(text) % 4)) if len(text) % 4 != 1 else b""
    if _encode(raw) != text:  # spare bits would give one hash many spellings
        raise InputError(f"password hash: the {what} is not base64 in its one canonical form")
    return raw
