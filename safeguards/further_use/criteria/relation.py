"""Relation to the original purpose (Decree 14-2(1)1)."""

from __future__ import annotations

from safeguards.further_use.case import Case, Writer
from safeguards.further_use.evidence import Evidence, Factor, Status
from safeguards.further_use.wording import listed
from safeguards.report import Text


def gather(case: Case) -> list[Evidence]:
    """Compare the use with what the policy registers and with what was collected."""
    write = Writer(case, Factor.RELATION)
    return [_original(case, write), _registered(case, write), _columns(case, write), _reason(write)]


def _original(case: Case, write: Writer) -> Evidence:
    purpose, name = case.original, case.declaration.collection.purpose
    if purpose is None:
        claim = Text(
            f"당초 수집 목적이 정책에 등록되어 있지 않다: {name}.",
            f"The policy does not register the original purpose {name}.",
        )
        return write.policy("original_purpose", Status.AGAINST, claim)
    if not purpose.confirmed:
        claim = Text(
            f"정책은 당초 수집 목적 ‘{purpose.name_ko}’의 내용이 원문과 대조되지 않았다고 표시한다.",
            f"The policy marks its entry for the original purpose “{purpose.name_en}” as not confirmed.",
        )
        return write.policy("original_purpose", Status.UNKNOWN, claim)
    claim = Text(
        f"당초 수집 목적이 항목, 근거와 함께 정책에 등록되어 있다: ‘{purpose.name_ko}’.",
        f"The policy registers the original purpose “{purpose.name_en}” with its items and basis.",
    )
    return write.policy("original_purpose", Status.SUPPORTS, claim)


def _registered(case: Case, write: Writer) -> Evidence:
    use, name = case.use, case.declaration.use.purpose
    if use is None or case.declaration.collection.purpose not in (*use.further_use_of, use.id):
        claim = Text(
            f"이용 목적이 당초 목적의 추가 이용으로 정책에 등록되어 있지 않다: {name}.",
            f"The policy does not register the purpose {name} as a further use of the original purpose.",
        )
        return write.policy("registered", Status.UNKNOWN, claim)
    claim = Text(
        f"이용 목적이 당초 목적의 추가 이용으로 정책에 등록되어 있다: ‘{use.name_ko}’.",
        f"The policy registers the purpose “{use.name_en}” as a further use of the original purpose.",
    )
    return write.policy("registered", Status.SUPPORTS if use.confirmed else Status.UNKNOWN, claim)


def _columns(case: Case, write: Writer) -> Evidence:
    nameless = [column.name for column in case.columns if column.item is None]
    collected = set(case.original.items) if case.original else set()
    beyond = [column.name for column in case.columns if column.item and column.item.id not in collected]
    if beyond:
        claim = Text(
            f"결과에 당초 목적으로 수집한 항목이 아닌 열이 있다: {listed(beyond)}.",
            "The output has columns whose items were not collected for the original purpose: "
            f"{listed(beyond)}.",
        )
        return write.policy("columns", Status.AGAINST, claim)
    if nameless:
        claim = Text(
            f"어느 항목에서 왔는지 알 수 없는 열이 있다: {listed(nameless)}.",
            f"It is not known which item these columns come from: {listed(nameless)}.",
        )
        return write.unknown(
            "columns", claim, Text("[input.columns], 처리 기록", "[input.columns], manifest")
        )
    names = case.item_names(list(dict.fromkeys(column.item.id for column in case.columns if column.item)))
    claim = Text(
        f"결과의 모든 열이 당초 목적으로 수집한 항목에서 왔다: {names.ko}.",
        f"Every column of the output comes from an item collected for the original purpose: {names.en}.",
    )
    return write.policy("columns", Status.SUPPORTS, claim)


def _reason(write: Writer) -> Evidence:
    claim = Text(
        "이 이용이 당초 목적과 어떻게 관련되는지는 사람이 밝힌다. 아직 진술이 없다.",
        "How this use relates to the original purpose is for a person to say. Nobody has said it yet.",
    )
    return write.unknown("reason", claim)
