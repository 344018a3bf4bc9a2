"""Who receives the output, and the stop on transfers abroad without a ground (Act 17, 26, 28-8)."""

from __future__ import annotations

from safeguards.further_use.case import Case, Writer
from safeguards.further_use.evidence import Evidence, Status
from safeguards.further_use.wording import listed
from safeguards.policy import INTERNAL, Recipient
from safeguards.report import Text


def gather(case: Case, write: Writer) -> list[Evidence]:
    """Compare the recipient with the policy's register."""
    return [_recipient(case, write), _abroad(case, write)]


def _recipient(case: Case, write: Writer) -> Evidence:
    name, registered = case.declaration.use.recipient, case.recipient
    if name is None:
        claim = Text("결과를 누가 받는지 밝혀지지 않았다.", "Who receives the output is not said.")
        return write.unknown("recipient", claim, Text.same("[use] recipient"))
    if name == INTERNAL:
        claim = Text(
            "결과를 개인정보처리자 밖의 누구도 받지 않는다.",
            "Nobody outside the controller receives the output.",
        )
        return write.declared("recipient", Status.SUPPORTS, claim)
    if registered is None:
        claim = Text(
            f"정책의 수탁자·수령자 목록에 없는 곳이 결과를 받는다: {name}.",
            f"The output goes to somebody whom the policy does not register: {name}.",
        )
        return write.policy("recipient", Status.AGAINST, claim)
    return _within(case, write, registered)


def _within(case: Case, write: Writer, recipient: Recipient) -> Evidence:
    items = {column.item.id if column.item else column.name for column in case.columns}
    beyond = sorted(items - set(recipient.items))
    purpose = case.declaration.use.purpose
    if beyond or purpose not in recipient.purposes:
        what = listed([*beyond, *([] if purpose in recipient.purposes else [purpose])])
        claim = Text(
            f"정책이 {recipient.name_ko}에 등록하지 않은 항목이나 목적이 있다: {what}.",
            f"The policy does not register these items or purposes for {recipient.name_en}: {what}.",
        )
        return write.policy("recipient", Status.AGAINST, claim)
    claim = Text(
        f"결과의 항목과 목적이 정책에 등록된 {recipient.name_ko}의 범위 안에 있다.",
        f"The output's items and purpose lie within what the policy registers for {recipient.name_en}.",
    )
    return write.policy("recipient", Status.SUPPORTS, claim)


def _abroad(case: Case, write: Writer) -> Evidence:
    abroad, recipient = case.declaration.use.abroad, case.recipient
    if recipient is not None and abroad is not None and abroad is not recipient.abroad:
        claim = Text(
            f"국외 이전 여부에 대한 진술이 정책과 다르다: 정책에는 {recipient.name_ko}의 국가가 "
            f"{recipient.country}이다.",
            "What is said about a transfer abroad differs from the policy, which places "
            f"{recipient.name_en} in "
            f"{recipient.country}.",
        )
        return write.policy("abroad", Status.CONFLICT, claim, stop=True)
    goes = recipient.abroad if recipient is not None else abroad
    if goes is None:
        claim = Text("국외로 이전되는지 밝혀지지 않았다.", "Whether it goes abroad is not said.")
        return write.unknown("abroad", claim, Text.same("[use] abroad"))
    if not goes:
        claim = Text("국외로 이전되지 않는다.", "It does not go abroad.")
        return write.declared("abroad", Status.SUPPORTS, claim)
    if recipient is None or recipient.ground is None:
        claim = Text(
            "국외로 이전되나, 그 근거가 정책에 등록되어 있지 않다.",
            "It goes abroad, and the policy registers no ground for that.",
        )
        return write.policy("abroad", Status.AGAINST, claim, stop=True)
    period = f"{recipient.country}, {recipient.period}"
    claim = Text(
        f"국외로 이전되며({period}), 그 근거가 정책에 등록되어 있다: {recipient.ground}.",
        f"It goes abroad ({period}); the policy registers the ground: {recipient.ground}.",
    )
    return write.policy("abroad", Status.SUPPORTS, claim)
