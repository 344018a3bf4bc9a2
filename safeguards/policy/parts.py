"""The parts of a policy, each reading its own TOML table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from safeguards.items.item import LegalClass
from safeguards.policy.duration import Duration
from safeguards.policy.section import Section
from safeguards.policy.terms import Basis, RecipientKind, Trigger

HOME = "KR"


@dataclass(frozen=True, slots=True)
class PolicyItem:
    """One kind of personal data as this policy knows it: an item of the toolkit or one it declares."""

    id: str
    name_ko: str
    name_en: str
    legal_class: LegalClass

    @classmethod
    def read(cls, section: Section) -> PolicyItem:
        """Read one `[[items]]` table."""
        item = cls(
            section.text("id"),
            section.text("name_ko"),
            section.text("name_en"),
            section.choice("legal_class", LegalClass),
        )
        section.close()
        return item


@dataclass(frozen=True, slots=True)
class Retention:
    """How long after what. ``confirmed`` is false where the basis could not be read at its source."""

    period: Duration
    trigger: Trigger
    basis: str
    confirmed: bool = True

    @classmethod
    def read(cls, section: Section) -> Retention:
        """Read a `retention` table."""
        try:
            period = Duration.parse(section.text("period"))
        except ValueError as error:
            raise section.error("period", str(error)) from error
        trigger, basis = section.choice("trigger", Trigger), section.text("basis")
        retention = cls(period, trigger, basis, section.flag("confirmed", default=True))
        section.close()
        return retention


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why items are processed, on what ground, for how long.

    ``further_use_of`` names the purposes whose data this purpose uses on, empty for a purpose of collection.
    ``criteria_ko`` and ``criteria_en`` are the published criteria that a continuing further use needs (Decree
    14-2(2)). ``separate_basis`` gives the separate ground (Act 23, 24) of each unique or sensitive item.
    ``confirmed`` is false where the policy's wording could not be read.
    """

    id: str
    name_ko: str
    name_en: str
    items: tuple[str, ...]
    basis: Basis
    retention: Retention
    continuing: bool = False
    further_use_of: tuple[str, ...] = ()
    criteria_ko: str | None = None
    criteria_en: str | None = None
    separate_basis: Mapping[str, str] = field(default_factory=dict)
    confirmed: bool = True

    @classmethod
    def read(cls, section: Section) -> Purpose:
        """Read one `[[purposes]]` table."""
        separate = section.maybe_section("separate_basis")
        purpose = cls(
            id=section.text("id"),
            name_ko=section.text("name_ko"),
            name_en=section.text("name_en"),
            items=section.texts("items"),
            basis=section.choice("basis", Basis),
            retention=Retention.read(section.section("retention")),
            continuing=section.flag("continuing", default=False),
            further_use_of=section.maybe_texts("further_use_of") or (),
            criteria_ko=section.maybe_text("criteria_ko"),
            criteria_en=section.maybe_text("criteria_en"),
            separate_basis=dict(separate.entries()) if separate else {},
            confirmed=section.flag("confirmed", default=True),
        )
        section.close()
        return purpose


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who may receive which items for which purposes; a transfer abroad rests on ``ground`` (Act 28-8)."""

    id: str
    name_ko: str
    name_en: str
    kind: RecipientKind
    country: str
    purposes: tuple[str, ...]
    items: tuple[str, ...]
    period: Duration
    ground: str | None = None

    @property
    def abroad(self) -> bool:
        """Whether the recipient sits in another country than the policy's."""
        return self.country != HOME

    @classmethod
    def read(cls, section: Section) -> Recipient:
        """Read one `[[recipients]]` table."""
        recipient = cls(
            id=section.text("id"),
            name_ko=section.text("name_ko"),
            name_en=section.text("name_en"),
            kind=section.choice("kind", RecipientKind),
            country=_country(section),
            purposes=section.texts("purposes"),
            items=section.texts("items"),
            period=_period(section),
            ground=section.maybe_text("ground"),
        )
        section.close()
        return recipient


@dataclass(frozen=True, slots=True)
class Controller:
    """Who answers for the processing, and the privacy officer who signs (Act 31)."""

    name_ko: str
    name_en: str
    privacy_officer: str

    @classmethod
    def read(cls, section: Section) -> Controller:
        """Read the `[controller]` table."""
        controller = cls(section.text("name_ko"), section.text("name_en"), section.text("privacy_officer"))
        section.close()
        return controller


def _country(section: Section) -> str:
    country = section.maybe_text("country") or HOME
    if len(country) != len(HOME) or not (country.isascii() and country.isalpha() and country.isupper()):
        raise section.error("country", "needs the two capital letters of ISO 3166, such as KR or US")
    return country


def _period(section: Section) -> Duration:
    try:
        return Duration.parse(section.text("period"))
    except ValueError as error:
        raise section.error("period", str(error)) from error
