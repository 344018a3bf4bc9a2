"""The words a record never says: whether a use is allowed is not for a machine or a statement to say."""

from __future__ import annotations

from datetime import UTC, datetime

from safeguards.policy import Section
from safeguards.report import Text

# Stems, so that inflected and negated forms are refused as well.
VERDICTS = ("lawful", "compliant", "complies", "적법", "합법", "위법", "준수")


def claim(section: Section, key: str) -> str:
    """Return a text that states facts.

    Raises:
        InputError: it is missing, or holds a legal verdict.
    """
    words = section.text(key)
    verdict = next((verdict for verdict in VERDICTS if verdict in words.casefold()), None)
    if verdict is not None:
        raise section.error(
            key, f"holds the legal verdict {verdict!r}; state the facts, the record holds no verdict"
        )
    return words


def both(section: Section, stem: str) -> Text:
    """Return the claim that ``stem_ko`` and ``stem_en`` spell."""
    return Text(claim(section, f"{stem}_ko"), claim(section, f"{stem}_en"))


def maybe_both(section: Section, stem: str) -> Text | None:
    """Return the claim, or None where neither language has it."""
    return both(section, stem) if f"{stem}_ko" in section or f"{stem}_en" in section else None


def rows(count: int) -> str:
    """Return a count of rows in English."""
    return "1 row" if count == 1 else f"{count:,} rows"


def heads(count: int, person: str | None) -> Text:
    """Return how many are alike: rows, or people told apart by a column."""
    if person is None:
        return Text(f"{count:,}행", rows(count))
    return Text(f"{count:,}명", "1 person" if count == 1 else f"{count:,} persons")


def counted_as(count: int) -> Text:
    """Return a count of claims."""
    return Text(f"{count:,}건", f"{count:,}")


def moment(time: str) -> str:
    """Return an ISO 8601 moment as readers take it, in UTC and saying so; a day or another text as it is."""
    try:
        read = datetime.fromisoformat(time)
    except ValueError:
        return time
    return f"{read.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if read.tzinfo else time


def listed(names: object) -> str:
    """Return names in one line, or a dash where there are none."""
    return ", ".join(str(name) for name in names) or "-"  # type: ignore[attr-defined]
