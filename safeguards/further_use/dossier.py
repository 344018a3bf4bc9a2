"""Lay a record out for a reader: what is not known first, then the stops, then what was found."""

from __future__ import annotations

from collections.abc import Iterable

from safeguards.further_use.case import UsedColumn
from safeguards.further_use.evidence import Evidence, Factor, Grade, Status, status_of
from safeguards.further_use.record import Record
from safeguards.further_use.titles import CHOICES, DECISION, FACTORS, NOTE, TITLES, TRANSFORMS
from safeguards.further_use.wording import listed
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
            Section(
                TITLES["unknown"], (_claims(record.unknown, TITLES["no_unknown"]),), TITLES["unknown_intro"]
            ),
            Section(TITLES["stops"], (_claims(record.stops, TITLES["no_stops"]),), TITLES["stops_intro"]),
            Section(TITLES["overview"], (_grades(record),), TITLES["overview_intro"]),
            *(_factor(factor, evidence) for factor, evidence in record.factors.items()),
            Section(TITLES["risk"], _risk(record.risk, record.minimum_k)),
            Section(TITLES["columns"], (_columns(record),)),
            Section(TITLES["decision"], _decision(record), TITLES["decision_intro"]),
        ),
        footer=Text(
            f"기록 시각 {record.time} · 지문 sha256 {record.fingerprint}",
            f"Recorded {record.time} · fingerprint sha256 {record.fingerprint}",
        ),
    )


def _summary(record: Record) -> tuple[tuple[Text, Text], ...]:
    against = [one for one in record.evidence if one.adverse and not one.stop]
    counted = (
        (TITLES["unknown"], record.unknown),
        (TITLES["stops"], record.stops),
        (TITLES["against"], against),
    )
    decision = TITLES["decided" if record.decided else "no_decision"]
    return (
        *((title, Text(f"{len(found)}건", str(len(found)))) for title, found in counted),
        (TITLES["decision"], decision),
    )


def _claims(evidence: Iterable[Evidence], none: Text) -> Claims:
    return Claims(tuple(map(_claim, evidence)), none)


def _claim(one: Evidence) -> Claim:
    topic = " → ".join(filter(None, (one.id, listed(one.answers) if one.answers else "")))
    return Claim(
        text=one.claim,
        status=one.status.value,
        grade=one.grade.value if one.grade else None,
        source=one.source,
        time=one.time,
        version=one.version,
        sample=one.sample,
        topic=topic,
    )


def _factor(factor: Factor, evidence: tuple[Evidence, ...]) -> Section:
    elsewhere = [one.id for one in evidence if one.status is Status.UNKNOWN]
    shown = [one for one in evidence if one.status is not Status.UNKNOWN and not one.stop]
    intro = None
    if elsewhere:
        names = listed(elsewhere)
        intro = Text(
            f"미확인 {len(elsewhere)}건은 위에 있다: {names}.",
            f"{len(elsewhere)} unknown, listed above: {names}.",
        )
    claims = _claims(shown, TITLES["no_evidence"])
    return Section(FACTORS[factor], (claims,), intro, badge=status_of(evidence).value)


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
            _transforms(column),
        )
        for column in record.columns
    )
    head = (TITLES["column"], TITLES["item"], TITLES["transform"])
    return Table(TITLES["columns_caption"], head, rows)


def _transforms(column: UsedColumn) -> Text:
    names = [TRANSFORMS.get(name, Text.same(name)) for name in column.transforms]
    return Text.joined(names, " → ") if names else TITLES["not_known"]


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
