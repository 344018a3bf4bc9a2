"""A decision is a person's, and is bound to one state of the use."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from safeguards.errors import InputError

RISK = '[risk]\nquasi_identifiers = ["생년월일", "지역"]\nminimum_k = 5\n'


def test_the_fingerprint_does_not_change_with_the_rows(desk: Any) -> None:
    before = desk.run().fingerprint
    assert desk.remake(lambda table: table.slice(0, 150)).run().fingerprint == before


def _with_another_type(table: pa.Table) -> pa.Table:
    return table.set_column(0, table.schema.names[0], table.column(0).cast(pa.large_string()))


def _with_a_new_key(desk: Any) -> None:
    desk.manifest(lambda document: document["columns"][0].update(key_id=99))


@pytest.mark.parametrize(
    "change",
    [
        lambda desk: desk.edit('recipient = "internal"', 'recipient = "cloud"').edit("abroad = false", ""),
        lambda desk: desk.edit('purpose = "statistics"', 'purpose = "advertising"'),
        lambda desk: desk.edit("marketing = false", "marketing = true"),
        lambda desk: desk.edit('purpose = "member"', 'purpose = "statistics"'),
        lambda desk: desk.edit('"주문수" = "orders"', '"주문수" = "health"'),
        lambda desk: desk.edit('"P1Y", trigger = "event"', '"P2Y", trigger = "event"', "policy.toml"),
        lambda desk: desk.rewrite(lambda table: table.drop(["주문수"])),
        lambda desk: desk.rewrite(_with_another_type),
        _with_a_new_key,
        lambda desk: desk.manifest(lambda document: document["domain"].update(name="other")),
        lambda desk: desk.edit("minimum_k = 5", "minimum_k = 1"),
        lambda desk: desk.edit("minimum_k = 5", ""),
        lambda desk: desk.edit('["생년월일", "지역"]', '["생년월일"]'),
        lambda desk: desk.edit("[risk]", '[risk]\nperson = "전화"'),
        lambda desk: desk.edit(RISK, ""),
    ],
    ids=[
        "recipient", "purpose", "use", "origin", "item", "policy", "column", "type", "key", "domain",
        "minimum k", "default k", "quasi-identifiers", "person", "risk",
    ],
)  # fmt: skip
def test_a_change_of_schema_purpose_recipient_policy_key_or_risk_criteria_voids_a_decision(
    desk: Any, change: Callable[[Any], None]
) -> None:
    desk.complete()
    assert desk.run().decided
    change(desk)
    record = desk.run()
    assert not record.decided
    assert "voids" in record.objections[0].en
    assert record.exit_code in {1, 2}


def test_a_new_run_over_other_rows_keeps_the_decision(desk: Any) -> None:
    assert desk.complete().remake(lambda table: table.slice(0, 150)).run().exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('fingerprint = "', 'fingerprint = "00', "voids"),
        ("expires = 2026-09-01", "expires = 2026-03-01\n#", "expired"),
        ("date = 2026-03-01", "date = 2026-03-05", "after the use"),
    ],
)
def test_a_decision_that_does_not_count_says_why(desk: Any, old: str, new: str, words: str) -> None:
    desk.complete()
    if "expires" in old:
        desk.edit("date = 2026-03-01\n", "date = 2026-02-01\n")
    record = desk.edit(old, new).run()
    assert any(words in objection.en for objection in record.objections)
    assert record.exit_code == 2


def test_a_decision_without_a_fingerprint_does_not_count(desk: Any) -> None:
    record = desk.complete().edit('fingerprint = "', '# "').run()
    assert "names no fingerprint" in record.objections[0].en


def test_a_continuing_use_needs_published_criteria_and_the_officers_signature(desk: Any) -> None:
    desk.edit("continuing = false", "continuing = true").edit(
        'further_use_of = ["member"]',
        'further_use_of = ["member"]\ncontinuing = true\ncriteria_ko = "가명만"\ncriteria_en = "tokens only"',
        "policy.toml",
    )
    record = desk.complete().run()
    assert [objection.en for objection in record.objections] == [
        "A continuing use needs the privacy officer's signature."
    ]
    desk.add('privacy_officer = "박보호"\nprivacy_officer_date = 2026-03-01\n')
    assert desk.run().exit_code == 0


@pytest.mark.parametrize(
    "name",
    ["김하나", " 김 하나 ", unicodedata.normalize("NFD", "김하나")],
    ids=["plain", "spaced", "decomposed"],
)
def test_the_requester_does_not_decide(desk: Any, name: str) -> None:
    desk.complete().edit('name = "최결정"', f'name = "{name}"')
    with pytest.raises(InputError, match=r"decision\.name: is the requester"):
        desk.run()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'choice = "proceed"',
            'choice = "approve"',
            "decision.choice: needs one of proceed, conditions",
        ),
        ('choice = "proceed"', 'choice = "conditions"', "decision.conditions: is missing"),
        ('reasons = "', '# "', "decision.reasons: is missing"),
        ('role = "개인정보 보호책임자"', "", "decision.role: is missing"),
        ("expires = 2026-09-01", "", "decision.expires: is missing"),
        ("expires = 2026-09-01", "expires = 2026-03-01", "decision.expires: does not come after"),
        ("충분하다", "적법하다", "decision.reasons: holds the legal verdict '적법'"),
        (
            "expires = 2026-09-01",
            'expires = 2026-09-01\nprivacy_officer = "박"',
            "decision.privacy_officer: and",
        ),
        (
            "expires = 2026-09-01",
            'expires = 2026-09-01\nprivacy_officer = "김하나"\nprivacy_officer_date = 2026-03-01',
            "decision.privacy_officer: is the requester",
        ),
    ],
)
def test_an_incomplete_decision_gives_one_line(desk: Any, old: str, new: str, problem: str) -> None:
    desk.complete().edit(old, new)
    with pytest.raises(InputError) as raised:
        desk.run()
    assert problem in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("block", "missing"),
    [
        ("[decision]", "decision: choice, reasons, name, role, date, expires are missing"),
        (
            '[decision]\nchoice = "conditions"\nname = "최결정"\nrole = "책임자"\ndate = 2026-03-01',
            "decision: reasons, expires, conditions are missing",
        ),
        (
            '[[statements]]\nfactor = "safety"\nname = "이두리"\nstatus = "supports"',
            "statements #1: claim_ko, claim_en, role, date are missing",
        ),
    ],
)
def test_everything_that_a_block_lacks_is_named_in_one_line(desk: Any, block: str, missing: str) -> None:
    with pytest.raises(InputError) as raised:
        desk.add(f"\n{block}\n").run()
    assert str(raised.value).endswith(f"assessment.toml: {missing}")


@pytest.mark.parametrize("choice", ["seek consent", "decline", "escalate"])
def test_any_decision_completes_the_record(desk: Any, choice: str) -> None:
    assert desk.complete().edit('choice = "proceed"', f'choice = "{choice}"').run().exit_code == 0
