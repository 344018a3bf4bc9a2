"""What the assessment's TOML file declares: use, collection, input, output, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from safeguards.further_use.people import Decision, Person, Statement
from safeguards.further_use.wording import claim, maybe_both
from safeguards.policy import Section
from safeguards.report import Text

# Asked of the smallest class where the file asks for nothing; a strict default of this toolkit, not of a law.
DEFAULT_MINIMUM_K = 5
_LARGEST_K = 1_000_000


@dataclass(frozen=True, slots=True)
class Use:
    """The further use. None means that the file does not say, which is evidence of nothing."""

    purpose: str
    name: Text | None
    day: date
    requester: Person
    continuing: bool | None
    recipient: str | None
    abroad: bool | None
    marketing: bool | None
    model_training: bool | None
    joined_controllers: tuple[str, ...] | None

    @classmethod
    def read(cls, section: Section) -> Use:
        """Read the `[use]` table; the day is today where none is given."""
        requester = section.section("requester")
        use = cls(
            purpose=section.text("purpose"),
            name=maybe_both(section, "name"),
            day=section.maybe_day("date") or date.today(),
            requester=Person.read(requester),
            continuing=section.maybe_flag("continuing"),
            recipient=section.maybe_text("recipient"),
            abroad=section.maybe_flag("abroad"),
            marketing=section.maybe_flag("marketing"),
            model_training=section.maybe_flag("model_training"),
            joined_controllers=section.maybe_texts("joined_controllers"),
        )
        requester.close()
        section.close()
        return use


@dataclass(frozen=True, slots=True)
class Collection:
    """Why, when and under which policy the data was collected; the policy named may be an older file.

    ``day`` is the first day, and ``until`` the last, None for data of one day.
    """

    purpose: str
    day: date | None
    until: date | None
    policy_file: str | None
    policy_version: str | None

    @classmethod
    def read(cls, section: Section) -> Collection:
        """Read the `[collection]` table."""
        collection = cls(
            section.text("purpose"),
            section.maybe_day("date"),
            section.maybe_day("until"),
            section.maybe_text("policy"),
            section.maybe_text("policy_version"),
        )
        if collection.until and (collection.day is None or collection.until < collection.day):
            raise section.error("until", "is the last day of collection; it needs date, the first, before it")
        section.close()
        return collection

    @property
    def days(self) -> tuple[date, ...]:
        """The first and the last day, as far as they are known; one where they are one."""
        return tuple(day for day in (self.day, self.until) if day)

    @property
    def span(self) -> str:
        """The days of collection in words that both languages read."""
        return "–".join(map(str, self.days))


@dataclass(frozen=True, slots=True)
class Declaration:
    """The whole file. ``columns`` maps each column of the input to its item's id."""

    file: Path
    title: str
    policy_file: str
    use: Use
    collection: Collection
    input_name: str
    columns: Mapping[str, str]
    output_file: str
    manifest_file: str | None
    quasi_identifiers: tuple[str, ...] | None
    person: str | None
    minimum_k: int | None
    statements: tuple[Statement, ...]
    decision: Decision | None

    @classmethod
    def load(cls, path: str | Path) -> Declaration:
        """Read an assessment file.

        Raises:
            InputError: one line naming the file, the key and what it needs.
        """
        section = Section.open(path)
        source, output = section.section("input"), section.section("output")
        columns = source.section("columns")
        risk = section.maybe_section("risk") or Section({}, section.file, "risk")
        decided = section.maybe_section("decision")
        use = Use.read(section.section("use"))
        declaration = cls(
            file=Path(path),
            title=claim(section, "title"),
            policy_file=section.text("policy"),
            use=use,
            collection=Collection.read(section.section("collection")),
            input_name=source.text("name"),
            columns=dict(columns.entries()),
            output_file=output.text("file"),
            manifest_file=output.maybe_text("manifest"),
            quasi_identifiers=risk.maybe_texts("quasi_identifiers") or None,
            person=risk.maybe_text("person"),
            minimum_k=_minimum_k(risk),
            statements=tuple(map(Statement.read, section.sections("statements"))),
            decision=Decision.read(decided, use.requester) if decided else None,
        )
        if not declaration.columns:
            raise columns.error("", "is empty; it maps every column of the input to its item")
        for part in (source, output, risk, section):
            part.close()
        return declaration

    def beside(self, name: str) -> Path:
        """Return a file that the declaration names, relative to its own folder."""
        return self.file.parent / name


def _minimum_k(section: Section) -> int | None:
    number = section.maybe_number("minimum_k", 1, _LARGEST_K)
    if number is not None and not isinstance(number, int):
        raise section.error("minimum_k", "needs a whole number")
    return number
