"""What persons say and decide: statements about a factor, and the decision that only a person takes."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import Enum

from safeguards.further_use.evidence import Factor, Status
from safeguards.further_use.wording import both, claim
from safeguards.policy import Section
from safeguards.report import Text


class Choice(Enum):
    """What a person may decide."""

    PROCEED = "proceed"
    CONDITIONS = "conditions"
    SEEK_CONSENT = "seek consent"
    DECLINE = "decline"
    ESCALATE = "escalate"


class Direction(Enum):
    """Which way a statement points; nobody declares an unknown."""

    SUPPORTS = "supports"
    AGAINST = "against"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a name and a role."""

    name: str
    role: str

    @classmethod
    def read(cls, section: Section) -> Person:
        """Read the `name` and `role` of a table."""
        return cls(section.text("name"), section.text("role"))

    def is_same(self, other: Person) -> bool:
        """Say whether two names are one person's, whatever their spacing, case or width."""
        return _bare(self.name) == _bare(other.name)

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a named person declares about a factor; ``about`` lists the open questions that it answers."""

    factor: Factor
    about: tuple[str, ...]
    claim: Text
    status: Status
    person: Person
    day: date

    @classmethod
    def read(cls, section: Section) -> Statement:
        """Read one `[[statements]]` table."""
        section.needs("factor", "claim_ko", "claim_en", "status", "name", "role", "date")
        statement = cls(
            factor=section.choice("factor", Factor),
            about=section.maybe_texts("about") or (),
            claim=both(section, "claim"),
            status=Status(section.choice("status", Direction).value),
            person=Person.read(section),
            day=section.day("date"),
        )
        section.close()
        return statement


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision on one record, bound to it by ``fingerprint``.

    ``officer`` is the privacy officer's signature, which a continuing use needs (Decree 14-2(2)).
    """

    choice: Choice
    reasons: str
    conditions: str | None
    person: Person
    day: date
    expires: date
    fingerprint: str | None
    officer: str | None
    officer_day: date | None

    @classmethod
    def read(cls, section: Section, requester: Person) -> Decision:
        """Read the `[decision]` table.

        Raises:
            InputError: a part is missing, the period is empty, or the requester decides.
        """
        conditional = _conditional(section)
        section.needs(
            *("choice", "reasons", "name", "role", "date", "expires"), *(["conditions"] * conditional)
        )
        decision = cls(
            choice=section.choice("choice", Choice),
            reasons=claim(section, "reasons"),
            conditions=claim(section, "conditions") if conditional else None,
            person=Person.read(section),
            day=section.day("date"),
            expires=section.day("expires"),
            fingerprint=section.maybe_text("fingerprint"),
            officer=section.maybe_text("privacy_officer"),
            officer_day=section.maybe_day("privacy_officer_date"),
        )
        decision._check(section, requester)
        section.close()
        return decision

    def _check(self, section: Section, requester: Person) -> None:
        if self.person.is_same(requester):
            raise section.error("name", "is the requester; somebody else decides")
        if self.expires <= self.day:
            raise section.error("expires", "does not come after the decision's date")
        if (self.officer is None) is not (self.officer_day is None):
            raise section.error(
                "privacy_officer", "and privacy_officer_date belong together: name and date of signature"
            )
        if self.officer is not None and Person(self.officer, "").is_same(requester):
            raise section.error("privacy_officer", "is the requester; somebody else signs")


def _conditional(section: Section) -> bool:
    return section.maybe_choice("choice", Choice) is Choice.CONDITIONS or "conditions" in section


def _bare(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
