"""Whether a person's decision counts: it is bound to one state of the use, and nothing here takes one."""

from __future__ import annotations

from datetime import date

from safeguards.further_use.case import Case
from safeguards.further_use.people import Decision
from safeguards.policy import fingerprint
from safeguards.report import Text


def binding(case: Case) -> str:
    """Return the fingerprint (64 hex digits) that a decision is bound to.

    It changes with the policy, the purposes, the recipient and kind of use, the schema of input and output,
    the transforms with their keys and domain, and the whole `[risk]` section: a weaker measure is another
    question. It does not change with the rows.
    """
    declaration, manifest = case.declaration, case.manifest
    use = declaration.use
    return fingerprint(
        {
            "policy": case.policy.hash,
            "collected for": declaration.collection.purpose,
            "used for": use.purpose,
            "recipient": use.recipient,
            "kind": [
                f"{name}={getattr(use, name)}"
                for name in ("continuing", "abroad", "marketing", "model_training")
            ],
            "joined": use.joined_controllers,
            "input": declaration.columns,
            "output": [f"{name}: {kind}" for name, kind in case.reading.schema],
            "transforms": manifest.key_policy if manifest else None,
            "risk": {
                "quasi identifiers": declaration.quasi_identifiers,
                "minimum k": declaration.minimum_k,
                "person": declaration.person,
            },
        }
    )


def objections(decision: Decision, bound_to: str, day: date, continuing: bool | None) -> tuple[Text, ...]:
    """Return why a decision does not count today; nothing when it does."""
    found = []
    if decision.fingerprint is None:
        found.append(
            Text(
                "결정이 어느 기록에 대한 것인지 지문이 없다.",
                "The decision names no fingerprint of a record.",
            )
        )
    elif decision.fingerprint != bound_to:
        found.append(
            Text(
                "결정 이후 정책, 목적, 수령자, 스키마, 키 또는 위험 기준이 바뀌어 결정이 효력을 잃었다.",
                "Policy, purpose, recipient, schema, keys or risk criteria changed after the decision, which "
                "voids it.",
            )
        )
    if decision.expires < day:
        found.append(
            Text(
                f"결정의 기한이 {decision.expires}에 끝났다.", f"The decision expired on {decision.expires}."
            )
        )
    if decision.day > day:
        found.append(Text("결정일이 이용일보다 늦다.", "The decision is dated after the use."))
    if continuing is not False and decision.officer is None:
        found.append(
            Text(
                "계속적인 이용에는 개인정보 보호책임자의 서명이 필요하다.",
                "A continuing use needs the privacy officer's signature.",
            )
        )
    return tuple(found)
