"""What a record holds, when it is complete, and what it never says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from markupsafe import escape

from safeguards.further_use import Factor, Grade, Status, dossier
from safeguards.further_use.evidence import Evidence, status_of
from safeguards.further_use.steps import steps
from safeguards.further_use.titles import FACTORS
from safeguards.further_use.wording import moment
from safeguards.report import LANGUAGES, Text, render
from safeguards.report.text import Language

FORBIDDEN = ("lawful", "compliant", "적법", "준수")


def outputs(desk: Any) -> str:
    record = desk.run()
    pages = [render(dossier(record), lang) for lang in LANGUAGES]
    return "\n".join([*pages, json.dumps(record.document(), ensure_ascii=False)])


def test_without_people_the_record_is_incomplete_and_asks_one_question_a_factor(desk: Any) -> None:
    record = desk.run()
    asked = [one.id for one in record.unknown]
    assert asked == [
        "relation.reason",
        "predictability.expectation",
        "infringement.balance",
        "safety.proportionality",
    ]
    assert not record.stops
    assert {status_of(evidence) for evidence in record.factors.values()} == {Status.UNKNOWN}
    assert record.exit_code == 2


def test_statements_alone_leave_the_decision_open(desk: Any) -> None:
    record = desk.answer().run()
    assert not record.unknown
    assert record.exit_code == 2


def test_with_statements_and_a_decision_the_record_is_complete(desk: Any) -> None:
    record = desk.complete().run()
    assert (record.objections, record.exit_code) == ((), 0)
    assert {status_of(evidence) for evidence in record.factors.values()} == {Status.SUPPORTS}


def test_a_finding_outweighs_completeness(desk: Any) -> None:
    record = desk.complete().column("이메일", lambda values: ["kim@example.com", *values[1:]]).run()
    assert record.exit_code == 1


def test_every_claim_has_words_in_both_languages_a_source_a_time_and_a_version(desk: Any) -> None:
    record = desk.complete().run()
    assert len(record.evidence) > 25
    for one in record.evidence:
        assert one.claim.ko
        assert one.claim.en
        assert one.source.ko
        assert one.source.en
        assert one.time
        assert one.version
        assert (one.grade is None) is (one.status is Status.UNKNOWN)
        assert (one.sample is not None) is (one.grade is Grade.TESTED)


def test_nothing_prints_a_verdict_in_either_language(desk: Any) -> None:
    texts = [outputs(desk)]
    desk.edit("marketing = false", "marketing = true").edit('recipient = "internal"', 'recipient = "nobody"')
    desk.edit("abroad = false", "abroad = true").edit('purpose = "member"', 'purpose = "other"')
    desk.edit("continuing = false", "continuing = true").column("전화", lambda v: ["010-1234-5678"] * len(v))
    texts.append(outputs(desk))
    desk.edit('manifest = "export.json"', "").edit("date = 2025-05-01", "").edit("[risk]", "[risk] #")
    desk.edit('quasi_identifiers = ["생년월일", "지역"]', "").rewrite(lambda t: t.slice(0, 0))
    texts.append(outputs(desk))
    for text in texts:
        assert not [word for word in FORBIDDEN if word in text.casefold()]


def test_the_document_has_no_score_and_ends_without_a_verdict(desk: Any) -> None:
    document = desk.run().document()
    assert set(document) == {
        "format", "made_by", "title", "time", "fingerprint", "exit_code", "subject", "unknown", "stops",
        "against", "factors", "columns", "risk", "decision",
    }  # fmt: skip
    assert set(document["factors"]) == {factor.value for factor in Factor}
    assert document["decision"] == {
        "options": ["proceed", "conditions", "seek consent", "decline", "escalate"],
        "counts": False,
        "objections": [],
        "taken": None,
    }
    assert json.loads(json.dumps(document, ensure_ascii=False)) == document


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_holds_every_claim_with_its_source_and_the_unknown_first(desk: Any, lang: Language) -> None:
    desk.edit("marketing = false", "marketing = true")
    record = desk.run()
    page = render(dossier(record), lang)
    places = []
    for one in record.evidence:
        claim = str(escape(one.claim.of(lang)))
        assert claim in page
        after = page[page.index(claim) :]
        assert str(escape(one.source.of(lang))) in after[: after.index("</article>")]
        places.append((one.status is not Status.UNKNOWN, page.index(claim)))
    assert max(place for known, place in places if not known) < min(place for known, place in places if known)
    factor = FACTORS[Factor.RELATION].of(lang)
    assert factor in page


def test_no_value_of_the_data_is_on_the_page_or_in_the_document(desk: Any) -> None:
    secret = "010-7777-8888"
    text = outputs(desk.column("전화", lambda values: [secret, *values[1:]]))
    assert secret not in text
    assert "tk1_" not in text


def test_a_factor_without_evidence_is_unknown_and_disagreement_is_conflict() -> None:
    def one(status: Status) -> Evidence:
        words = Text.same("x")
        return Evidence("a.b", Factor.SAFETY, status, None, words, words, "t", "v")

    assert status_of([]) is Status.UNKNOWN
    assert status_of([one(Status.SUPPORTS), one(Status.UNKNOWN), one(Status.AGAINST)]) is Status.UNKNOWN
    assert status_of([one(Status.SUPPORTS), one(Status.AGAINST)]) is Status.CONFLICT
    assert status_of([one(Status.CONFLICT), one(Status.CONFLICT)]) is Status.CONFLICT
    assert status_of([one(Status.AGAINST)]) is Status.AGAINST
    assert status_of([one(Status.SUPPORTS)]) is Status.SUPPORTS


def test_no_unknown_hides_what_speaks_against(desk: Any) -> None:
    record = desk.edit("minimum_k = 5", "minimum_k = 1000").run()
    assert [one.id for one in record.against] == ["infringement.k"]
    document = record.document()
    assert document["against"] == ["infringement.k"]
    assert document["factors"]["infringement"]["status"] == "unknown"
    assert document["factors"]["infringement"]["adverse"] == 1
    page = render(dossier(record), "ko")
    apart = page.index('<section id="part-3"')
    claim = str(escape(record.against[0].claim.ko))
    assert '<a href="#part-3">불리하거나 상충하는 것</a></dt><dd>1건' in page
    assert apart < page.index(claim) < page.index('<section id="part-4"')
    assert page.count(claim) == 1
    heading = page[page.index('id="title-7"') :]
    heading = heading[: heading.index("</h2>")]
    assert heading.index("미확인") < heading.index("불리·상충 1</span>")


def test_the_columns_are_listed_with_their_bands(desk: Any) -> None:
    record = desk.run()
    ko, en = (render(dossier(record), lang) for lang in LANGUAGES)
    for words in ("일반화(10년 단위)", "일반화(10 단위)", "일반화(2개 묶음: 비수도권 / 수도권)", ">토큰<"):
        assert words in ko
    assert "generalise (years by 10)" in en
    column = replace(
        record.columns[0], transforms=("generalise",), transform="generalise",
        settings={"ages": 15, "top": 60},
    )  # fmt: skip
    assert steps(column).ko == "일반화(15세 단위, 60 이상은 한 묶음)"
    assert steps(replace(column, transforms=())).en == "not known"


def test_a_void_decision_is_told_apart_from_none(desk: Any) -> None:
    assert "<dd>아직 없음</dd>" in render(dossier(desk.run()), "ko")
    desk.complete().edit("minimum_k = 5", "minimum_k = 1")
    page = render(dossier(desk.run()), "ko")
    assert "<dd>있으나 효력 없음</dd>" in page
    assert "효력을 잃었다" in page


def test_moments_in_the_dossier_say_that_they_are_utc(desk: Any) -> None:
    page = render(dossier(desk.complete().run()), "en")
    assert re.search(r"Recorded 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC", page)
    assert "+00:00" not in page
    assert moment("2026-03-02T09:00:00+09:00") == "2026-03-02 00:00:00 UTC"
    assert [moment(text) for text in ("2026-02-27", "yesterday")] == ["2026-02-27", "yesterday"]


def test_rows_examined_are_called_a_sample_only_where_there_are_more(desk: Any) -> None:
    record = desk.run()
    assert "검사한 행" in render(dossier(record), "ko")
    assert "표본" not in render(dossier(record), "ko")
    assert "표본(행)" in render(dossier(replace(record, rows=record.rows + 1)), "ko")
