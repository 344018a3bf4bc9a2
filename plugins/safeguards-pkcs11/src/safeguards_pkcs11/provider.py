"""The provider: AES-256-GCM inside the token, with the binding context as associated data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11 import exceptions as failures

from safeguards.crypto.framing import frame
from safeguards.errors import InputError, KeyringError
from safeguards_pkcs11.token import session
from safeguards_pkcs11.uri import KeyUri, parse

VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BITS = 256
_LABEL = b"safeguards-pkcs11 v1"


class Pkcs11Provider:
    """Wraps data keys under an AES key that lives in a token and cannot be read out of it.

    A wrapped key is ``version:1 | nonce:12 | ciphertext | tag:16`` of AES-256-GCM (SP 800-38D); the context
    is its associated data. Every call opens a session and logs out again: keyrings call a provider when they
    open and rotate, not for each value. Threads and forked processes may share an instance.
    """

    def __init__(self, key: KeyUri) -> None:
        self._key = key

    @property
    def uri(self) -> str:
        """The URI from which :func:`from_uri` makes this provider again; it holds no PIN."""
        return self._key.text

    def __repr__(self) -> str:
        return f"Pkcs11Provider({self.uri!r})"

    def wrap(self, key: bytes, context: Mapping[str, str]) -> bytes:
        """Encrypt a data key in the token, bound to ``context``.

        Raises:
            KeyringError: the token cannot be used, or its key is absent or could leave the token.
        """
        nonce = os.urandom(NONCE_BYTES)
        with session(self._key) as opened:
            try:
                sealed = _find(opened, self._key).encrypt(
                    key, mechanism=Mechanism.AES_GCM, mechanism_param=_gcm(nonce, context)
                )
            except failures.PKCS11Error as error:
                raise KeyringError(
                    f"pkcs11: the token did not wrap the key ({type(error).__name__})"
                ) from error
        return VERSION + nonce + bytes(sealed)

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """Decrypt a wrapped data key in the token.

        Raises:
            KeyringError: as for :meth:`wrap`; or the text is damaged, or another key or context made it.
        """
        head = len(VERSION) + NONCE_BYTES
        if wrapped[:1] != VERSION or len(wrapped) <= head + TAG_BYTES:
            raise KeyringError("pkcs11: this is not a data key that this provider wrapped")
        nonce, sealed = wrapped[len(VERSION) : head], wrapped[head:]
        with session(self._key) as opened:
            key = _find(opened, self._key)
            try:
                return bytes(
                    key.decrypt(sealed, mechanism=Mechanism.AES_GCM, mechanism_param=_gcm(nonce, context))
                )
            except failures.PKCS11Error as error:
                raise KeyringError(
                    "pkcs11: the token did not unwrap the key: it is damaged, or was wrapped by another key "
                    f"or for another purpose ({type(error).__name__})"
                ) from error


def from_uri(uri: str) -> Pkcs11Provider:
    """Make a provider from a ``pkcs11:`` URI (RFC 7512); the token is first asked when a key is wrapped.

    Raises:
        InputError: the URI is malformed or incomplete.
    """
    return Pkcs11Provider(parse(uri))


def create_key(uri: str) -> None:
    """Generate the AES-256 key that ``uri`` names inside its token: sensitive, and never extractable.

    Raises:
        InputError: the URI is malformed, or a key of that name exists.
        KeyringError: the token cannot be used or does not make keys.
    """
    key = parse(uri)
    with session(key, writable=True) as opened:
        if list(opened.get_objects(_template(key))):
            raise InputError("pkcs11: the token already has a key of that name; nothing was changed")
        try:
            opened.generate_key(
                KeyType.AES,
                KEY_BITS,
                label=key.label,
                id=key.id,
                store=True,
                template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
            )
        except failures.PKCS11Error as error:
            raise KeyringError(
                f"pkcs11: the token did not create the key ({type(error).__name__})"
            ) from error


def _template(key: KeyUri) -> dict[Attribute, object]:
    template: dict[Attribute, object] = {
        Attribute.CLASS: ObjectClass.SECRET_KEY,
        Attribute.KEY_TYPE: KeyType.AES,
    }
    template |= {Attribute.LABEL: key.label} if key.label is not None else {}
    return template | ({Attribute.ID: key.id} if key.id is not None else {})


def _find(opened: pkcs11.Session, key: KeyUri) -> Any:
    name = key.label or f"with id {(key.id or b'').hex()}"
    found = list(opened.get_objects(_template(key)))
    if len(found) != 1:
        problem = "more than one AES key is called" if found else "there is no AES key"
        raise KeyringError(
            f"pkcs11: {problem} {name} on the token; python -m safeguards_pkcs11 URI creates one"
        )
    secret = found[0]
    if (
        secret[Attribute.EXTRACTABLE]
        or not secret[Attribute.SENSITIVE]
        or secret[Attribute.VALUE_LEN] * 8 != KEY_BITS
    ):
        raise KeyringError(f"pkcs11: key {name} must be AES-256, sensitive and not extractable")
    return secret


def _gcm(nonce: bytes, context: Mapping[str, str]) -> pkcs11.GCMParams:
    """Build the parameters; the associated data length-prefixes each part, so no two contexts share it."""
    texts = (text.encode() for pair in sorted(context.items()) for text in pair)
    return pkcs11.GCMParams(nonce, frame(_LABEL, *texts), TAG_BYTES * 8)
