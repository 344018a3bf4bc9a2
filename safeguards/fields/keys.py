"""One field's derived keys under one keyring, ready to use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from safeguards.crypto.envelope import ADDRESS_BYTES, FLAG_SETS, FLAGS, Suite, address, prefix
from safeguards.crypto.tags import Tagger
from safeguards.crypto.xaes import Xaes256Gcm
from safeguards.fields.shape import Opener, restoring
from safeguards.keys import Keyring

_OPENERS_KEPT = 1024


class FieldKeys:
    """The writer under the newest data key, readers for older ones, and a tagger for each search.

    ``address`` is the part of an envelope's header that names the newest key; ``addresses`` has it under each
    set of flags, and ``readers`` the ciphers that were needed so far. ``head`` is the whole header of values
    without tags and flags, ``bound`` what is authenticated with these. ``openers`` spares nearly every value
    the rest: by address and first half of the nonce, the decryption under the AES key that these two derive,
    and what the address's flags say after it.
    """

    __slots__ = (
        "_field",
        "address",
        "addresses",
        "bound",
        "head",
        "key_id",
        "openers",
        "readers",
        "ring",
        "taggers",
        "untagged",
        "writer",
    )

    def __init__(
        self, ring: Keyring, field: str, tag_labels: Iterable[Sequence[str]] = (), associated: bytes = b""
    ) -> None:
        self.ring = ring
        self.key_id = ring.data_key_id
        self.addresses = {flags: address(Suite.XAES_256_GCM, self.key_id, flags=flags) for flags in FLAG_SETS}
        self.address = self.addresses[0]
        self.taggers = tuple(Tagger(ring.tag_key(*labels)) for labels in tag_labels)
        self.readers: dict[int, Xaes256Gcm] = {}
        self.openers: dict[bytes, Opener] = {}
        self.untagged: dict[bytes, tuple[Opener, bytes]] = {}
        self._field = field
        self.writer = self.reader(self.key_id)
        self.head = prefix() + self.address
        self.bound = associated + self.head

    def reader(self, key_id: int) -> Xaes256Gcm:
        """Return the cipher for values under ``key_id``.

        Raises:
            KeyUnavailable: the keyring does not hold that data key.
        """
        found = self.readers.get(key_id)
        if found is None:
            key, spend = self.ring.field_key(key_id, self._field), partial(self.ring.spend, key_id)
            found = self.readers[key_id] = Xaes256Gcm(key, spend)
        return found

    def remember(self, place: bytes, reader: Xaes256Gcm) -> None:
        """Keep the opener of values whose address and first half of the nonce are ``place``."""
        if len(self.openers) >= _OPENERS_KEPT:
            self.openers.clear()
            self.untagged.clear()
        opener, flags = reader.derived(place[ADDRESS_BYTES:]).decrypt, place[0] & FLAGS
        self.openers[place] = restoring(opener, flags) if flags else opener

    def __repr__(self) -> str:
        return f"FieldKeys({self._field!r}, key_id={self.key_id})"
