"""Which key, and who wraps it."""

from safeguards.keys.carried import WrappedKeyring
from safeguards.keys.keyring import Keyring
from safeguards.keys.material import KeyStatus
from safeguards.keys.provider import KeyProvider, provider_from
from safeguards.keys.registry import registered, resolve, use, use_wrapped
from safeguards.keys.shredding import Reached, ShredReceipt, Unreached

__all__ = [
    "KeyProvider",
    "KeyStatus",
    "Keyring",
    "Reached",
    "ShredReceipt",
    "Unreached",
    "WrappedKeyring",
    "provider_from",
    "registered",
    "resolve",
    "use",
    "use_wrapped",
]
