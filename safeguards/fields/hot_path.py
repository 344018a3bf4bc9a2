"""The two functions that a column type calls for every value: everything that can be known before is.

They do what ``Cipher.encrypt`` and ``Cipher.decrypt`` do, and leave to these whatever is not the usual case.
They hold no key: these stand in the cipher's state, which is dropped when keys have to be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from os import urandom
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag

from safeguards.crypto.envelope import prefix
from safeguards.crypto.xaes import PREFIX_BYTES
from safeguards.keys import generation

if TYPE_CHECKING:
    from safeguards.fields.cipher import Cipher

_MAGIC = prefix()[:1]
_UNUSUAL = (KeyError, TypeError, ValueError, InvalidTag)


def writing(cipher: Cipher, otherwise: Callable[[Any], bytes]) -> Callable[[Any], bytes | None]:
    """Return ``otherwise``, which encrypts, made fast for values without tags and of no shape; None stays."""
    encode, may_be_sealed = cipher.codec.encode, cipher.codec.python_type is bytes

    def write(value: Any) -> bytes | None:
        if value is None:
            return None
        data: bytes | None
        try:
            data = encode(value)
        except Exception:
            data = None
        if data is None or (may_be_sealed and data[:1] == _MAGIC):
            return otherwise(value)  # which says what is wrong, and not inside the handler
        now, keys = cipher.state
        if now is not generation.current:
            keys = cipher.current()
        writer = keys.writer
        first, encrypt = next(writer.turns, None) or writer.renew()
        rest = urandom(PREFIX_BYTES)
        sealed: bytes = keys.head + first + rest + encrypt(rest, data, keys.bound)
        return sealed

    return write


def reading(cipher: Cipher, otherwise: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return ``otherwise``, which decrypts, made fast for values without tags; None stays."""
    half, nonce_end, header_end = cipher.places
    associated, decode = cipher.associated, cipher.decode

    def read(value: Any) -> Any:
        if value is None:
            return None
        now, keys = cipher.state
        if now is generation.current:
            try:
                opener, bound = keys.untagged[value[:half]]
                return decode(opener(value[half:nonce_end], value[nonce_end:], bound))
            except _UNUSUAL:
                pass
        found = otherwise(value)
        _, keys = cipher.state
        if keys is not None and type(value) is bytes and (opener := cipher.opener(keys, value)) is not None:
            keys.untagged[value[:half]] = opener, associated + value[:header_end]
        return found

    return read
