"""Lay a record out for a reader: what is not known first, then the stops, then what was found."""

from __future__ import annotations

from collections.abc import Iterable

from safeguards.further_use.evidence import Evidence, Factor, Grade, Status, status_of
from safeguards.further_use.record import Record
from safeguards.further_use.steps import steps
from safeguards.further_use.titles import CHOICES, DECISION, FACTORS, NOTE, TITLES
from safeguards.further_use.wording import counted_as, listed, moment
from safeguards.report import (
    Bar,
    Bars,
    Blank,
    Block,
    Claim,
    Claims,
    Document,
    Facts,
    Notices,
    Section,
    Series,
    Stacks,
    Table,
    Text,
)
from safeguards.report.catalogue import GRADES
from safeguards.risk import Risk

_EDGES = (1, 2, 3, 5, 10, 20, 50, 100)


def dossier(record: Record) -> Document:
    """Return the record as a document to render."""
    return Document(
        title=Text.same(record.title),
        kind=TITLES["kind"],
        note=NOTE,
        summary=_summary(record),
        facts=Facts(record.subject),
        sections=(
            *(
                Section(TITLES[name], (_claims(found, name, record.rows),), TITLES[f"{name}_intro"])
                for name, found in _apart(record).items()
            ),
            Section(TITLES["overview"], (_grades(record),), TITLES["overview_intro"]),
            *(_factor(factor, evidence, record.rows) for factor, evidence in record.factors.items()),
            Section(TITLES["risk"], _risk(record.risk, record.minimum_k)),
            Section(TITLES["columns"], (_columns(record),)),
            Section(TITLES["decision"], _decision(record), TITLES["decision_intro"]),
        ),
        footer=Text(
            f"기록 시각 {moment(record.time)} · 지문 sha256 {record.fingerprint}",
            f"Recorded {moment(record.time)} · fingerprint sha256 {record.fingerprint}",
        ),
    )


def _summary(record: Record) -> tuple[tuple[Text, Text], ...]:
    counted = ((TITLES[name], counted_as(len(found))) for name, found in _apart(record).items())
    return (*counted, (TITLES["decision"], standing(record)))


def _apart(record: Record) -> dict[str, tuple[Evidence, ...]]:
    """Return what has a section of its own, by the name of its title."""
    return {"unknown": record.unknown, "stops": record.stops, "against": record.against}


def standing(record: Record) -> Text:
    """Return whether there is a decision, and whether it counts."""
    if record.decision is None:
        return TITLES["no_decision"]
    return TITLES["decided" if record.decided else "void_decision"]


def _claims(evidence: Iterable[Evidence], name: str, rows: int) -> Claims:
    return Claims(tuple(_claim(one, rows) for one in evidence), TITLES[f"no_{name}"])


def _claim(one: Evidence, rows: int) -> Claim:
    topic = " → ".join(filter(None, (one.id, listed(one.answers) if one.answers else "")))
    return Claim(
        text=one.claim,
        status=one.status.value,
        grade=one.grade.value if one.grade else None,
        source=one.source,
        time=moment(one.time),
        version=one.version,
        sample=one.sample,
        partial=one.sample is not None and one.sample < rows,
        topic=topic,
    )


def _factor(factor: Factor, evidence: tuple[Evidence, ...], rows: int) -> Section:
    shown = [one for one in evidence if one.status is Status.SUPPORTS and not one.stop]
    apart = {
        "unknown": [one.id for one in evidence if one.status is Status.UNKNOWN],
        "stops": [one.id for one in evidence if one.stop],
        "against": [one.id for one in evidence if one.adverse and not one.stop],
    }
    told = [
        Text(
            f"‘{TITLES[name].ko}’ {len(ids)}건은 위에 있다: {listed(ids)}.",
            f"“{TITLES[name].en}”, listed above: {len(ids)}: {listed(ids)}.",
        )
        for name, ids in apart.items()
        if ids
    ]
    return Section(
        FACTORS[factor],
        (_claims(shown, "evidence", rows),),
        Text.joined(told) if told else None,
        badge=status_of(evidence).value,
        adverse=sum(one.adverse for one in evidence),
    )


def _grades(record: Record) -> Stacks:
    grades = (None, *Grade)
    rows = tuple(
        (FACTORS[factor], tuple(sum(one.grade is grade for one in evidence) for grade in grades))
        for factor, evidence in record.factors.items()
    )
    series = tuple(
        Series(GRADES[grade.value if grade else "none"], tone) for tone, grade in enumerate(grades)
    )
    return Stacks(TITLES["grades"], TITLES["grades_unit"], series, rows)


def _risk(risk: Risk | None, least: int) -> tuple[Block, ...]:
    if risk is None or not risk.rows:
        return (Notices((), TITLES["no_risk"]),)
    facts = Facts(
        (
            (TITLES["quasi"], listed(risk.quasi_identifiers)),
            (TITLES["person"], risk.person or TITLES["no_person"]),
            (TITLES["classes"], f"{risk.classes:,}"),
            (TITLES["k"], f"{risk.k:,}"),
            (TITLES["uniqueness"], f"{risk.uniqueness:.2%}"),
        )
    )
    chart = Bars(
        title=TITLES["histogram"],
        across=TITLES["histogram_across"],
        up=TITLES["histogram_up"],
        bars=bins(risk, least),
        plain=Text(f"{least:,} 이상", f"{least:,} or more"),
        mark=Text(f"{least:,} 미만", f"fewer than {least:,}"),
    )
    return facts, chart


def bins(risk: Risk, least: int) -> tuple[Bar, ...]:
    """Return the class-size histogram in bins, those below ``least`` marked."""
    edges = sorted({*_EDGES, least})
    bars = []
    for low, following in zip(edges, [*edges[1:], None], strict=True):
        count = sum(
            classes
            for size, classes in risk.histogram
            if size >= low and (following is None or size < following)
        )
        bars.append(Bar(_bin_label(low, following), count, marked=low < least))
    return tuple(bars)


def _bin_label(low: int, following: int | None) -> str:
    if following is None:
        return f"{low:,}+"
    return f"{low:,}" if following == low + 1 else f"{low:,}–{following - 1:,}"


def _columns(record: Record) -> Table:
    rows = tuple(
        (
            column.name,
            Text(column.item.name_ko, column.item.name_en) if column.item else TITLES["not_known"],
            steps(column),
        )
        for column in record.columns
    )
    head = (TITLES["column"], TITLES["item"], TITLES["transform"])
    return Table(TITLES["columns_caption"], head, rows)


def _decision(record: Record) -> tuple[Block, ...]:
    taken = record.decision
    if taken is None:
        return Notices((), TITLES["no_decision"]), Blank(tuple(CHOICES.values()), tuple(DECISION.values()))
    signed = f"{taken.officer}, {taken.officer_day}" if taken.officer else "-"
    facts = Facts(
        (
            (TITLES["choice"], CHOICES[taken.choice]),
            (DECISION["reasons"], taken.reasons),
            *(((DECISION["conditions"], taken.conditions),) if taken.conditions else ()),
            (DECISION["name"], str(taken.person)),
            (DECISION["date"], str(taken.day)),
            (DECISION["expires"], str(taken.expires)),
            (DECISION["officer"], signed),
        )
    )
    if not record.objections:
        return (facts,)
    return Notices(record.objections, TITLES["no_decision"]), facts
