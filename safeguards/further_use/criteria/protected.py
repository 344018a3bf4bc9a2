"""Stops on protected items: resident registration numbers (Act 24-2), unique and sensitive ones (23, 24)."""

from __future__ import annotations

from collections.abc import Mapping

from safeguards.further_use.case import Case, UsedColumn, Writer
from safeguards.further_use.evidence import Evidence, Status
from safeguards.further_use.rrn import RRN
from safeguards.further_use.wording import listed
from safeguards.items.item import LegalClass
from safeguards.report import Text


def gather(case: Case, write: Writer) -> list[Evidence]:
    """Look for protected items by what columns come from and by what detection finds in them."""
    return [*_rrn(case, write), *_protected(case, write)]


def _rrn(case: Case, write: Writer) -> list[Evidence]:
    derived = [column.name for column in case.columns if column.item and column.item.id == RRN]
    evidence = [*_searched(case, write)]
    if derived:
        claim = Text(
            f"주민등록번호에서 온 열이 결과에 남아 있다: {listed(derived)}.",
            f"Columns that come from the resident registration number are in the output: {listed(derived)}.",
        )
        evidence.append(write.tested("rrn", Status.AGAINST, claim, case.reading.rows, stop=True))
    return evidence


def _searched(case: Case, write: Writer) -> list[Evidence]:
    """Report the search of all rows, and the sample's where the search had to give up on a column."""
    reading = case.reading
    searched = [search.column for search in reading.rrns if search.rows]
    sampled = [found.column for found in reading.found if found.item == RRN]
    columns = list(dict.fromkeys([*searched, *sampled]))
    given_up = [search.column for search in reading.rrns if not search.complete]
    if columns:
        claim = Text(
            f"결과에 주민등록번호로 보이는 값이 있다: {listed(columns)}.",
            f"The output holds values like resident registration numbers: {listed(columns)}.",
        )
        return [write.tested("rrn_found", Status.AGAINST, claim, reading.rows, stop=True)]
    if not reading.rows:
        return []
    if given_up:
        claim = Text(
            f"긴 숫자가 너무 많아 모든 행에서 주민등록번호를 찾지 못한 열이 있다: {listed(given_up)}.",
            "Too many long numbers to look at every row for resident registration numbers: "
            f"{listed(given_up)}.",
        )
        return [write.tested("rrn_found", Status.UNKNOWN, claim, reading.sample)]
    claim = Text(
        "결과의 모든 행에서 주민등록번호가 발견되지 않았다.",
        "No resident registration number was found in any row of the output.",
    )
    return [write.tested("rrn_found", Status.SUPPORTS, claim, reading.rows)]


def _protected(case: Case, write: Writer) -> list[Evidence]:
    columns = case.of_class(LegalClass.UNIQUE_IDENTIFIER, LegalClass.SENSITIVE)
    grounds = case.original.separate_basis if case.original else {}
    groups: dict[bool, list[UsedColumn]] = {True: [], False: []}
    for column in columns:
        if column.item and column.item.id != RRN:
            groups[column.item.id in grounds].append(column)
    evidence = [_grounded(grounds, column, write) for column in groups[True]]
    if groups[False]:
        names = listed(column.name for column in groups[False])
        claim = Text(
            f"별도의 근거가 등록되지 않은 고유식별정보나 민감정보에서 온 열이 있다: {names}.",
            "Columns come from unique identifiers or sensitive items without a registered separate basis: "
            f"{names}.",
        )
        evidence.append(write.policy("protected_items", Status.AGAINST, claim, stop=True))
    return evidence


def _grounded(grounds: Mapping[str, str], column: UsedColumn, write: Writer) -> Evidence:
    assert column.item is not None
    ground = grounds[column.item.id]
    claim = Text(
        f"{column.item.name_ko} 항목은 별도의 근거가 등록되어 있다: {ground} ({column.name} 열).",
        f"A separate basis is registered for {column.item.name_en}: {ground} (column {column.name}).",
    )
    return write.policy(f"protected_items:{column.name}", Status.SUPPORTS, claim)
