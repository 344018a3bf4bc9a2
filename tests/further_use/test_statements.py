"""Persons' statements: the only answer to an unknown, and no cover for a finding."""

from __future__ import annotations

from typing import Any

import pytest

from safeguards.errors import InputError

STATEMENT = """
[[statements]]
factor = "{factor}"
{about}
claim_ko = "14세 미만은 가입할 수 없다."
claim_en = "Nobody under 14 can join."
status = "supports"
name = "이두리"
role = "운영팀장"
date = 2026-02-27
"""


def say(factor: str, about: str = "") -> str:
    return STATEMENT.format(factor=factor, about=about)


def test_a_statement_answers_the_persons_question_of_its_factor(desk: Any) -> None:
    found = desk.add(say("relation")).found()
    assert "relation.reason" not in found
    one = found["relation.statement_1"]
    assert (one.status.value, one.grade.value, one.answers) == ("supports", "declared", ("relation.reason",))
    assert one.source.ko == "assessment.toml, 이두리 (운영팀장)"
    assert one.time == "2026-02-27"


@pytest.mark.parametrize("name", ["minors", "infringement.minors"])
def test_a_statement_may_answer_named_questions(desk: Any, name: str) -> None:
    desk.rewrite(lambda table: table.drop(["생년월일"])).edit('["생년월일", "지역"]', '["지역"]')
    assert desk.status("infringement.minors") == "unknown"
    found = desk.add(say("infringement", f'about = ["{name}", "balance"]')).found()
    assert "infringement.minors" not in found
    assert "infringement.balance" not in found


def test_a_statement_never_covers_a_finding(desk: Any) -> None:
    desk.edit("marketing = false", "marketing = true").add(say("infringement", 'about = ["marketing"]'))
    found = desk.found()
    assert found["infringement.marketing"].status.value == "against"
    assert found["infringement.marketing"].stop
    assert desk.run().exit_code == 1


def test_a_statement_about_nothing_gives_one_line_with_what_there_is(desk: Any) -> None:
    desk.add(say("relation", 'about = ["reasons"]'))
    with pytest.raises(
        InputError, match=r"statements #1\.about: the record holds nothing called relation\.reasons"
    ):
        desk.run()


def test_a_statement_against_is_an_adverse_finding(desk: Any) -> None:
    desk.complete().edit('status = "supports"', 'status = "against"')
    record = desk.run()
    assert record.exit_code == 1


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "가입할 수 없다",
            "가입하지 않으므로 적법하다",
            "statements #1.claim_ko: holds the legal verdict '적법'",
        ),
        ("Nobody", "It is Lawful, as nobody", "statements #1.claim_en: holds the legal verdict 'lawful'"),
        ("Nobody", "Non-compliant: nobody", "statements #1.claim_en: holds the legal verdict 'compliant'"),
        ('status = "supports"', 'status = "unknown"', "statements #1.status: needs one of supports, against"),
        ('claim_en = "Nobody under 14 can join."', "", "statements #1.claim_en: is missing"),
        ('name = "이두리"', "", "statements #1.name: is missing"),
        ('factor = "relation"', 'factor = "luck"', "statements #1.factor: needs one of relation"),
    ],
)
def test_a_faulty_statement_gives_one_line(desk: Any, old: str, new: str, problem: str) -> None:
    desk.add(say("relation")).edit(old, new)
    with pytest.raises(InputError) as raised:
        desk.run()
    assert problem in str(raised.value)
