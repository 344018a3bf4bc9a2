"""What the machine gathers for each factor, and which way it points."""

from __future__ import annotations

import datetime
from typing import Any

import pyarrow as pa
import pytest

from safeguards.errors import InputError


def test_an_unregistered_original_purpose_speaks_against(desk: Any) -> None:
    found = desk.edit('purpose = "member"', 'purpose = "newsletter"').found()
    assert found["relation.original_purpose"].status.value == "against"
    assert found["relation.columns"].status.value == "against"
    assert found["relation.registered"].status.value == "unknown"


def test_an_unregistered_use_is_unknown(desk: Any) -> None:
    found = desk.edit('purpose = "statistics"', 'purpose = "research"').found()
    assert found["relation.registered"].status.value == "unknown"
    assert found["predictability.announced"].status.value == "unknown"
    assert found["safety.purpose"].status.value == "conflict"


def test_a_fact_that_the_policy_marks_as_not_confirmed_stays_unknown(desk: Any) -> None:
    desk.edit(
        'name_ko = "회원 가입 및 관리"', 'confirmed = false\nname_ko = "회원 가입 및 관리"', "policy.toml"
    )
    desk.edit('basis = "policy 1" }', 'basis = "policy 1", confirmed = false }', "policy.toml")
    found = desk.found()
    assert found["relation.original_purpose"].status.value == "unknown"
    assert found["predictability.elapsed"].status.value == "unknown"


def test_a_column_beyond_what_was_collected_speaks_against(desk: Any) -> None:
    desk.edit(
        '"birth_date", "kr_address", "orders", "kr_rrn"',
        '"birth_date", "kr_address", "kr_rrn"',
        "policy.toml",
    )
    one = desk.found()["relation.columns"]
    assert one.status.value == "against"
    assert "주문수" in one.claim.en


def test_a_column_nobody_declared_is_unknown_and_in_conflict_with_the_manifest(desk: Any) -> None:
    found = desk.rewrite(lambda table: table.append_column("메모", pa.nulls(len(table), pa.string()))).found()
    assert found["relation.columns"].status.value == "unknown"
    assert found["safety.output"].status.value == "conflict"
    assert "메모" in found["safety.output"].claim.ko


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("date = 2025-05-01", "date = 2025-05-01", "supports"),
        ("date = 2025-05-01", "", "unknown"),
        ("date = 2025-05-01", "date = 2024-05-01", "unknown"),
        ("date = 2025-05-01", 'date = 2025-05-01\npolicy_version = "2"', "conflict"),
        ("date = 2025-05-01", 'date = 2025-05-01\npolicy_version = "3"', "supports"),
    ],
)
def test_the_policy_at_collection_is_found_by_day_and_version(
    desk: Any, old: str, new: str, status: str
) -> None:
    assert desk.edit(old, new).status("predictability.policy_then") == status


def test_an_older_policy_may_have_applied_at_collection(desk: Any) -> None:
    older = (
        (desk.folder / "policy.toml").read_text(encoding="utf-8").replace('version = "3"', 'version = "2"')
    )
    older = older.replace(
        "effective_from = 2025-03-08", "effective_from = 2023-01-01\neffective_until = 2025-03-07"
    )
    older = older[: older.index('[[purposes]]\nid = "statistics"')]
    (desk.folder / "older.toml").write_text(older, encoding="utf-8")
    found = desk.edit("date = 2025-05-01", 'date = 2024-05-01\npolicy = "older.toml"').found()
    assert found["predictability.policy_then"].status.value == "supports"
    assert found["predictability.policy_then"].version.startswith("2 (sha256 ")
    assert found["predictability.announced"].status.value == "unknown"


@pytest.mark.parametrize(
    ("collected", "status"),
    [
        ("2025-05-01", "supports"),
        ("2025-03-08", "supports"),
        ("2025-03-01", "against"),
        ("2026-05-01", "conflict"),
    ],
)
def test_the_time_since_collection_is_held_against_the_retention_period(
    desk: Any, collected: str, status: str
) -> None:
    one = desk.edit("date = 2025-05-01", f"date = {collected}").found()["predictability.elapsed"]
    assert one.status.value == status


def test_a_period_that_begins_elsewhere_leaves_the_elapsed_time_unknown(desk: Any) -> None:
    desk.edit('trigger = "collection"', 'trigger = "withdrawal"', "policy.toml")
    one = desk.found()["predictability.elapsed"]
    assert one.status.value == "unknown"
    assert "305 days" in one.claim.en
    assert "runs from the day of withdrawal" in one.claim.en
    assert "거래일" not in one.claim.ko
    assert "confirmed" not in one.claim.en


def test_a_basis_that_nobody_confirmed_is_named_as_what_is_missing(desk: Any) -> None:
    desk.edit('basis = "policy 1" }', 'basis = "policy 1", confirmed = false }', "policy.toml")
    one = desk.found()["predictability.elapsed"]
    assert "basis (“policy 1”) as not confirmed" in one.claim.en
    assert "runs from" not in one.claim.en


@pytest.mark.parametrize(
    ("until", "name", "status"),
    [
        ("2026-02-28", "policy_then", "supports"),
        ("2026-02-28", "elapsed", "supports"),
        ("2026-03-03", "elapsed", "conflict"),
    ],
)
def test_data_may_be_collected_over_a_time(desk: Any, until: str, name: str, status: str) -> None:
    desk.edit("date = 2025-05-01", f"date = 2025-05-01\nuntil = {until}")
    assert desk.status(f"predictability.{name}") == status
    assert "2025-05-01–2026" in next(v.en for n, v in desk.run().subject if n.en == "day of collection")


def test_the_policy_must_be_in_force_for_all_of_the_collection(desk: Any) -> None:
    desk.edit("date = 2025-05-01", "date = 2025-05-01\nuntil = 2026-02-28")
    until = "effective_from = 2025-03-08\neffective_until = 2025-12-31"
    desk.edit("effective_from = 2025-03-08", until, "policy.toml")
    assert desk.status("predictability.policy_then") == "unknown"


def test_an_end_of_collection_before_its_beginning_gives_one_line(desk: Any) -> None:
    desk.edit("date = 2025-05-01", "date = 2025-05-01\nuntil = 2025-04-30")
    with pytest.raises(InputError, match=r"collection\.until: is the last day"):
        desk.run()


def test_a_continuing_use_without_published_criteria_speaks_against(desk: Any) -> None:
    assert "predictability.continuing" not in desk.found()
    assert (
        desk.edit("continuing = false", "continuing = true").status("predictability.continuing") == "against"
    )
    assert desk.edit("continuing = true", "").status("predictability.continuing") == "unknown"


@pytest.mark.parametrize("key", ["marketing", "model_training", "abroad", "joined_controllers"])
def test_silence_about_a_use_is_unknown(desk: Any, key: str) -> None:
    value = "[]" if key == "joined_controllers" else "false"
    assert desk.edit(f"{key} = {value}", "").status(f"infringement.{key}") == "unknown"


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("marketing = false", "marketing = true", "marketing"),
        ("model_training = false", "model_training = true", "model_training"),
        ("joined_controllers = []", 'joined_controllers = ["다른 회사"]', "joined_controllers"),
        ("abroad = false", "abroad = true", "abroad"),
    ],
)
def test_a_declared_use_that_stops_is_a_stop(desk: Any, old: str, new: str, name: str) -> None:
    record = desk.edit(old, new).run()
    assert [one.id for one in record.stops] == [f"infringement.{name}"]
    assert record.exit_code == 1


def test_training_on_data_without_identifiers_pseudonyms_and_unique_rows_is_no_stop(desk: Any) -> None:
    desk.edit("model_training = false", "model_training = true")
    desk.rewrite(lambda table: table.select(["생년월일", "지역"]))
    one = desk.found()["infringement.model_training"]
    assert (one.status.value, one.stop) == ("supports", False)


def test_a_registered_recipient_abroad_with_a_ground_supports(desk: Any) -> None:
    found = (
        desk.edit('recipient = "internal"', 'recipient = "cloud"')
        .edit("abroad = false", "abroad = true")
        .found()
    )
    assert found["infringement.recipient"].status.value == "supports"
    assert found["infringement.abroad"].status.value == "supports"
    assert "Act 28-8(1)3" in found["infringement.abroad"].claim.en


@pytest.mark.parametrize(
    ("old", "new", "name", "status"),
    [
        ('ground = "Act 28-8(1)3"', "", "abroad", "against"),
        ('"kr_address", "orders"]\nperiod', '"kr_address"]\nperiod', "recipient", "against"),
        ('purposes = ["statistics"]', 'purposes = ["member"]', "recipient", "against"),
        ('country = "US"', 'country = "KR"', "abroad", "conflict"),
    ],
)
def test_a_recipient_is_held_to_the_register(desk: Any, old: str, new: str, name: str, status: str) -> None:
    desk.edit('recipient = "internal"', 'recipient = "cloud"').edit("abroad = false", "abroad = true")
    assert desk.edit(old, new, "policy.toml").status(f"infringement.{name}") == status


@pytest.mark.parametrize(("line", "status"), [('recipient = "nobody"', "against"), ("", "unknown")])
def test_an_unregistered_or_unnamed_recipient_never_supports(desk: Any, line: str, status: str) -> None:
    assert desk.edit('recipient = "internal"', line).status("infringement.recipient") == status


def test_a_resident_registration_number_in_the_output_is_a_stop_whatever_its_column_is_called(
    desk: Any,
) -> None:
    rrns = ["900101-1234567", "850315-2345678", "020709-3456789", "990101-2123456"] * 50
    record = desk.rewrite(lambda table: table.append_column("비고", pa.array(rrns))).run()
    assert "infringement.rrn_found" in [one.id for one in record.stops]


@pytest.mark.parametrize(
    "value", ["900101-1234568", "고객 020709-3456789 문의", "２００１０１－３２３４５６７"]
)
def test_one_such_number_in_all_rows_is_a_stop(desk: Any, value: str) -> None:
    desk.rewrite(lambda table: table.append_column("비고", pa.array(["없음"] * (len(table) - 1) + [value])))
    one = desk.found()["infringement.rrn_found"]
    assert (one.stop, one.sample) == (True, 200)
    assert "비고" in one.claim.ko


def test_a_number_column_may_hold_them_too(desk: Any) -> None:
    desk.rewrite(lambda table: table.append_column("코드", pa.array([9001011234568] * len(table))))
    assert desk.found()["infringement.rrn_found"].stop


def test_a_column_of_other_long_numbers_is_none(desk: Any) -> None:
    desk.rewrite(lambda table: table.append_column("바코드", pa.array([8801234567893] * len(table))))
    one = desk.found()["infringement.rrn_found"]
    assert (one.status.value, one.sample) == ("supports", 200)


def test_a_search_that_gives_up_says_so(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safeguards.further_use.rrn._JUDGED", 10)
    numbers = [f"88012345{place:05}" for place in range(200)]
    desk.rewrite(lambda table: table.append_column("바코드", pa.array(numbers)))
    one = desk.found()["infringement.rrn_found"]
    assert (one.status.value, one.grade) == ("unknown", None)


def test_a_masked_resident_registration_number_still_comes_from_one(desk: Any) -> None:
    desk.edit('"주문수" = "orders"', '"주문수" = "kr_rrn"')
    stops = [one.id for one in desk.run().stops]
    assert stops == ["infringement.rrn"]


@pytest.mark.parametrize("item", ["health", "kr_passport"])
def test_a_protected_item_needs_a_separate_basis(desk: Any, item: str) -> None:
    desk.edit('"주문수" = "orders"', f'"주문수" = "{item}"')
    assert [one.id for one in desk.run().stops] == ["infringement.protected_items"]
    desk.edit('id = "member"', f'id = "member"\nseparate_basis = {{ {item} = "Act 23(1)1" }}', "policy.toml")
    found = desk.found()
    assert "infringement.protected_items" not in found
    assert found["infringement.protected_items:주문수"].status.value == "supports"


def _born_on(day: datetime.date) -> Any:
    def change(table: pa.Table) -> pa.Table:
        values = [day.isoformat(), *table["생년월일"].to_pylist()[1:]]
        return table.set_column(table.schema.get_field_index("생년월일"), "생년월일", pa.array(values))

    return change


def test_somebody_who_may_be_under_14_is_unknown_in_a_band_and_a_stop_in_the_clear(desk: Any) -> None:
    desk.remake(_born_on(datetime.date(2012, 3, 1)))
    assert desk.status("infringement.minors:생년월일") == "unknown"
    desk.column("생년월일", lambda values: ["2012-03-01", *["1990-01-01"] * (len(values) - 1)])
    one = desk.found()["infringement.minors:생년월일"]
    assert (one.status.value, one.stop, one.sample) == ("against", True, 200)
    assert "생년월일: 1 row." in one.claim.en


def test_without_quasi_identifiers_the_risk_is_unknown(desk: Any) -> None:
    desk.edit('quasi_identifiers = ["생년월일", "지역"]', "")
    record = desk.run()
    assert record.risk is None
    assert "infringement.k" in [one.id for one in record.unknown]


def test_a_small_class_and_a_unique_row_speak_against(desk: Any) -> None:
    desk.edit('["생년월일", "지역"]', '["생년월일", "지역", "주문수"]')
    desk.column("주문수", lambda values: ["40-49", *["0-9"] * (len(values) - 1)])
    found = desk.found()
    assert found["infringement.k"].status.value == "against"
    assert found["infringement.uniqueness"].status.value == "against"
    assert "k=1" in found["infringement.k"].claim.ko


def test_the_strict_default_for_k_is_said_to_be_the_toolkits(desk: Any) -> None:
    assert "the file's threshold" in desk.found()["infringement.k"].claim.en
    assert "5 (the toolkit's default)" in desk.edit("minimum_k = 5", "").found()["infringement.k"].claim.en


def test_a_quasi_identifier_left_out_of_the_measurement_is_a_conflict(desk: Any) -> None:
    one = desk.edit('["생년월일", "지역"]', '["주문수"]').found()["infringement.quasi_identifiers"]
    assert one.status.value == "conflict"
    assert "생년월일" in one.claim.ko


def test_a_quasi_identifier_that_is_no_column_gives_one_line(desk: Any) -> None:
    desk.edit('["생년월일", "지역"]', '["나이"]')
    with pytest.raises(InputError, match="column '나이' is not in the table"):
        desk.run()


def test_a_policy_that_is_not_in_force_on_the_day_of_use_speaks_against(desk: Any) -> None:
    assert desk.status("predictability.policy_now") == "supports"
    desk.edit(
        "effective_from = 2025-03-08",
        "effective_from = 2025-03-08\neffective_until = 2025-12-31",
        "policy.toml",
    )
    assert desk.status("predictability.policy_now") == "against"


def test_several_rows_of_one_person_hide_nobody(desk: Any) -> None:
    one = desk.found()["infringement.k"]
    assert "people told apart by column 이메일" in one.claim.en
    alone = desk.column("이메일", lambda values: [values[0]] * len(values)).found()["infringement.k"]
    assert (alone.status.value, alone.sample) == ("against", 200)
    assert "has 1 person (k=1" in alone.claim.en


def test_the_column_that_tells_people_apart_may_be_named(desk: Any) -> None:
    desk.edit("[risk]", '[risk]\nperson = "전화"')
    assert "people told apart by column 전화" in desk.found()["infringement.k"].claim.en
    desk.edit('person = "전화"', 'person = "회원번호"')
    with pytest.raises(InputError, match=r"\[risk\]: column '회원번호' is not in the table"):
        desk.run()


def test_without_tokens_every_row_counts_as_somebody_else_and_the_claim_says_so(desk: Any) -> None:
    desk.rewrite(lambda table: table.select(["생년월일", "지역"]))
    assert "every row counted as somebody else" in desk.found()["infringement.k"].claim.en
