"""Key derivation: HKDF-SHA-256 (RFC 5869), one key for each use and label."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from safeguards.crypto.framing import frame
from safeguards.values import Secret

KEY_BYTES = 32
_CONTEXT = b"safeguards/1"


def derive(root: Secret, use: str, *labels: str) -> Secret:
    """Derive 32 bytes for one ``use`` and its ``labels`` from a uniformly random root key.

    The salt is empty, which RFC 5869 (3.1) allows for such a root; the info is a length-prefixed list.
    """
    info = frame(_CONTEXT, use.encode(), *(label.encode() for label in labels))
    return Secret(HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(root.reveal()))
