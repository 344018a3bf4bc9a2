"""The stop on people under 14 (Act 22-2), from birth dates in the output."""

from __future__ import annotations

from safeguards.further_use.case import Case, Writer
from safeguards.further_use.evidence import Evidence, Status
from safeguards.further_use.minors import Minors
from safeguards.further_use.wording import rows
from safeguards.report import Text


def gather(case: Case, write: Writer) -> list[Evidence]:
    """Report the rows whose birth date is, or may be, under 14, column by column."""
    readable = [minors for minors in case.reading.minors if minors.readable]
    if not readable:
        claim = Text(
            "결과에 읽을 수 있는 생년월일이 없어, 14세 미만인 사람이 있는지 알 수 없다.",
            "The output has no readable birth date; whether anyone is under 14 is not known.",
        )
        return [write.unknown("minors", claim, Text.same(case.declaration.output_file))]
    return [_column(minors, write) for minors in readable]


def _column(minors: Minors, write: Writer) -> Evidence:
    name, open_rows = f"minors:{minors.column}", minors.possible + minors.unreadable
    if minors.certain:
        claim = Text(
            f"{minors.column} 열에 {minors.day} 기준 14세 미만인 행이 {minors.certain:,}개 있다.",
            f"Under 14 on {minors.day} by column {minors.column}: {rows(minors.certain)}.",
        )
        return write.tested(name, Status.AGAINST, claim, minors.rows, stop=True)
    if open_rows:
        claim = Text(
            f"{minors.column} 열에 {minors.day} 기준 14세 미만일 수 있거나 읽을 수 없는 행이 "
            f"{open_rows:,}개 있다.",
            f"Perhaps under 14 on {minors.day}, or unreadable, by column {minors.column}: {rows(open_rows)}.",
        )
        return write.tested(name, Status.UNKNOWN, claim, minors.rows)
    claim = Text(
        f"{minors.column} 열에 {minors.day} 기준 14세 미만인 행이 없다.",
        f"No row of column {minors.column} is under 14 on {minors.day}.",
    )
    return write.tested(name, Status.SUPPORTS, claim, minors.rows)
