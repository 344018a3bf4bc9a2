"""One field's cipher: typed values to envelopes and back, and to search tags."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

from cryptography.exceptions import InvalidTag

from safeguards import items
from safeguards.crypto.envelope import (
    ADDRESS_BYTES,
    MalformedEnvelope,
    Suite,
    is_envelope,
    parse,
    prefix,
)
from safeguards.crypto.framing import frame
from safeguards.crypto.xaes import NONCE_BYTES, PREFIX_BYTES
from safeguards.errors import AlreadyProtected, DecryptionFailed, InputError, KeyUnavailable
from safeguards.fields.codec import Codec, UndeclaredName
from safeguards.fields.codecs import codec_for
from safeguards.fields.hot_path import reading, writing
from safeguards.fields.keys import FieldKeys
from safeguards.fields.padding import Pad
from safeguards.fields.search import Exact, Search
from safeguards.fields.shape import Opener, Shape, restore, shape_of
from safeguards.fields.slices import Slice, beside, layout, searches_of
from safeguards.keys import generation, registry
from safeguards.values import FieldId

_VERSION = b"safeguards/1"
_UNTAGGED = prefix()
_MAGIC = _UNTAGGED[:1]
_BAD_VALUE = (TypeError, ValueError, OverflowError, struct.error)
_NO_KEYS: tuple[object, Any] = None, None


class Cipher:
    """Encrypts, decrypts and tags the values of one field.

    Holds the keyring's name and derives keys when they are first needed. Safe to share between threads.

    Args:
        field: the field's rename-proof id, such as ``"member.rrn"``.
        codec: how its values are written as bytes.
        item: the kind of personal data, for the canonical form that search compares.
        search: ``Exact()`` for equality, another search, several of them, or None.
        keyring: the name that ``safeguards.use`` gave to the keyring.
        pad: pad values to buckets, so that lengths say less: ``"padme"``, multiples of a number of bytes, or
            a tuple of sizes with Padmé's above the last.
        compress: compress values of at least this many bytes; see ``Encrypted`` for what that gives away.
            Reading needs neither option: envelopes record what was done.
    """

    def __init__(
        self,
        field: str,
        codec: Codec,
        *,
        item: str | None = None,
        search: Search | Sequence[Search] | None = None,
        keyring: str = registry.DEFAULT,
        pad: Pad | list[int] | None = None,
        compress: int | None = None,
    ) -> None:
        self.field = FieldId(field)
        self.codec = codec
        self.item = items.get(item) if item is not None else None
        self.searches = searches_of(field, search, codec)
        self.slices = layout(field, self.searches, self._labels_of)
        self.beside = beside(self.searches, len(self.slices), self._labels_of)
        self.keyring = keyring
        self.shape = shape_of(field, pad, compress)
        self._tagged = bytes((_MAGIC[0], sum(each.width for each in self.slices)))
        self._only_exact = len(self.slices) == 1 and self.slices[0].search.is_whole
        self.prefix_length = len(_UNTAGGED) + self._tagged[1]
        # Where things stand in the values that this field writes: nearly all need no parser.
        self._header_end = self.prefix_length + ADDRESS_BYTES
        self._half_nonce = self._header_end + PREFIX_BYTES
        self._nonce_end = self._header_end + NONCE_BYTES
        self.decode = self._declared if codec.declared else codec.decode
        self.associated = frame(_VERSION, self.field.encode(), codec.tag)
        self.state = _NO_KEYS

    def encrypt(self, value: Any) -> bytes:
        """Return the envelope of a value that is not None.

        Raises:
            InputError: the value is not of the field's type.
            AlreadyProtected: the value is bytes that already form an envelope.
            KeyringError: there is no usable keyring.
        """
        data = self._encode(value)
        keys = self.current()
        header = self._tags(keys, value, data) if self.slices else _UNTAGGED
        if self.shape is None:
            header += keys.address
        else:
            data, flags = self.shape.apply(data)
            header += keys.addresses[flags]
        return header + keys.writer.seal(data, self.associated + header)

    def decrypt(self, data: bytes) -> Any:
        """Return the value in an envelope.

        Raises:
            DecryptionFailed: the bytes are no intact envelope of this field under this keyring.
            KeyringError: there is no usable keyring.
        """
        now, keys = self.state
        if now is not generation.current:
            keys = self.current()
        try:
            half = self._half_nonce
            opener = keys.openers.get(data[self.prefix_length : half])
            if opener is None:
                return self.decode(self._open(keys, data))
            nonce, sealed = data[half : self._nonce_end], data[self._nonce_end :]
            return self.decode(opener(nonce, sealed, self.associated + data[: self._header_end]))
        except (InvalidTag, KeyUnavailable, *_BAD_VALUE):
            pass
        raise self._failure()  # not inside the handler: the error caught there may hold the value

    def writing(self) -> Callable[[Any], bytes | None]:
        """Return ``encrypt`` as a function for many values; None stays None."""
        encrypt = self.encrypt
        if not self.slices and self.shape is None:
            return writing(self, encrypt)
        return lambda value: None if value is None else encrypt(value)

    def reading(self, otherwise: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return ``otherwise``, which decrypts whatever the driver gives, made fast for the usual case."""
        return otherwise if self.slices else reading(self, otherwise)

    def opener(self, keys: FieldKeys, data: bytes) -> Opener | None:
        """Return the function that opened a value, where it is remembered."""
        return keys.openers.get(data[self.prefix_length : self._half_nonce])

    @property
    def places(self) -> tuple[int, int, int]:
        """Where the second half of the nonce begins, the nonce ends, and the header ends."""
        return self._half_nonce, self._nonce_end, self._header_end

    @property
    def address(self) -> bytes:
        """The part of a header that names the newest data key, which writes."""
        return self.current().address

    @property
    def rotated(self) -> bool:
        """Whether the keyring holds older data keys, under which stored values may be."""
        return self.current().ring.rotated

    def tag(self, value: Any) -> bytes:
        """Return the first bytes, ``prefix_length`` of them, that the value's envelopes share.

        Raises:
            InputError: the value is not of the field's type, or the field has no search.
        """
        if not self.slices:
            raise InputError(f"field {self.field} has no search: declare it with search=Exact()")
        return self._tags(self.current(), value, self._encode(value))

    def check(self, value: Any) -> None:
        """Raise InputError where the value is not of the field's type."""
        self._encode(value)

    def query(self, where: Slice, value: Any) -> bytes:
        """Return the tag that values found by ``value`` carry in one of the field's ``slices``.

        Raises:
            InputError: the value is not of the field's type.
        """
        data = self._encode(value)
        tagger = self.current().taggers[where.position]
        if where.search.is_whole:
            return tagger.tag(self._canonical(value, data))
        return where.tag(tagger, value, partial(self._canonical, data=data))

    def form_tag(self, where: Slice, form: bytes) -> bytes:
        """Return the tag of what a search makes of values, such as the number of a bucket."""
        return where.tag_of(self.current().taggers[where.position], form)

    def form(self, where: Slice, value: Any) -> bytes:
        """Return what the search of a slice makes of a value, of which the tag is made; no key is needed.

        Raises:
            InputError: the value is not of the field's type.
        """
        return where.search.form(value, partial(self._canonical, data=self._encode(value)))

    def same(self, where: Slice, value: Any, other: Any) -> bool:
        """Say whether two values are equal to the search of a slice."""
        return self.form(where, value) == self.form(where, other)

    def forget(self) -> None:
        """Drop the derived keys; the next value looks them up again."""
        self.state = _NO_KEYS

    @property
    def exact(self) -> Slice | None:
        """The slice that answers equality, where there is one."""
        return self.slices[0] if self.slices and isinstance(self.slices[0].search, Exact) else None

    def shares_tags(self, other: Cipher) -> bool:
        """Say whether equal values get equal tags in both fields, so that the two can be joined."""
        mine, theirs = self.exact, other.exact
        if mine is None or theirs is None or mine.approximate:
            return False
        return mine.labels == theirs.labels and self.keyring == other.keyring

    def __reduce__(self) -> tuple[Any, ...]:
        # A cipher travels as its declaration; the keys stay here.
        item = self.item.id if self.item else None
        return _rebuild, (str(self.field), self.codec.kind, item, self.searches, self.keyring, self.shape)

    def __repr__(self) -> str:
        return f"Cipher({self.field!r}, keyring={self.keyring!r})"

    def _open(self, keys: FieldKeys, data: bytes) -> bytes:
        envelope = parse(data)
        if envelope.suite is not Suite.XAES_256_GCM:
            raise MalformedEnvelope("a column's values are written under suite 1")
        reader = keys.reader(envelope.key_id)
        opened = reader.decrypt(envelope.nonce, envelope.sealed, self.associated + envelope.header)
        if len(envelope.tag) == self.prefix_length - len(_UNTAGGED):
            keys.remember(data[self.prefix_length : self._half_nonce], reader)
        return restore(opened, envelope.flags)

    def _declared(self, data: bytes) -> Any:
        try:
            return self.codec.decode(data)
        except UndeclaredName:
            pass
        raise DecryptionFailed(
            f"field {self.field}: a stored name is no longer declared in its Enum; declare it again, or as "
            "an alias of the member that took its place"
        )

    def _failure(self) -> DecryptionFailed:
        return DecryptionFailed(
            f"field {self.field}: a stored value cannot be decrypted: it was altered, cut, moved here from "
            "another column, never encrypted, or written under a key that this keyring does not hold"
        )

    def _encode(self, value: Any) -> bytes:
        try:
            data = self.codec.encode(value)
        except _BAD_VALUE:
            data = None
        if data is None:  # raised here, since the error caught above holds the value
            kind = self.codec.takes
            raise InputError(
                f"field {self.field} takes {kind} values that the type can hold, not {type(value).__name__}"
            )
        if data[:1] == _MAGIC and is_envelope(data):
            raise AlreadyProtected(
                f"field {self.field}: the value is already encrypted; pass the plain value"
            )
        return data

    def _tags(self, keys: FieldKeys, value: Any, data: bytes) -> bytes:
        if self._only_exact:
            return self._tagged + keys.taggers[0].tag(self._canonical(value, data))
        whole = partial(self._canonical, data=data)
        tags = (each.tag(keys.taggers[each.position], value, whole) for each in self.slices)
        return self._tagged + b"".join(tags)

    def _canonical(self, value: Any, data: bytes) -> bytes:
        if self.item is None:
            own = self.codec.compared
            return data if own is None else self._compared(own, value)
        if isinstance(value, str):
            text = str.__str__(value)  # an enum of strings prints as something else
        else:
            text = value.isoformat() if isinstance(value, date) else str(value)
        return self.item.canonical(text).encode()

    def _compared(self, own: Callable[[Any], bytes], value: Any) -> bytes:
        try:
            return own(value)
        except _BAD_VALUE:
            pass
        raise InputError(
            f"field {self.field}: a value has no form that could be compared, in UTC for instance"
        )

    def current(self) -> FieldKeys:
        """Return the field's derived keys.

        Raises:
            KeyringError: there is no usable keyring.
        """
        keys: FieldKeys
        now, keys = self.state
        if now is not generation.current:
            now = generation.current
            labels = [each.labels for each in (*self.slices, *self.beside)]
            keys = FieldKeys(registry.resolve(self.keyring), self.field, labels, self.associated)
            generation.tell(self)
            self.state = now, keys
            if now is not generation.current:  # it changed meanwhile: these keys serve this value only
                self.forget()
        return keys

    def _labels_of(self, search: Search) -> tuple[str, ...]:
        group = search.group if isinstance(search, Exact) else None
        scope = ("group", group) if group else ("field", self.field)
        if self.item and isinstance(search, Exact):
            form = self.item.id, str(self.item.canonical_version)
        else:
            form = "", self.codec.tag.decode()
        return *scope, *form, *search.labels


def _rebuild(
    field: str,
    kind: Any,
    item: str | None,
    search: tuple[Search, ...],
    keyring: str,
    shape: Shape | None = None,
) -> Cipher:
    pad, compress = (shape.pad, shape.compress) if shape else (None, None)
    codec = codec_for(kind)
    return Cipher(field, codec, item=item, search=search, keyring=keyring, pad=pad, compress=compress)
