"""Password hashing: Argon2id (RFC 9106) by default, PBKDF2-HMAC-SHA-256 (NIST SP 800-132) where it must be.

Passwords are normalised to NFC, as RFC 8265 (OpaqueString, 4.2) says: macOS sends Korean as decomposed jamo
and other systems as syllables, and both are the same password. NFKC would merge characters that people chose
to tell apart. Control characters and spaces stay as they are.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from safeguards.crypto.phc import Argon2idParameters, Parameters, Phc, looks_hashed, parse
from safeguards.crypto.phc import Pbkdf2Parameters as Pbkdf2Parameters
from safeguards.errors import AlreadyProtected, InputError, OperatorRefused

MAX_CHARACTERS = 1024
SALT_BYTES = 16  # RFC 9106, 4; NIST SP 800-132, 5.1 asks for 128 bits too
TAG_BYTES = 32
DEFAULT_PROFILE = "argon2id-2026"

_PROFILES: Final[dict[str, Parameters]] = {
    # RFC 9106, 4: the second recommended option, for memory-constrained environments: 64 MiB.
    "argon2id-2026": Argon2idParameters(memory_kib=64 * 1024, passes=3, lanes=4),
    # OWASP Password Storage Cheat Sheet: 19 MiB, for servers with many logins at a time.
    "argon2id-owasp-2026": Argon2idParameters(memory_kib=19 * 1024, passes=2, lanes=1),
    # OWASP, for FIPS 140: 600,000 iterations; NIST SP 800-132, 5.2 leaves the number to the server's speed.
    "pbkdf2-sha256-2026": Pbkdf2Parameters(iterations=600_000),
}


def profile(name: str) -> Parameters:
    """Return the parameters of a named profile.

    Raises:
        InputError: no profile has this name.
    """
    if name not in _PROFILES:
        known = ", ".join(sorted(_PROFILES))
        raise InputError(f"unknown password profile {name!r}; known are {known}; add_profile() adds one")
    return _PROFILES[name]


def add_profile(name: str, parameters: Parameters) -> None:
    """Give parameters of your own a name. Put the year in it, and never change what a name means.

    Raises:
        InputError: the name has other parameters already.
    """
    if _PROFILES.setdefault(name, parameters) != parameters:
        raise InputError(f"password profile {name!r} has other parameters already; choose a new, dated name")


@dataclass(frozen=True, slots=True, eq=False)
class HashedPassword:
    """One stored password hash. It verifies candidates; it never equals a string, and its repr is masked.

    Args:
        phc: the hash as a PHC string, also one that another program made.
        profile: the name of the parameters that the hash should have.

    Raises:
        InputError: ``phc`` is no hash that this package verifies, or ``profile`` is unknown.
    """

    phc: str
    profile: str = DEFAULT_PROFILE

    def __post_init__(self) -> None:
        parse(self.phc)
        profile(self.profile)

    @classmethod
    def of(cls, password: str, profile: str = DEFAULT_PROFILE) -> HashedPassword:
        """Hash a password of 1 to 1024 characters under a fresh salt.

        Raises:
            InputError: the password is empty, too long or no valid Unicode, or the algorithm is missing.
            AlreadyProtected: the password is itself a hash.
        """
        return cls(_hash(password, profile), profile)

    def verify(self, candidate: str) -> bool:
        """Say whether ``candidate`` is the password; tags are compared in constant time.

        A candidate that could never have been stored (too long, no Unicode) is False, as any wrong one.
        """
        raw = _candidate(candidate)
        stored = parse(self.phc)
        return raw is not None and hmac.compare_digest(stored.tag, _derive(raw, stored))

    @property
    def needs_rehash(self) -> bool:
        """Whether the hash differs from its profile; write it anew when the password is next at hand."""
        stored = parse(self.phc)
        wanted = (profile(self.profile), SALT_BYTES, TAG_BYTES)
        return (stored.parameters, len(stored.salt), len(stored.tag)) != wanted

    def __eq__(self, other: object) -> bool:
        if isinstance(other, HashedPassword):
            return hmac.compare_digest(self.phc.encode(), other.phc.encode())
        if isinstance(other, (str, bytes)):
            raise OperatorRefused("a password hash equals no string; use .verify(candidate)")
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self.phc)

    def __repr__(self) -> str:
        return f"HashedPassword(***, profile={self.profile!r})"


def waste(candidate: str, name: str = DEFAULT_PROFILE) -> None:
    """Spend what a verification costs, so that an unknown account answers as slowly as a known one."""
    raw = _candidate(candidate)
    if raw is not None:
        _derive(raw, Phc(profile(name), bytes(SALT_BYTES), bytes(TAG_BYTES)))


def _hash(password: str, name: str) -> str:
    if not isinstance(password, str):
        raise InputError(f"a password is a str, not {type(password).__name__}")
    if looks_hashed(password):
        raise AlreadyProtected("the value is a password hash already; assign HashedPassword(phc) to keep it")
    raw = _candidate(password)
    if raw is None:
        raise InputError(f"a password has 1 to {MAX_CHARACTERS} characters of valid Unicode")
    empty = Phc(profile(name), secrets.token_bytes(SALT_BYTES), bytes(TAG_BYTES))
    return str(Phc(empty.parameters, empty.salt, _derive(raw, empty)))


def _candidate(password: str) -> bytes | None:
    """Return the normalised bytes, or None for a string that is no password."""
    if not isinstance(password, str) or not 1 <= len(password) <= MAX_CHARACTERS:
        return None
    try:
        return unicodedata.normalize("NFC", password).encode()
    except UnicodeEncodeError:
        return None


def _derive(raw: bytes, phc: Phc) -> bytes:
    cost, length = phc.parameters, len(phc.tag)
    if not isinstance(cost, Argon2idParameters):
        return PBKDF2HMAC(SHA256(), length, phc.salt, cost.iterations).derive(raw)
    try:
        argon2 = Argon2id(
            salt=phc.salt,
            length=length,
            iterations=cost.passes,
            lanes=cost.lanes,
            memory_cost=cost.memory_kib,
        )
        return argon2.derive(raw)
    except UnsupportedAlgorithm:
        pass
    raise InputError(
        "this OpenSSL has no Argon2id (3.2 has it; FIPS builds do not): install cryptography's own wheel, "
        'or declare profile="pbkdf2-sha256-2026"'
    )
