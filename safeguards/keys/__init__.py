"""Which key, and who wraps it."""

from safeguards.keys.keyring import Keyring, KeyStatus
from safeguards.keys.provider import KeyProvider, provider_from
from safeguards.keys.registry import registered, resolve, use

__all__ = ["KeyProvider", "KeyStatus", "Keyring", "provider_from", "registered", "resolve", "use"]
