"""A privacy policy as one frozen value, read from TOML.

The hash covers the content and not the file: comments, order and layout may change, a promise may not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from importlib.resources import files
from pathlib import Path

from safeguards.errors import InputError
from safeguards.policy.canonical import fingerprint
from safeguards.policy.checks import built_in_items, check
from safeguards.policy.parts import Controller, PolicyItem, Purpose, Recipient
from safeguards.policy.section import Section

_REFERENCE = files("safeguards.policy") / "reference"


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of a privacy policy."""

    version: str
    effective_from: date
    effective_until: date | None
    controller: Controller
    purposes: tuple[Purpose, ...]
    recipients: tuple[Recipient, ...] = ()
    items: tuple[PolicyItem, ...] = ()
    file: str = field(default="", compare=False)

    @classmethod
    def load(cls, path: str | Path) -> Policy:
        """Read and check a policy file.

        Raises:
            InputError: one line naming the file, the key and what it needs.
        """
        section = Section.open(path)
        policy = cls.read(section)
        check(policy, section)
        return policy

    @classmethod
    def reference(cls, name: str = "kr_company") -> Policy:
        """Return a policy that the package ships as an example and a starting point.

        Raises:
            InputError: the package has none of that name.
        """
        shipped = {Path(str(file)).stem: file for file in _REFERENCE.iterdir()}
        if name not in shipped:
            raise InputError(
                f"there is no reference policy {name!r}; there are: {', '.join(sorted(shipped))}"
            )
        return cls.load(str(shipped[name]))

    @classmethod
    def read(cls, section: Section) -> Policy:
        """Read a policy's document without checking that its parts agree."""
        policy = cls(
            version=section.text("version"),
            effective_from=section.day("effective_from"),
            effective_until=section.maybe_day("effective_until"),
            controller=Controller.read(section.section("controller")),
            purposes=tuple(map(Purpose.read, section.sections("purposes"))),
            recipients=tuple(map(Recipient.read, section.sections("recipients"))),
            items=tuple(map(PolicyItem.read, section.sections("items"))),
            file=section.file,
        )
        section.close()
        return policy

    @property
    def hash(self) -> str:
        """SHA-256 (64 hex digits) of the content; the file's name, comments and order do not count."""
        return fingerprint(replace(self, file=""))

    def in_force(self, day: date) -> bool:
        """Say whether this version is in force on a day; the last day counts."""
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)

    def purpose(self, purpose_id: str) -> Purpose | None:
        """Return the purpose of that id, or None where the policy does not register it."""
        return next((purpose for purpose in self.purposes if purpose.id == purpose_id), None)

    def recipient(self, recipient_id: str) -> Recipient | None:
        """Return the recipient of that id, or None where the policy does not register it."""
        return next((recipient for recipient in self.recipients if recipient.id == recipient_id), None)

    def item(self, item_id: str) -> PolicyItem | None:
        """Return an item that the toolkit knows or this policy declares, or None."""
        return {item.id: item for item in (*built_in_items(), *self.items)}.get(item_id)
