"""The two functions that a column type calls for every value: everything that can be known before is.

They do what ``Cipher.encrypt`` and ``Cipher.decrypt`` do, and leave to these whatever is not the usual case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag

from safeguards.crypto.envelope import prefix
from safeguards.fields.shape import Opener
from safeguards.keys import generation

if TYPE_CHECKING:
    from safeguards.fields.cipher import Cipher

_UNTAGGED = prefix()
_MAGIC = _UNTAGGED[:1]
_PLACES_KEPT = 1024
_UNUSUAL = (KeyError, TypeError, ValueError, InvalidTag)


def writing(cipher: Cipher, otherwise: Callable[[Any], bytes]) -> Callable[[Any], bytes | None]:
    """Return ``otherwise``, which encrypts, made fast for values without tags and of no shape; None stays."""
    encode, may_be_sealed = cipher.codec.encode, cipher.codec.python_type is bytes
    seal: Callable[[bytes], bytes] = otherwise
    seen: object = None

    def write(value: Any) -> bytes | None:
        nonlocal seal, seen
        if value is None:
            return None
        now = generation.current
        if seen is not now:
            seal, seen = cipher.sealer(), now
        data: bytes | None
        try:
            data = encode(value)
        except Exception:
            data = None
        if data is None or (may_be_sealed and data[:1] == _MAGIC):
            return otherwise(value)  # which says what is wrong, and not inside the handler
        return seal(data)

    return write


def reading(cipher: Cipher, otherwise: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return ``otherwise``, which decrypts, made fast for values without tags; None stays."""
    half, nonce_end, header_end = cipher.places
    associated, decode = cipher.associated, cipher.decode
    known: dict[bytes, tuple[Opener, bytes]] = {}
    seen: object = None

    def read(value: Any) -> Any:
        if value is None:
            return None
        if seen is generation.current:
            try:
                opener, bound = known[value[:half]]
                return decode(opener(value[half:nonce_end], value[nonce_end:], bound))
            except _UNUSUAL:
                pass
        return learn(value)

    def learn(value: Any) -> Any:
        nonlocal seen
        now = generation.current
        if seen is not now or len(known) >= _PLACES_KEPT:
            known.clear()
            seen = now
        found = otherwise(value)
        opener = cipher.opener(value) if type(value) is bytes else None
        if opener is not None and seen is now is generation.current:  # else it may be of a closed keyring
            known[value[:half]] = opener, associated + value[:header_end]
        return found

    return read
