"""How other processes open the keyrings of this one: by themselves, from the same store and provider."""

from __future__ import annotations

from dataclasses import dataclass

from safeguards.errors import KeyringError, SafeguardsError
from safeguards.keys.keyring import Keyring
from safeguards.keys.limits import Limits


@dataclass(frozen=True, slots=True)
class Address:
    """Where the keyring of a name is kept and who opens it; no key, though a URL may hold a password."""

    name: str
    store: str
    provider: str
    ring_id: str
    limits: Limits

    @classmethod
    def of(cls, name: str, ring: Keyring) -> Address:
        """Tell the address of an open keyring."""
        return cls(name, ring.store_url, ring.provider.uri, ring.id, ring.limits)

    def open(self) -> Keyring:
        """Open the keyring here, with this process's own credentials.

        Raises:
            KeyringError: it cannot be opened so, or the store holds another one.
        """
        try:
            ring = Keyring.open(
                self.store, self.provider, max_age=self.limits.max_age, max_uses=self.limits.max_uses
            )
        except SafeguardsError as error:
            raise KeyringError(
                f"another process cannot open the keyring {self.name!r} by itself ({error}): open it from a "
                "store and a provider's URI that hold there too, or use processes=1"
            ) from None
        if ring.id != self.ring_id:
            raise KeyringError(f"the key store of the keyring {self.name!r} holds another one by now")
        if self.limits and not ring.reads_anew:
            ring.keep_fresh()
        return ring

    def __repr__(self) -> str:
        return f"Address({self.name!r})"
