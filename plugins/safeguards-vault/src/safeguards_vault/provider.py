"""The provider: Transit encrypts the data key, with the binding context as associated data."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from safeguards.crypto.framing import frame
from safeguards.errors import KeyringError
from safeguards_vault.client import ask, failure
from safeguards_vault.faults import DAMAGED, NONSENSE
from safeguards_vault.uri import KeyUri, parse

AEAD_TYPES = ("aes256-gcm96", "chacha20-poly1305")
DIGEST_BYTES = 32
_LABEL = b"safeguards-vault v1"
# Stricter than Vault, which also reads v0 and v01 as version 1.
_WRAPPED = re.compile(r"vault:v[1-9][0-9]{0,8}:([A-Za-z0-9+/]+={0,2})", re.ASCII)


class VaultProvider:
    """Wraps data keys under a key of Vault's Transit engine, which never leaves Vault.

    A wrapped key is Vault's own text, ``vault:vN:base64``. The context is Transit's ``associated_data``.
    Servers older than that parameter ignore it without a word, so the SHA-256 of the context also stands
    before the data key in the plaintext and is compared. The instance holds its URI and nothing else:
    threads and forked processes may share it, and a pickle holds no token.
    """

    def __init__(self, place: KeyUri) -> None:
        self._place = place

    @property
    def uri(self) -> str:
        """The URI from which :func:`from_uri` makes this provider again; it holds no token."""
        return self._place.text

    def __repr__(self) -> str:
        return f"VaultProvider({self.uri!r})"

    def wrap(self, key: bytes, context: Mapping[str, str]) -> bytes:
        """Encrypt a data key in Vault, bound to ``context``.

        The key's settings are read first, because encrypting under an absent name may create a key.

        Raises:
            KeyringError: Vault cannot be used, or its key is absent, of a wrong type or exportable.
        """
        _check(self._place, ask(self._place, "read_key"))
        bound = _bound(context)
        answer = ask(
            self._place,
            "encrypt_data",
            plaintext=_text(sha256(bound).digest() + key),
            associated_data=_text(bound),
        )
        wrapped = answer.get("ciphertext")
        if not isinstance(wrapped, str) or not _is_canonical(wrapped):
            raise failure(self._place, NONSENSE)
        return wrapped.encode("ascii")

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """Decrypt a wrapped data key in Vault.

        Raises:
            KeyringError: as for :meth:`wrap`; or the text is damaged, or another key or context made it.
        """
        text = wrapped.decode("ascii", "replace")
        if not _is_canonical(text):
            raise KeyringError("vault: this is not a data key that this provider wrapped")
        bound = _bound(context)
        answer = ask(self._place, "decrypt_data", ciphertext=text, associated_data=_text(bound))
        plain = _plain(answer.get("plaintext"))
        if plain is None:
            raise failure(self._place, NONSENSE)
        if not compare_digest(plain[:DIGEST_BYTES], sha256(bound).digest()):
            raise failure(self._place, DAMAGED)
        return plain[DIGEST_BYTES:]


def from_uri(uri: str) -> VaultProvider:
    """Make a provider from a ``vault:`` URI; Vault is first asked when a key is wrapped.

    Raises:
        InputError: the URI is malformed or incomplete.
    """
    return VaultProvider(parse(uri))


def _check(place: KeyUri, settings: Mapping[str, Any]) -> None:
    if settings.get("type") not in AEAD_TYPES or settings.get("derived") is not False:
        raise failure(place, f"holds a key that must be {' or '.join(AEAD_TYPES)} and not derived")
    if any(settings.get(name) is not False for name in ("exportable", "allow_plaintext_backup")):
        raise failure(place, "holds a key that could leave Vault; use one that is not exportable")


def _bound(context: Mapping[str, str]) -> bytes:
    """Encode the context: each part after its length, so that no two contexts share an encoding."""
    return frame(_LABEL, *(text.encode() for pair in sorted(context.items()) for text in pair))


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _plain(text: object) -> bytes | None:
    """Decode base64 strictly: ``None`` unless it is the one spelling of its bytes."""
    try:
        data = b64decode(text, validate=True) if isinstance(text, str) else b""
    except ValueError:
        return None
    return data if data and _text(data) == text else None


def _is_canonical(text: str) -> bool:
    # Vault's decoder overlooks loose bits and line breaks, which would give one key many spellings.
    found = _WRAPPED.fullmatch(text)
    return found is not None and _plain(found[1]) is not None
