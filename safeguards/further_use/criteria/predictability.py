"""Predictability of the further use in view of circumstances and practice (Decree 14-2(1)2)."""

from __future__ import annotations

from safeguards.further_use.case import Case, Writer
from safeguards.further_use.evidence import Evidence, Factor, Status
from safeguards.policy import Policy, Retention, Trigger
from safeguards.report import Text

# Periods that begin with the collection itself; when the others began, no machine here knows.
_FROM_COLLECTION = {Trigger.COLLECTION, Trigger.EVENT}
_STARTS = {
    Trigger.TRANSACTION: Text("거래일", "the day of the transaction"),
    Trigger.CLOSURE: Text("거래나 계정이 종료된 날", "the day of closure"),
    Trigger.WITHDRAWAL: Text("탈퇴하거나 동의를 철회한 날", "the day of withdrawal"),
    Trigger.END_OF_DISPLAY: Text("게시가 끝난 날", "the end of display"),
    Trigger.END_OF_SERVICE: Text("서비스 제공이 끝난 날", "the end of the service"),
    Trigger.DESTRUCTION: Text("파기한 날", "the day of destruction"),
}


def gather(case: Case) -> list[Evidence]:
    """Look at what people could read at the time of collection, and how long ago that was."""
    write = Writer(case, Factor.PREDICTABILITY)
    return [
        _policy_now(case, write),
        _policy_then(case, write),
        _announced(case, write),
        _elapsed(case, write),
        *_continuing(case, write),
        _expectation(write),
    ]


def _then(case: Case) -> Policy | None:
    """Return the policy in force at collection, None where it is not known which that was."""
    collection = case.declaration.collection
    policy = case.policy_then or case.policy
    if collection.day is None or not all(map(policy.in_force, collection.days)):
        return None
    return policy if collection.policy_version in {None, policy.version} else None


def _policy_now(case: Case, write: Writer) -> Evidence:
    policy, day = case.policy, case.declaration.use.day
    if policy.in_force(day):
        claim = Text(
            f"이용일 {day}에 정책 {policy.version} 버전이 시행 중이다.",
            f"Version {policy.version} of the policy is in force on the day of the use, {day}.",
        )
        return write.policy("policy_now", Status.SUPPORTS, claim)
    claim = Text(
        f"제시된 정책 {policy.version} 버전은 이용일 {day}에 시행 중이 아니다.",
        f"Version {policy.version} of the policy, as given, is not in force on the day of the use, {day}.",
    )
    return write.policy("policy_now", Status.AGAINST, claim)


def _policy_then(case: Case, write: Writer) -> Evidence:
    collection, policy = case.declaration.collection, case.policy_then or case.policy
    if collection.policy_version not in {None, policy.version}:
        claim = Text(
            f"수집 당시 정책은 {collection.policy_version} 버전이라고 하나, 제시된 정책은 {policy.version} "
            "버전이다.",
            f"Version {collection.policy_version} is said to have applied at collection, but the policy at "
            "hand is "
            f"version {policy.version}.",
        )
        return write.policy("policy_then", Status.CONFLICT, claim, policy)
    if collection.day is None:
        claim = Text("수집일을 알 수 없다.", "The date of collection is not known.")
        return write.unknown("policy_then", claim, Text("[collection] date", "[collection] date"))
    if not all(map(policy.in_force, collection.days)):
        claim = Text(
            f"수집일 {collection.span}에 시행 중이던 정책이 제시되지 않았다.",
            f"The policy in force on the day of collection, {collection.span}, was not given.",
        )
        return write.policy("policy_then", Status.UNKNOWN, claim, policy)
    claim = Text(
        f"수집일 {collection.span}에 정책 {policy.version} 버전이 시행 중이었다.",
        f"Version {policy.version} of the policy was in force on the day of collection, {collection.span}.",
    )
    return write.policy("policy_then", Status.SUPPORTS, claim, policy)


def _announced(case: Case, write: Writer) -> Evidence:
    policy, name = _then(case), case.declaration.use.purpose
    purpose = policy.purpose(name) if policy else None
    if policy is None or purpose is None or not purpose.confirmed:
        claim = Text(
            f"수집 당시 정책이 이 이용 목적을 알렸는지 확인되지 않는다: {name}.",
            f"It is not shown that the policy at the time of collection announced the purpose {name}.",
        )
        return write.policy("announced", Status.UNKNOWN, claim, policy)
    claim = Text(
        f"수집 당시 정책이 이 이용 목적을 알리고 있었다: ‘{purpose.name_ko}’.",
        f"The policy at the time of collection announced the purpose “{purpose.name_en}”.",
    )
    return write.policy("announced", Status.SUPPORTS, claim, policy)


def _elapsed(case: Case, write: Writer) -> Evidence:
    collection, end, purpose = case.declaration.collection, case.declaration.use.day, case.original
    start = collection.day
    if start is None or purpose is None:
        claim = Text(
            "수집과 이용 사이의 시간을 알 수 없다.", "The time between collection and use is not known."
        )
        return write.unknown("elapsed", claim, Text("[collection] date", "[collection] date"))
    if max(collection.days) > end:
        claim = Text(
            f"수집일({collection.span})이 이용일({end})보다 늦다.",
            f"The collection, {collection.span}, comes after the use, {end}.",
        )
        return write.declared("elapsed", Status.CONFLICT, claim)
    passed = Text(
        f"수집({start})부터 이용({end})까지 {(end - start).days}일이 지났다.",
        f"{(end - start).days} days lie between collection ({start}) and use ({end}).",
    )
    missing = _missing(purpose.retention)
    if missing:
        return write.policy("elapsed", Status.UNKNOWN, Text.joined([passed, *missing]))
    last = purpose.retention.period.after(start)
    status = Status.AGAINST if end > last else Status.SUPPORTS
    until = Text(
        f"당초 보유 기간({purpose.retention.period})은 {last}까지이다.",
        f"The original retention period ({purpose.retention.period}) lasts until {last}.",
    )
    return write.policy("elapsed", status, Text.joined([passed, until]))


def _missing(retention: Retention) -> list[Text]:
    """Say what is not known, without which nobody can say whether a retention period is over."""
    missing = []
    if retention.trigger not in _FROM_COLLECTION:
        start = _STARTS[retention.trigger]
        missing.append(
            Text(
                f"당초 보유 기간({retention.period})은 {start.ko}부터 세는데, 그 날이 "
                "자료마다 언제인지 확인되지 않아 기간이 끝났는지 알 수 없다.",
                f"The original retention period ({retention.period}) runs from {start.en}; which day that is "
                "for each record is not known, nor therefore whether the period is over.",
            )
        )
    if not retention.confirmed:
        missing.append(
            Text(
                f"보유 기간의 근거(‘{retention.basis}’)는 원문에서 확인되지 않은 것으로 정책에 적혀 있다.",
                f"The policy marks the period's basis (“{retention.basis}”) as not confirmed at its source.",
            )
        )
    return missing


def _continuing(case: Case, write: Writer) -> list[Evidence]:
    continuing, use = case.declaration.use.continuing, case.use
    if continuing is None:
        claim = Text("계속적인 이용인지 밝혀지지 않았다.", "Whether the use is continuing is not said.")
        return [write.unknown("continuing", claim, Text("[use] continuing", "[use] continuing"))]
    if not continuing:
        return []
    if use is None or not use.continuing or use.criteria_ko is None:
        claim = Text(
            "계속적인 이용이나, 그 판단 기준이 정책에 공개되어 있지 않다(시행령 제14조의2 제2항).",
            "The use is continuing, but the policy does not publish its criteria (Decree 14-2(2)).",
        )
        return [write.policy("continuing", Status.AGAINST, claim)]
    claim = Text(
        f"계속적인 이용이며, 판단 기준이 정책에 공개되어 있다: {use.criteria_ko}",
        f"The use is continuing and the policy publishes its criteria: {use.criteria_en}",
    )
    return [write.policy("continuing", Status.SUPPORTS if use.confirmed else Status.UNKNOWN, claim)]


def _expectation(write: Writer) -> Evidence:
    claim = Text(
        "정보주체가 이 이용을 예상할 수 있었는지, 거래 관행이 어떠한지는 사람이 밝힌다. 아직 진술이 없다.",
        "What the persons concerned could expect, and what practice is, is for a person to say. Nobody has "
        "said it yet.",
    )
    return write.unknown("expectation", claim)
