"""What fails a run: levels, entities, and what a baseline does not know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.cli.scanning.baseline import load, save
from safeguards.cli.scanning.gate import LEVELS
from safeguards.cli.scanning.result import Seen
from safeguards.errors import InputError
from tests.cli.scanning.invented import PHONES, RRNS, csv


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 0),
        (("--fail-on", "must-encrypt"), 0),
        (("--fail-on", "never"), 0),
        (("--fail-on", "any"), 1),
        (("--fail-on", "general"), 1),
        (("--fail-on", "unique-identifier"), 0),
        (("--fail-on", "PHONE_NUMBER"), 1),
        (("--fail-on", "kr_phone"), 1),
        (("--fail-on", "KR_RRN,EMAIL_ADDRESS"), 0),
        (("--fail-on", "KR_RRN", "--fail-on", "PHONE_NUMBER"), 1),
    ],
)
def test_a_table_of_phones_fails_as_fail_on_says(
    here: Path, run: Any, options: tuple[str, ...], code: int
) -> None:
    csv(here / "a.csv", phone=PHONES)
    assert run("a.csv", *options).exit_code == code


def test_registration_numbers_fail_by_default_and_not_with_never(here: Path, run: Any) -> None:
    csv(here / "a.csv", rrn=RRNS)
    codes = {level: run("a.csv", "--fail-on", level).exit_code for level in LEVELS}
    assert {level for level, code in codes.items() if code == 0} == {"never", "authentication"}
    assert run("a.csv").exit_code == 1


def test_one_registration_number_in_many_rows_fails_only_where_it_is_named(here: Path, run: Any) -> None:
    csv(here / "a.csv", memo=["없음"] * 1_999 + [f"번호 {RRNS[0]}"])
    assert [run("a.csv", "--fail-on", level).exit_code for level in ("must-encrypt", "KR_RRN", "any")] == [
        0,
        1,
        1,
    ]


def test_an_unknown_level_is_refused_with_those_there_are(here: Path, run: Any) -> None:
    csv(here / "a.csv", phone=PHONES)
    result = run("a.csv", "--fail-on", "loud")
    assert isinstance(result.exception, InputError)
    assert "--fail-on loud is unknown; levels: never, must-encrypt" in str(result.exception)


def test_ci_fails_on_new_findings_only(here: Path, run: Any, report: Any) -> None:
    csv(here / "a" / "members.csv", rrn=RRNS)
    assert run(".", "--baseline", "known.json", "--update-baseline").exit_code == 0
    assert run(".", "--baseline", "known.json").exit_code == 0
    csv(here / "b" / "members.csv", rrn=RRNS)
    result = run(".", "--baseline", "known.json")
    assert result.exit_code == 1
    assert "baseline: 1 known, 1 new\nnew: KR_RRN in b/members.csv.rrn" in result.output
    document = report(".", "--baseline", "known.json")
    assert document["failing"] == [{"table": "b/members.csv", "column": "rrn", "entity": "KR_RRN"}]
    assert document["adverse"]


def test_what_is_known_and_no_longer_found_is_told_and_forgotten_by_an_update(here: Path, run: Any) -> None:
    csv(here / "a.csv", rrn=RRNS, phone=PHONES)
    run("a.csv", "--baseline", "known.json", "--update-baseline")
    csv(here / "a.csv", phone=PHONES)
    assert "no longer found: 1 (KR_RRN in a)" in run("a.csv", "--baseline", "known.json").output
    run("a.csv", "--baseline", "known.json", "--update-baseline")
    assert json.loads((here / "known.json").read_text("utf-8")) == {
        "version": 1,
        "findings": [{"table": "a", "column": "phone", "entity": "PHONE_NUMBER"}],
    }


def test_a_baseline_holds_tables_columns_and_entities_and_never_a_value(here: Path, run: Any) -> None:
    lines = [json.dumps({"who": {phone: {"rrn": rrn}}}) for phone, rrn in zip(PHONES, RRNS, strict=True)]
    (here / "a.jsonl").write_text("\n".join(lines), "utf-8")
    (here / "b.txt").write_text("\n".join(PHONES), "utf-8")
    run(".", "--text", "--baseline", "known.json", "--update-baseline")
    text = (here / "known.json").read_text("utf-8")
    assert [value for value in (*PHONES, *RRNS) if value in text] == []
    assert {(entry["table"], entry["column"]) for entry in json.loads(text)["findings"]} == {
        ("a.jsonl", "who.{key}"),
        ("a.jsonl", "who.*.rrn"),
        ("b.txt", ""),
    }


def test_more_places_in_a_known_text_are_new(here: Path, run: Any) -> None:
    (here / "a.log").write_text(f"{RRNS[0]}\n", "utf-8")
    run("a.log", "--baseline", "known.json", "--update-baseline")
    assert run("a.log", "--baseline", "known.json").exit_code == 0
    (here / "a.log").write_text(f"{RRNS[0]}\n{RRNS[1]}\n", "utf-8")
    assert run("a.log", "--baseline", "known.json").exit_code == 1


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", "[" * 100_000, '{"version": 2, "findings": []}', '{"version": 1, "findings": [1]}',
        '{"version": 1, "findings": {}}',
        '{"version": 1, "findings": [{"table": "a", "column": "b", "entity": "KR_RRN", "places": 1e999}]}',
    ],
    ids=range(8),
)  # fmt: skip
def test_a_damaged_baseline_is_refused(here: Path, text: str) -> None:
    (here / "known.json").write_text(text, "utf-8")
    with pytest.raises(InputError, match="not a baseline of version 1"):
        load(here / "known.json")


def test_options_that_do_not_go_together_are_refused(here: Path, run: Any) -> None:
    csv(here / "a.csv", phone=PHONES)
    for arguments, message in [
        (("a.csv", "--baseline", "known.json"), "no such file; write one with --update-baseline"),
        (("a.csv", "--update-baseline"), "--update-baseline needs --baseline"),
        (("a.csv", "--database", "sqlite:///x.db"), "--database goes with --models"),
        (("a.csv", "a.csv"), "name one TARGET"),
        ((), "name one TARGET"),
        (("a.csv", "--models", "m:Base"), "--models is scanned alone"),
        (("--staged", "--diff"), "does not go with --staged"),
        (("a.csv", "--diff", "--format", "json"), "does not go with --format json"),
        (("a.csv", "--report", "no/such.html"), "no such folder"),
        (("a.csv", "--threshold", "x"), "--threshold 'x' is P or ENTITY=P"),
        (("a.csv", "--threshold", "KR_RRN=7"), "must lie in 0..1"),
        (("a.csv", "--entity", "NOTHING"), "unknown entity NOTHING"),
        (("a.csv", "--plugin", "nothing"), "'nothing' is not installed"),
        (("a.csv", "--items", "none.toml"), "none.toml"),
    ]:
        result = run(*arguments)
        assert isinstance(result.exception, InputError), arguments
        assert message in str(result.exception)


def test_entities_thresholds_and_items_of_a_team_reach_the_detector(here: Path, report: Any) -> None:
    csv(here / "a.csv", phone=PHONES, staff=[f"E{number:06d}" for number in range(200)])
    (here / "items.toml").write_text(
        '[[item]]\nid = "employee_no"\npattern = "E[0-9]{6}"\nname_en = "employee number"\n'
        'column_names = ["staff"]\nmust_encrypt = true\n',
        "utf-8",
    )

    def entities(*options: str) -> list[str | None]:
        (table,) = report("a.csv", *options)["tables"]
        return [column["entity"] for column in table["columns"]]

    assert entities() == ["PHONE_NUMBER", None]
    assert entities("--items", "items.toml") == ["PHONE_NUMBER", "EMPLOYEE_NO"]
    assert entities("--items", "items.toml", "--entity", "employee_no") == [None, "EMPLOYEE_NO"]
    assert report("a.csv", "--items", "items.toml")["adverse"]
    assert report("a.csv", "--items", "items.toml", "--fail-on", "employee_no")["failing"]


def test_attributes_that_a_header_names_are_findings_and_not_adverse(
    here: Path, run: Any, report: Any
) -> None:
    csv(
        here / "a.csv", age=[f"{number % 60 + 20}" for number in range(200)], sex=["M", "F"] * 100,
        homepage=[f"https://blog.example.kr/{number}" for number in range(200)], number=["30", "41"] * 100,
    )  # fmt: skip
    document = report("a.csv")
    assert [column["entity"] for column in document["tables"][0]["columns"]] == ["AGE", "SEX", "URL", None]
    assert not document["adverse"]
    assert [run("a.csv", "--fail-on", level).exit_code for level in ("unique-identifier", "AGE")] == [0, 1]


NAMES = st.text(st.characters(codec="utf-8"), max_size=12)


@given(seen=st.lists(st.builds(Seen, NAMES, NAMES, NAMES, st.none(), st.integers(0, 9)), max_size=8))
def test_a_baseline_knows_what_was_saved_in_it(tmp_path_factory: Any, seen: list[Seen]) -> None:
    path = tmp_path_factory.mktemp("b") / "known.json"
    assert save(path, seen) == len(seen)
    loaded = load(path)
    assert set(loaded.known) == {each.key for each in seen}
    assert all(loaded.knows(each) for each in seen if each.places <= loaded.known[each.key])
    assert not loaded.gone(seen)
