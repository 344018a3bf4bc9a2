"""What `safeguards plan-index` measured, as tables for people; never a value."""

from __future__ import annotations

from collections.abc import Iterable

from safeguards.cli.output import print_facts, print_table
from safeguards.cli.plan_index_result import ASSUMPTIONS, Report
from safeguards.fields.planning import SearchPlan, Width

_MEASURED = {
    "plain": "plain values",
    "decrypted": "ciphertexts, by decrypting",
    "tags": "ciphertexts, by counting their tags; nothing was decrypted",
}
_COLUMNS = (
    "bits",
    "false positives",
    "in 95 of 100 searches",
    "worst (chance)",
    "decrypted",
    "by frequency",
    "at most",
    "values a tag: least",
    "median",
)


def print_report(report: Report) -> None:
    """Print the column, a line for each search, and a table of widths for each set of counts."""
    print_facts(f"{report.sample.label} as searches see it", _facts(report))
    names = ("search", "distinct", "commonest", "matches", "unique", "by frequency", "declare")
    print_table("searches, each with all its bits", names, [_row(plan) for plan in report.plans])
    groups = _groups(report.plans)
    for group in groups:
        title = ", ".join(repr(plan.search) for plan in group)
        print_table(f"widths: {title}", _COLUMNS, [_width(width) for width in group[0].widths])
    reasons = [(repr(group[0].search), line) for group in groups for line in _lines(group[0])]
    print_table("why", ("search", "reason"), reasons)
    print_table("what the figures assume", ("assumption",), [(line,) for line in ASSUMPTIONS])


def _facts(report: Report) -> dict[str, object]:
    sample = report.sample
    low, high = sample.null_interval
    first = report.plans[0].population
    top_low, top_high = first.interval(first.counts[0])
    again = "" if report.how == "plain" else "; `safeguards reencrypt` writes the tags of another search"
    return {
        "measured": _MEASURED[report.how],
        "rows sampled": f"{sample.drawn:,} of {sample.rows:,}; {sample.how}",
        "shares hold within": f"{100 * sample.margin:.2f} percentage points of the table's (95 %)",
        "NULL": f"{1 - len(sample.values) / sample.drawn:.2%} ({low:.2%} to {high:.2%})",
        "values planned for": f"{report.rows:,}",
        "distinct values": f"{first.distinct:,} in the sample, about {first.distinct_estimate:,} or more",
        "commonest value": f"{first.top_share:.2%} of the rows ({top_low:.2%} to {top_high:.2%})",
        "entropy": f"{first.entropy:.2f} bits; min-entropy {first.min_entropy:.2f} bits",
        "effective values": f"{first.effective:,.1f}",
        "declare": report.declaration + again,
    }


def _row(plan: SearchPlan) -> tuple[str, ...]:
    population, chosen = plan.population, plan.proposal.search
    return (
        repr(plan.search),
        f"{population.distinct_estimate:,}",
        f"{population.top_share:.2%}",
        f"{population.matches:,.1f}",
        plan.unique,
        f"{plan.widths[-1].guessed_by_rank:.2%}",
        plan.proposal.verdict if chosen is None else f"search={chosen!r}",
    )


def _groups(plans: Iterable[SearchPlan]) -> list[list[SearchPlan]]:
    """Gather the searches that tell the same values apart, so that their table is printed once."""
    groups: dict[tuple[Width, ...], list[SearchPlan]] = {}
    for plan in plans:
        groups.setdefault(plan.widths, []).append(plan)
    return list(groups.values())


def _width(width: Width) -> tuple[str, ...]:
    return (
        str(width.bits),
        _rows(width.false_positives),
        _rows(width.false_positives_95),
        f"{_rows(width.worst)} ({width.worst_chance:.1%})",
        _rows(width.decrypted),
        f"{width.guessed_by_rank:.2%}",
        f"{width.guessed_at_most:.2%}",
        f"{width.fewest_values:,}",
        f"{width.median_values:,}",
    )


def _rows(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def _lines(plan: SearchPlan) -> Iterable[str]:
    yield plan.proposal.reason
    for warning in plan.warnings:
        yield f"warning: {warning}"
