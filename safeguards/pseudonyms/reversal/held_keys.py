"""Whether the keyring in hand is the one that pseudonyms were made with: asked before any value is shown."""

from __future__ import annotations

from safeguards.errors import InputError, KeyringError
from safeguards.keys import Keyring, registered
from safeguards.pseudonyms.domain import Domain, InHand


def in_hand(domain: Domain, ring: Keyring, key_id: int | None) -> InHand:
    """Return ``domain`` with the keys of ``ring``.

    Format-preserving pseudonyms hold no proof of their key: with another one they would lead to false values,
    so the key's id is compared first.

    Args:
        domain: the scope of the pseudonyms.
        ring: the keyring in hand.
        key_id: the id of the root key that the manifest states; None takes that of the keyring which this
            process uses for the domain.

    Raises:
        InputError: nothing tells which key it should be.
        KeyringError: it is another key, or a research domain's that is not kept apart.
    """
    held = InHand(domain, ring)
    own, _ = held.key(None)
    expected = _expected(domain) if key_id is None else key_id
    if own != expected:
        raise KeyringError(
            f"the keyring in hand makes pseudonyms of domain {domain.name!r} with key {own}, "
            f"these are of key {expected}: open the keyring that holds it; nothing was shown"
        )
    return held


def _expected(domain: Domain) -> int:
    if not registered(domain.keyring_name):
        raise InputError(
            f"nothing tells which key the pseudonyms of domain {domain.name!r} are of: say key_id=, which "
            f"the manifest states, or use the keyring here: safeguards.use(ring, {domain.keyring_name!r})"
        )
    return domain.key(None)[0]
