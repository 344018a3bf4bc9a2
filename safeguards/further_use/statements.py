"""Put persons' statements beside the machine's evidence: the only way in which an unknown gets an answer."""

from __future__ import annotations

from collections.abc import Iterable

from safeguards.errors import InputError
from safeguards.further_use.evidence import Evidence, Factor, Grade, Status
from safeguards.further_use.people import Statement
from safeguards.further_use.wording import listed
from safeguards.report import Text

# The question of each factor that no machine answers; a statement that names no question answers this one.
QUESTIONS = {
    Factor.RELATION: "reason",
    Factor.PREDICTABILITY: "expectation",
    Factor.INFRINGEMENT: "balance",
    Factor.SAFETY: "proportionality",
}


def answer(evidence: Iterable[Evidence], statements: Iterable[Statement], file: str) -> tuple[Evidence, ...]:
    """Add statements, and take out the open questions that they answer.

    What a machine found stays, whatever anybody declares.

    Raises:
        InputError: a statement is about something that the record does not hold.
    """
    evidence = tuple(evidence)
    added = []
    for place, statement in enumerate(statements, 1):
        said = _evidence(statement, place, file)
        known = [one.id for one in evidence if one.factor is statement.factor]
        strange = next((name for name in said.answers if name not in known), None)
        if strange is not None:
            raise InputError(
                f"{file}: statements #{place}.about: the record holds nothing called {strange}; "
                f"it holds: {listed(known)}"
            )
        added.append(said)
    answered = {name for one in added for name in one.answers}
    open_or_found = (one for one in evidence if one.status is not Status.UNKNOWN or one.id not in answered)
    return (*open_or_found, *added)


def _evidence(statement: Statement, place: int, file: str) -> Evidence:
    prefix = f"{statement.factor.value}."
    about = statement.about or (QUESTIONS[statement.factor],)
    return Evidence(
        id=f"{prefix}statement_{place}",
        factor=statement.factor,
        status=statement.status,
        grade=Grade.DECLARED,
        claim=statement.claim,
        source=Text.same(f"{file}, {statement.person}"),
        time=statement.day.isoformat(),
        version=f"statement #{place}",
        answers=tuple(prefix + name.removeprefix(prefix) for name in about),
    )
