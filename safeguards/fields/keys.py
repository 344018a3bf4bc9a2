"""One field's derived keys under one keyring, ready to use."""

from __future__ import annotations

from safeguards.crypto.envelope import Suite, address
from safeguards.crypto.xaes import Xaes256Gcm
from safeguards.keys import Keyring
from safeguards.values import Secret


class FieldKeys:
    """The writer under the newest data key, readers for older ones, and the tag key where there is search.

    ``address`` is the part of an envelope's header that names the newest key; ``readers`` holds, by that
    part, the ciphers that were needed so far.
    """

    __slots__ = ("_field", "address", "key_id", "readers", "ring", "tag_key", "writer")

    def __init__(self, ring: Keyring, field: str, tag_labels: tuple[str, ...]) -> None:
        self.ring = ring
        self.key_id = ring.data_key_id
        self.address = address(Suite.XAES_256_GCM, self.key_id)
        self.tag_key = ring.tag_key(*tag_labels) if tag_labels else Secret(b"")
        self.readers: dict[bytes, Xaes256Gcm] = {}
        self._field = field
        self.writer = self.reader(self.key_id)

    def reader(self, key_id: int) -> Xaes256Gcm:
        """Return the cipher for values under ``key_id``.

        Raises:
            KeyUnavailable: the keyring does not hold that data key.
        """
        place = address(Suite.XAES_256_GCM, key_id)
        found = self.readers.get(place)
        if found is None:
            found = self.readers[place] = Xaes256Gcm(self.ring.field_key(key_id, self._field))
        return found

    def __repr__(self) -> str:
        return f"FieldKeys({self._field!r}, key_id={self.key_id})"
