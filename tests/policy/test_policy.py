"""Policies as data: what loads, what is refused, and what the hash notices."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from safeguards.errors import InputError
from safeguards.items.item import LegalClass
from safeguards.policy import Basis, Duration, Policy, RecipientKind, Trigger

POLICY = """
version = "3"
effective_from = 2025-03-08

[controller]
name_ko = "주식회사 예시"
name_en = "Example"
privacy_officer = "박보호"

[[items]]
id = "health"
name_ko = "건강 상태"
name_en = "health"
legal_class = "sensitive"

[[purposes]]
id = "member"
name_ko = "회원 관리"
name_en = "membership"
items = ["email", "health", "kr_passport"]
basis = "consent"
separate_basis = { health = "Act 23(1)1" }
retention = { period = "P1Y", trigger = "collection", basis = "policy 1" }

[[purposes]]
id = "statistics"
name_ko = "이용 통계"
name_en = "usage statistics"
items = ["email"]
basis = "consent"
continuing = true
further_use_of = ["member"]
criteria_ko = "가명 처리한 뒤에만"
criteria_en = "only after pseudonymisation"
retention = { period = "P2W", trigger = "event", basis = "policy 9", confirmed = false }

[[recipients]]
id = "cloud"
name_ko = "구름"
name_en = "Cloud Inc."
kind = "processor"
country = "US"
purposes = ["statistics"]
items = ["email"]
period = "P1Y"
ground = "Act 28-8(1)3"
"""


def load(folder: Path, content: str = POLICY, name: str = "policy.toml") -> Policy:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return Policy.load(path)


def test_a_policy_reads_into_values(tmp_path: Path) -> None:
    policy = load(tmp_path)
    member, statistics = policy.purposes
    assert (member.basis, member.retention.trigger) == (Basis.CONSENT, Trigger.COLLECTION)
    assert member.separate_basis == {"health": "Act 23(1)1"}
    assert statistics.further_use_of == ("member",)
    assert statistics.continuing
    assert statistics.retention.period == Duration(days=14)
    assert not statistics.retention.confirmed
    cloud = policy.recipient("cloud")
    assert cloud is not None
    assert (cloud.kind, cloud.abroad) == (RecipientKind.PROCESSOR, True)
    assert policy.purpose("absent") is None
    assert policy.recipient("absent") is None


def test_items_of_the_toolkit_and_of_the_policy_are_known_by_their_class(tmp_path: Path) -> None:
    policy = load(tmp_path)
    classes = {name: item.legal_class for name in ("health", "kr_rrn") if (item := policy.item(name))}
    assert classes == {"health": LegalClass.SENSITIVE, "kr_rrn": LegalClass.UNIQUE_IDENTIFIER}
    assert policy.item("shoe_size") is None


def test_the_hash_ignores_comments_order_and_the_file(tmp_path: Path) -> None:
    blocks = POLICY.split("\n\n")
    tables = blocks[2:]
    random.Random(7).shuffle(tables)
    shuffled = "# a comment\n" + "\n\n".join([*blocks[:2], *tables])
    assert load(tmp_path, shuffled, "other.toml").hash == load(tmp_path).hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('version = "3"', 'version = "4"'),
        ('period = "P2W"', 'period = "P3W"'),
        ("confirmed = false", "confirmed = true"),
        ('"email", "health", "kr_passport"', '"email", "health"'),
        ('country = "US"', 'country = "JP"'),
        ("가명 처리한 뒤에만", "언제나"),
        ("continuing = true", "continuing = false"),
        ("effective_from = 2025-03-08", "effective_from = 2025-03-09"),
        ("박보호", "김보호"),
    ],
)
def test_the_hash_notices_every_changed_promise(tmp_path: Path, old: str, new: str) -> None:
    assert old in POLICY
    assert load(tmp_path, POLICY.replace(old, new)).hash != load(tmp_path).hash


def test_a_version_is_in_force_from_its_first_to_its_last_day(tmp_path: Path) -> None:
    content = POLICY.replace("2025-03-08", "2025-03-08\neffective_until = 2025-12-31", 1)
    policy = load(tmp_path, content)
    days = [date(2025, 3, 7), date(2025, 3, 8), date(2025, 12, 31), date(2026, 1, 1)]
    assert [policy.in_force(day) for day in days] == [False, True, True, False]
    assert load(tmp_path).in_force(date(2999, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('version = "3"', "", "version: is missing; it needs a text"),
        (
            "effective_from = 2025-03-08",
            'effective_from = "soon"',
            "effective_from: needs a date without quotes",
        ),
        (
            "effective_from = 2025-03-08",
            "effective_from = 2025-03-08\neffective_until = 2020-01-01",
            "effective_until: comes before effective_from",
        ),
        ('privacy_officer = "박보호"', "", "controller.privacy_officer: is missing"),
        ('basis = "consent"', 'basis = "hope"', "purposes #1.basis: needs one of consent, statute"),
        ('period = "P1Y"', 'period = "1 year"', "purposes #1.retention.period: needs an ISO 8601 period"),
        (
            'trigger = "collection"',
            'trigger = "whim"',
            "purposes #1.retention.trigger: needs one of collection",
        ),
        (
            '["email", "health", "kr_passport"]',
            '["e-mail"]',
            "purposes #1.items: e-mail is no item known here",
        ),
        ("{ health =", "{ kr_rrn =", "purposes #1.separate_basis: kr_rrn is no item known here"),
        (
            'further_use_of = ["member"]',
            'further_use_of = ["x"]',
            "purposes #2.further_use_of: x is no purpose",
        ),
        ('["member"]', '["statistics"]', "purposes #2.further_use_of: statistics is no purpose known here"),
        ('id = "statistics"', 'id = "member"', "purposes: two tables have the id member"),
        ('criteria_en = "only after pseudonymisation"', "", "purposes #2.criteria_en: is missing"),
        ('id = "health"', 'id = "email"', "items #1.id: email is an item of the toolkit"),
        (
            'legal_class = "sensitive"',
            'legal_class = "odd"',
            "items #1.legal_class: needs one of authentication",
        ),
        ('purposes = ["statistics"]', 'purposes = ["sport"]', "recipients #1.purposes: sport is no purpose"),
        ('country = "US"', 'country = "usa"', "recipients #1.country: needs the two capital letters"),
        ('id = "cloud"', 'id = "internal"', "recipients #1.id: internal means that nobody receives"),
        (
            "continuing = true",
            "continuous = true",
            "purposes #2.continuous: is not known here; did you mean 'contin",
        ),
    ],
)
def test_a_contradiction_gives_one_line_naming_file_and_key(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    assert old in POLICY
    with pytest.raises(InputError) as raised:
        load(tmp_path, POLICY.replace(old, new, 1))
    assert f"policy.toml: {problem}" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_policy_without_purposes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="purposes: is missing"):
        load(tmp_path, POLICY.partition("[[items]]")[0])


def test_the_reference_policy_loads_and_marks_what_could_not_be_read() -> None:
    policy = Policy.reference()
    contract = policy.purpose("contract")
    usage = policy.purpose("service_usage")
    assert contract is not None
    assert usage is not None
    assert (policy.version, policy.effective_from) == ("2025-03-08", date(2025, 3, 8))
    assert not contract.retention.confirmed
    assert usage.retention.confirmed
    assert not any(purpose.confirmed for purpose in policy.purposes)
    assert policy.recipients == ()


def test_another_reference_policy_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="there are: kr_company"):
        Policy.reference("../reference/kr_company")
