"""Data keys wrapped inside a PKCS#11 token: the wrapping key never leaves it."""

from safeguards_pkcs11.provider import Pkcs11Provider, create_key, from_uri

__all__ = ["Pkcs11Provider", "create_key", "from_uri"]
