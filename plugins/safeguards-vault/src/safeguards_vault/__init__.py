"""Data keys wrapped by the Transit engine of HashiCorp Vault: the wrapping key never leaves it."""

from safeguards_vault.provider import VaultProvider, from_uri

__all__ = ["VaultProvider", "from_uri"]
