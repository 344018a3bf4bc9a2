"""Keep a privacy policy's technical promises: encrypt, find, pseudonymise and assess personal data."""

from safeguards.errors import (
    DecryptionFailed,
    InputError,
    KeyringError,
    KeyUnavailable,
    MissingExtra,
    OperatorRefused,
    SafeguardsError,
    SubjectErased,
)
from safeguards.keys import Keyring, use

__version__ = "0.1.0"

__all__ = [
    "DecryptionFailed",
    "InputError",
    "KeyUnavailable",
    "Keyring",
    "KeyringError",
    "MissingExtra",
    "OperatorRefused",
    "SafeguardsError",
    "SubjectErased",
    "use",
]
