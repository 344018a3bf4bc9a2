"""Search tags: equal values get equal tags under one key, and without the key a tag says nothing."""

from __future__ import annotations

import hmac

TAG_BYTES = 16


def tag(key: bytes, canonical: bytes) -> bytes:
    """Return the first 16 bytes of HMAC-SHA-256 (RFC 2104, FIPS 198-1) of a value's canonical form."""
    return hmac.digest(key, canonical, "sha256")[:TAG_BYTES]
