"""The cipher of a field whose values belong to persons: each value under its own person's key (suite 3)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag

from safeguards.crypto.envelope import (
    FLAG_SETS,
    SUBJECT_BYTES,
    Envelope,
    MalformedEnvelope,
    Suite,
    address,
    parse,
)
from safeguards.crypto.xaes import NONCE_BYTES, OVERHEAD_BYTES
from safeguards.errors import DecryptionFailed, InputError, KeyUnavailable, SubjectErased
from safeguards.fields.cipher import _BAD_VALUE, _UNTAGGED, Cipher
from safeguards.fields.keys import FieldKeys
from safeguards.fields.shape import restore
from safeguards.keys.held import HeldKey, HeldKeys

_BOUND = {bytes((Suite.SUBJECT_XAES_256_GCM | flags,)) for flags in FLAG_SETS}
NOBODY = bytes(SUBJECT_BYTES)  # in place of a key id, where a person without a key was shredded


class Owner(Protocol):
    """Whose a value is, while it is written."""

    def held(self, keys: HeldKeys, kind: str) -> HeldKey:
        """Return the key of this person of a kind."""
        ...


class SubjectCipher(Cipher):
    """Encrypts each value under the key of the person it belongs to, and reads it as theirs only.

    ``kind`` names the kind of person, such as ``"member"``. Everything else is as in :class:`Cipher`.
    """

    def __init__(self, kind: str, field: str, *args: Any, **options: Any) -> None:
        super().__init__(field, *args, **options)
        self.kind = kind

    def encrypt(self, value: Any) -> bytes:
        """Refuse: whose value it is has to be said.

        Raises:
            InputError: always.
        """
        raise InputError(
            f"field {self.field} belongs to a {self.kind}: write it through the ORM, or bind "
            "for_subject(id, value)"
        )

    def encrypt_for(self, owner: Owner, value: Any) -> bytes:
        """Return the envelope of a value that is not None, under its owner's key.

        Raises:
            InputError: the value is not of the field's type.
            AlreadyProtected: the value is bytes that already form an envelope.
            SubjectErased: the owner's key was destroyed.
            KeyringError: there is no usable keyring or key store.
        """
        data = self._encode(value)
        keys = self.current()
        return self._sealed(keys, owner.held(keys.ring.subjects, self.kind), value, data)

    def decrypt_of(self, person: str, data: bytes, *, unbound: bool = False) -> Any:
        """Return the value in an envelope that belongs to a person, named by their id as text.

        ``unbound`` takes values too that were written before the field had a subject.

        Raises:
            SubjectErased: the person's key was destroyed.
            DecryptionFailed: the bytes are no intact envelope of this field and person under this keyring.
            KeyringError: there is no usable keyring or key store.
        """
        if unbound and not self.is_bound(data):
            return self.decrypt(data)
        keys = self.current()
        try:
            envelope = parse(data)
            held = self._held(keys, envelope, person)
            return self.decode(self._unsealed(held, envelope))
        except SubjectErased as error:
            erased = f"field {self.field}: {error}"
        except (InvalidTag, KeyUnavailable, *_BAD_VALUE):
            erased = None
        if erased is not None:
            raise SubjectErased(erased)
        raise self._failure()

    def is_bound(self, data: bytes) -> bool:
        """Say whether a stored value names a person's key, as far as its header tells."""
        at = self.prefix_length
        return data[at : at + 1] in _BOUND

    def _failure(self) -> DecryptionFailed:
        return DecryptionFailed(
            f"field {self.field}: a stored value cannot be decrypted as one of the {self.kind} in its row: "
            "it was altered, cut, moved here from another row or column, written for another person, never "
            "encrypted, or written under a key that this keyring does not hold"
        )

    def tombstone(self, key_id: bytes = NOBODY) -> bytes:
        """Return what stands in place of a destroyed value: it has its form, and random bytes for contents.

        Search tags are random too, so that a UNIQUE index admits it and no search finds it.
        """
        tags = self._tagged + os.urandom(self._tagged[1]) if self.slices else _UNTAGGED
        where = address(Suite.SUBJECT_XAES_256_GCM, self.current().key_id, key_id)
        return tags + where + os.urandom(NONCE_BYTES + OVERHEAD_BYTES)

    def tombstone_of(self, data: bytes) -> bytes:
        """Return what stands in place of a stored value after its person was shredded."""
        try:
            named = parse(data).subject
        except MalformedEnvelope:
            named = None
        return self.tombstone(named or NOBODY)

    def _sealed(self, keys: FieldKeys, held: HeldKey, value: Any, data: bytes) -> bytes:
        tags = self._tags(keys, value, data) if self.slices else _UNTAGGED
        data, flags = (data, 0) if self.shape is None else self.shape.apply(data)
        header = tags + address(Suite.SUBJECT_XAES_256_GCM, keys.key_id, held.id, flags=flags)
        return header + held.cipher(self.field).seal(data, self.associated + header)

    def _held(self, keys: FieldKeys, envelope: Envelope, person: str) -> HeldKey:
        if envelope.subject is None:
            raise KeyUnavailable("the value names no person's key")
        if envelope.subject == NOBODY:
            raise SubjectErased("the person was shredded: nothing of them can be read")
        return keys.ring.subjects.to_read(envelope.subject, self.kind, person)

    def _unsealed(self, held: HeldKey, envelope: Envelope) -> bytes:
        cipher = held.cipher(self.field)
        opened = cipher.decrypt(envelope.nonce, envelope.sealed, self.associated + envelope.header)
        return restore(opened, envelope.flags)

    def __reduce__(self) -> tuple[Any, ...]:
        rebuild, declaration = super().__reduce__()
        return _rebuild_for, (self.kind, rebuild, declaration)


def _rebuild_for(kind: str, rebuild: Callable[..., Cipher], declaration: tuple[Any, ...]) -> SubjectCipher:
    plain = rebuild(*declaration)
    return SubjectCipher(
        kind,
        plain.field,
        plain.codec,
        item=plain.item.id if plain.item else None,
        search=plain.searches,
        keyring=plain.keyring,
        pad=plain.shape.pad if plain.shape else None,
        compress=plain.shape.compress if plain.shape else None,
    )
