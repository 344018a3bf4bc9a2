"""One use of a permit on columns of one domain: what is recorded of it, and the keys that it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from safeguards.pseudonyms.domain import Domain, InHand
from safeguards.pseudonyms.reversal.given import Given
from safeguards.pseudonyms.reversal.held_keys import in_hand
from safeguards.pseudonyms.reversal.permit import Permit
from safeguards.pseudonyms.reversal.stated import check_plain, check_stated
from safeguards.pseudonyms.reversal.use import Use
from safeguards.pseudonyms.transform import Transform


@dataclass(frozen=True)
class Task:
    """What is to be done, before any key is taken. ``to`` is where pseudonyms lead, None where to values."""

    action: str
    permit: Permit
    columns: Mapping[str, Transform]
    domain: Domain
    key_id: int | None = None
    to: Domain | None = None

    def begin(self, rows: Given, *, plain: bool = False, **counts: Any) -> Use:
        """Record the intent to work on ``rows``, which are values where ``plain``, else pseudonyms.

        Raises:
            InputError: the rows state that they are something else.
            Unrecorded: the sink failed.
        """
        if plain:
            for name in self.columns:
                check_plain(rows.source, name)
        else:
            check_stated(rows.source, self.columns, self.domain)
        about = {
            "columns": {name: transform.name for name, transform in self.columns.items()},
            "domain": _told(self.domain),
            **({} if self.to is None else {"to": _told(self.to)}),
            "keyring": self.permit.keyring_id,
        }
        return Use(self.permit, self.action, about, rows=rows.source.rows(), **counts)

    def held(self, use: Use) -> InHand:
        """Return the domain with the keys in hand, once they are known to be its keys; records their id.

        Raises:
            KeyringError: they are not.
        """
        held = in_hand(self.domain, use.keyring, self.key_id)
        use.told["key_id"] = held.key(None)[0]
        return held

    def reached(self, use: Use) -> Domain:
        """Return the domain to which pseudonyms lead, with keys in hand where it shares the keyring."""
        assert self.to is not None
        return InHand(self.to, use.keyring) if self.to.keyring == self.domain.keyring else self.to


def _told(domain: Domain) -> dict[str, object]:
    return {"name": domain.name, "epoch": domain.epoch, "regime": domain.regime}
