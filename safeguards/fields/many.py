"""Many values of one field at once: what ``Cipher.encrypt`` does, with the nonces drawn together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import urandom
from typing import Any

from safeguards.crypto.envelope import MAGIC, is_envelope
from safeguards.crypto.xaes import PREFIX_BYTES
from safeguards.errors import AlreadyProtected
from safeguards.fields.cipher import Cipher

_MAGIC = bytes((MAGIC,))


def encrypt_many(cipher: Cipher, values: Iterable[Any]) -> list[bytes | None]:
    """Return the envelopes of values; None stays None.

    Raises:
        InputError: a value is not of the field's type; which one, ``Cipher.check`` tells.
        AlreadyProtected: a value is bytes that already form an envelope.
        KeyringError: there is no usable keyring.
    """
    write = cipher.writing()
    return [write(value) for value in values]


def seal_many(cipher: Cipher, encoded: Sequence[bytes | None]) -> list[bytes | None]:
    """Return the envelopes of values as the field's codec writes them; None stays None.

    The field has no search, padding and compression. A batch is written under the keys of its beginning.

    Raises:
        AlreadyProtected: a value already forms an envelope.
        KeyringError: there is no usable keyring.
    """
    keys = cipher.current()
    head, bound, writer = keys.head, keys.bound, keys.writer
    nonces = urandom(PREFIX_BYTES * len(encoded))
    sealed: list[bytes | None] = []
    keep = sealed.append
    for at, data in zip(range(0, len(nonces), PREFIX_BYTES), encoded, strict=True):
        if data is None:
            keep(None)
            continue
        if data[:1] == _MAGIC and is_envelope(data):
            raise AlreadyProtected(
                f"field {cipher.field}: the value is already encrypted; pass the plain one"
            )
        first, encrypt = next(writer.turns, None) or writer.renew()
        rest = nonces[at : at + PREFIX_BYTES]
        keep(head + first + rest + encrypt(rest, data, bound))
    return sealed
