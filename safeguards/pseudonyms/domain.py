"""A domain: the scope inside which one value has one pseudonym."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal, NoReturn

from safeguards.errors import InputError, KeyringError
from safeguards.items import get
from safeguards.keys import Keyring, registered, resolve
from safeguards.keys.registry import DEFAULT, variable_of
from safeguards.values import Secret

PSEUDONYMS = "pseudonyms"
TEXT = "text"
Regime = Literal["safeguard", "research"]
SAFEGUARD: Regime = "safeguard"
RESEARCH: Regime = "research"
REGIMES: tuple[Regime, ...] = (SAFEGUARD, RESEARCH)
_NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Domain:
    """A named scope of pseudonyms; two domains are unlinkable without their keyring.

    Within one domain the same item and value give the same pseudonym, whatever table or column it stands in.
    A domain names its keyring and never holds a key, so it can be pickled and sent to workers.

    Args:
        name: what the scope is for, such as ``"ads-2026"``; text, normalised to NFC.
        keyring: the name given to ``safeguards.use``; None takes ``pseudonyms`` where there is such a
            keyring, and the default one elsewhere.
        epoch: a number; the next one starts over with pseudonyms that cannot be linked to earlier ones.
        regime: ``safeguard``, pseudonyms as a safety measure under which all rights of persons remain (PIPA
            15(3), 17(4)), or ``research``: statistics, research and archiving (28-2), whose keys are kept
            apart. The same name in both has keys of its own in each.

    Raises:
        InputError: the name is empty or unprintable, the epoch negative, the keyring no name, or the regime
            neither of the two.
    """

    name: str
    keyring: str | None = None
    epoch: int = 0
    regime: Regime = SAFEGUARD

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip() or not self.name.isprintable():
            raise InputError('a domain needs a printable name, such as "ads-2026"')
        if len(self.name) > _NAME_LIMIT:
            raise InputError(f"a domain's name has at most {_NAME_LIMIT} characters")
        # An empty name would quietly mean the default keyring, which may be the one that encrypts the data.
        if self.keyring is not None and not (isinstance(self.keyring, str) and self.keyring.strip()):
            raise InputError("a domain's keyring is the name given to safeguards.use")
        if isinstance(self.epoch, bool) or not isinstance(self.epoch, int) or self.epoch < 0:
            raise InputError("a domain's epoch is a whole number from 0")
        if self.regime not in REGIMES:
            raise InputError(f"a domain's regime is one of {', '.join(REGIMES)}")
        object.__setattr__(self, "name", unicodedata.normalize("NFC", self.name))

    @property
    def keyring_name(self) -> str:
        """The name of the keyring that the domain's keys come from."""
        if self.keyring is not None:
            return self.keyring
        return PSEUDONYMS if registered(PSEUDONYMS) else DEFAULT

    @property
    def kept_apart(self) -> bool:
        """Whether the keys come from another keyring than the one that encrypts data.

        The law wants what reverses or links pseudonyms stored and accessed apart (PIPA 28-4(1)).
        """
        if self.keyring_name == DEFAULT:
            return False
        try:
            return not registered(DEFAULT) or _is_apart(resolve(self.keyring_name))
        except KeyringError:
            return False

    def key(self, item: str | None, purpose: str = "", keyring: Keyring | None = None) -> tuple[int, Secret]:
        """Derive the domain's key for an item, None for text of no item; returns the root key's id with it.

        ``purpose`` names what the key is for where that is not a token; ``keyring`` is the one in the hand of
        whoever goes back, and stands for the one that the domain names.

        Raises:
            KeyringError: there is no such keyring, or a research domain's is the one that encrypts the data.
            InputError: there is no such item, or it would lead back from pseudonyms of research.
        """
        if keyring is not None and self.regime == RESEARCH:
            raise InputError(
                f"domain {self.name!r} is of research, whose pseudonyms may not be processed in order to "
                "identify anybody (PIPA 28-5); only Reversal has a ground to go back"
            )
        return self._derived(keyring, item, purpose)

    def _derived(self, keyring: Keyring | None, item: str | None, purpose: str) -> tuple[int, Secret]:
        if self.regime == RESEARCH and not (self.kept_apart if keyring is None else _is_apart(keyring)):
            raise KeyringError(
                f"domain {self.name!r} is of research, whose keys are kept apart from the data's: "
                'use another keyring for it, safeguards.use(ring, "pseudonyms"); see PIPA 28-4'
            )
        # A new canonical form would change pseudonyms silently: it changes the key, which the manifest shows.
        label = TEXT if item is None else f"{item}/{get(item).canonical_version}"
        label += f"/{purpose}" if purpose else ""
        label += f"@{self.regime}" if self.regime != SAFEGUARD else ""
        return (keyring or self._resolved()).pseudonym_key(self.name, label, self.epoch)

    def _resolved(self) -> Keyring:
        if self.keyring is not None or registered(self.keyring_name):
            return resolve(self.keyring_name)
        try:
            return resolve(DEFAULT)
        except KeyringError as error:
            missing = str(error)
        raise KeyringError(
            f"{missing}; or, for pseudonyms alone, call safeguards.use(ring, {PSEUDONYMS!r}) or set "
            f"{variable_of(PSEUDONYMS)}, which keeps their keys apart"
        )


def as_domain(scope: str | Domain) -> Domain:
    """Return a domain, which may be given by name.

    Raises:
        InputError: it is neither a name nor a domain.
    """
    found = Domain(scope) if isinstance(scope, str) else scope
    if not isinstance(found, Domain):
        raise InputError('domain= is a name, such as "ads-2026", or a Domain')
    return found


class InHand(Domain):
    """A domain whose keys come from the keyring in somebody's hand, both ways; it stays in its process.

    For :class:`~safeguards.pseudonyms.reversal.reversal.Reversal`, which has checked the ground to go back.
    """

    __slots__ = ("_ring",)
    _ring: Keyring

    def __init__(self, domain: Domain, ring: Keyring) -> None:
        super().__init__(domain.name, domain.keyring, domain.epoch, domain.regime)
        object.__setattr__(self, "_ring", ring)

    def key(self, item: str | None, purpose: str = "", keyring: Keyring | None = None) -> tuple[int, Secret]:
        """Derive the key from the keyring in hand."""
        return self._derived(self._ring, item, purpose)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a domain with its keyring in hand cannot be pickled")


def _is_apart(keyring: Keyring) -> bool:
    """Say whether a keyring is another than the one that encrypts data here."""
    try:
        return not registered(DEFAULT) or resolve(DEFAULT).id != keyring.id
    except KeyringError:
        return False
