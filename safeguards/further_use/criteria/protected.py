"""Stops on protected items: resident registration numbers (Act 24-2), unique and sensitive ones (23, 24)."""

from __future__ import annotations

from collections.abc import Mapping

from safeguards.further_use.case import Case, UsedColumn, Writer
from safeguards.further_use.evidence import Evidence, Status
from safeguards.further_use.wording import listed
from safeguards.items.item import LegalClass
from safeguards.report import Text

RRN = "kr_rrn"


def gather(case: Case, write: Writer) -> list[Evidence]:
    """Look for protected items by what columns come from and by what detection finds in them."""
    return [*_rrn(case, write), *_protected(case, write)]


def _rrn(case: Case, write: Writer) -> list[Evidence]:
    derived = [column.name for column in case.columns if column.item and column.item.id == RRN]
    found = list(dict.fromkeys(one.column for one in case.reading.found if one.item == RRN))
    evidence = []
    if derived:
        claim = Text(
            f"주민등록번호에서 온 열이 결과에 남아 있다: {listed(derived)}.",
            f"Columns that come from the resident registration number are in the output: {listed(derived)}.",
        )
        evidence.append(write.manifest("rrn", Status.AGAINST, claim, stop=True))
    if found:
        claim = Text(
            f"결과를 다시 검사하니 주민등록번호로 보이는 값이 있다: {listed(found)}.",
            f"Detection on the output finds values like resident registration numbers: {listed(found)}.",
        )
        sample = case.reading.sample
        evidence.append(write.tested("rrn_found", Status.AGAINST, claim, sample, stop=True))
    if not evidence and case.reading.sample:
        claim = Text(
            "표본으로 뽑은 결과의 행에서 주민등록번호가 발견되지 않았다.",
            "No resident registration number was found in the sampled rows of the output.",
        )
        evidence.append(write.tested("rrn_found", Status.SUPPORTS, claim, case.reading.sample))
    return evidence


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
