"""Every way in which Vault fails, as one line of advice. Vault's own text is matched and never repeated."""

from __future__ import annotations

from hvac import exceptions as vault  # type: ignore[import-untyped]
from requests import exceptions as http

DAMAGED = "did not unwrap the key: it is damaged, or was wrapped by another key or for another purpose"
NONSENSE = "gave an answer that is not Vault's; check that the address is a Vault server and not a proxy"

# The words of vault/sdk/helper/keysutil and builtin/logical/transit; the first match counts.
_TEXTS = (
    (
        "disallowed by policy (too old)",
        "refuses this old version of the key; lower its min_decryption_version",
    ),
    (
        "version is too new",
        "does not have the version of the key that wrapped this; restore the key's backup",
    ),
    ("encryption key not found", "has no such key; if it was deleted, restore its backup"),
    ("non-aead", "holds a key of a type that authenticates no context; use aes256-gcm96"),
    ("key derivation", "holds a derived key; use one created without derived=true"),
    (
        "no handler for route",
        "has no transit engine at this mount; check the URI, its namespace and the mount",
    ),
    ("unsupported path", "has no transit engine at this mount; check the URI, its namespace and the mount"),
    ("message authentication failed", DAMAGED),
    ("invalid ciphertext", DAMAGED),
    ("unable to decrypt", DAMAGED),
    ("vault is sealed", "is sealed; unseal it"),
)
_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (vault.Unauthorized, "refused the token; renew it (vault login)"),
    (vault.Forbidden, "denied access; renew the token, or grant its policy what the plugin's README lists"),
    (vault.InvalidPath, "has no such key at this mount; check the URI, or create the key"),
    (vault.RateLimitExceeded, "kept throttling requests; try again later or raise its rate limit"),
    (vault.VaultNotInitialized, "is not initialised"),
    (vault.VaultDown, "is sealed or down for maintenance; unseal it"),
    (vault.InvalidRequest, "refused the request; check the key's type and configuration"),
    (vault.VaultError, "failed; its server log says why"),
    (http.SSLError, "shows a certificate that is not trusted; name its authority in VAULT_CACERT"),
    (http.Timeout, "did not answer in time; check the server or raise the URI's timeout"),
    (http.ConnectionError, "cannot be reached; check the address and the network"),
    (http.RequestException, "cannot be asked; check the address and proxy settings"),
    (OSError, "cannot be asked; check that VAULT_CACERT, VAULT_CAPATH and VAULT_CLIENT_CERT name files"),
)


def advice(error: Exception) -> str:
    """Say what went wrong and what to do; anything unforeseen is an answer that is not Vault's."""
    if isinstance(error, vault.VaultError):
        said = str(error.args[0] if error.args else "").lower()
        for words, meaning in _TEXTS:
            if words in said:
                return meaning
    return next((meaning for kind, meaning in _KINDS if isinstance(error, kind)), NONSENSE)
