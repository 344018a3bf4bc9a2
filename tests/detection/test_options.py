"""What a detector is told: lists, thresholds, profiles, items of a team's own, plugins, processes."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.detection import Detector, load_items, options
from safeguards.errors import InputError
from safeguards.items import get

TEXT = "담당 010-1234-5678, 대표 02-345-6789, 프로젝트 Bluebird로"
EMPLOYEE = """
[[item]]
id = "employee_no"
pattern = "E[0-9]{6}"
name_en = "employee number"
context = ["사번", "employee no"]
score = 0.3
in_context = 0.95
"""


WORDS = st.characters(codec="utf-8", categories=["L", "N"])


def found(detector: Detector, text: str = TEXT) -> list[str]:
    return [text[span.start : span.end] for span in detector.detect(text)]


def items(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "items.toml"
    path.write_text(text, "utf-8")
    return load_items(path)


@pytest.mark.parametrize("spelling", ["010-1234-5678", "01012345678", "+82 10 1234 5678", "０１０-1234-5678"])
def test_a_value_on_the_allow_list_is_not_reported_in_any_spelling(spelling: str) -> None:
    assert found(Detector(allow=[spelling])) == ["02-345-6789"]


def test_a_value_on_the_deny_list_is_reported_as_a_word() -> None:
    detector = Detector(entities=[], deny={"PROJECT": ["Bluebird", "Blue", "ＢlueFin"]})
    assert found(detector) == ["Bluebird"]
    assert found(detector, "bluefin BLUE blues 블루 xBlue") == ["bluefin", "BLUE"]
    (span, *_) = detector.detect(TEXT)
    assert (span.entity, span.score, span.reason) == ("PROJECT", 1.0, "on the deny list")


@given(
    words=st.lists(st.text(WORDS, min_size=1, max_size=6), min_size=1, max_size=8),
    place=st.integers(0, 7),
)  # fmt: skip
def test_every_word_of_a_deny_list_is_found_in_a_text_and_in_a_column(words: list[str], place: int) -> None:
    word = words[place % len(words)]
    detector = Detector(entities=[], deny={"WORD": words})
    text = f"( {word} )"
    spans = detector.detect(text)
    assert any(text[span.start : span.end] == word for span in spans)
    assert detector.detect_column([text]).num_rows == len(spans)


def test_a_threshold_of_its_own_applies_to_one_entity() -> None:
    assert found(Detector(thresholds={"PHONE_NUMBER": 0.99})) == []
    assert found(Detector(0.99, thresholds={"kr_phone": 0.5}))[0] == "010-1234-5678"


def test_the_recall_profile_reports_no_less() -> None:
    text = "김민수 씨와 이영희가 부산에서 만났다"
    assert set(found(Detector(), text)) <= set(found(Detector(profile="recall"), text))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"profile": "loud"}, "use one of: default, recall"),
        ({"thresholds": {"NO_SUCH": 0.5}}, "unknown entity NO_SUCH"),
        ({"thresholds": {"PERSON": 1.5}}, "0..1, not 1.5 .PERSON."),
        ({"entities": ["NO_SUCH"]}, "unknown entity NO_SUCH"),
        ({"allow": "010-1234-5678"}, "allow is a list of texts"),
        ({"allow": [" "]}, "allow holds something that is no text"),
        ({"deny": ["x"]}, "deny maps entities to values"),
        ({"deny": {"A": "x"}}, r"deny\['A'\] is a list of texts"),
        ({"custom": ["x"]}, "custom gives str where an Item is expected"),
        ({"plugins": ["no-such-plugin"]}, "not installed"),
        ({"backend": "re2"}, "use one of: arrow, re"),
        ({"threshold": True}, "lie in 0..1, not True"),
        ({"threshold": float("nan")}, "lie in 0..1, not nan"),
        ({"thresholds": {"PERSON": True}}, "lie in 0..1, not True .PERSON."),
        ({"thresholds": ["PERSON"]}, "thresholds maps entities to scores"),
        ({"thresholds": {1: 0.5}}, "unknown entity 1"),
        ({"profile": ["recall"]}, "unknown profile"),
        ({"entities": 5}, "entities is a list, not int"),
        ({"entities": [1]}, "unknown entity 1"),
        ({"allow": 5}, "allow is a list of texts"),
        ({"deny": {1: ["x"]}}, "deny has an entity that is no text"),
        ({"deny": {" ": ["x"]}}, "deny has an entity that is no text"),
        ({"custom": 5}, "custom is a list, not int"),
        ({"plugins": 5}, "plugins is a list, not int"),
    ],
)
def test_a_wrong_option_is_refused_by_name(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Detector(**wrong)


def test_an_item_of_a_file_is_found_with_its_context(tmp_path: Path) -> None:
    detector = Detector(custom=items(tmp_path, EMPLOYEE))
    (span,) = detector.detect("사번 E123456 확인")
    assert (span.entity, span.score) == ("EMPLOYEE_NO", 0.95)
    assert span.reason == "form of employee number; near '사번'"
    assert detector.detect("부품 E123456 확인") == []
    assert detector.detect_column(["x", "사번 E123456", "사번 Ｅ１２３４５６"])["row"].to_pylist() == [1, 2]


def test_an_item_of_a_file_may_have_a_check_digit_and_a_mask(tmp_path: Path) -> None:
    (item,) = items(
        tmp_path,
        EMPLOYEE
        + "keep_last = 2\nmust_encrypt = true\n"
        + "check_digit = {weights = [1, 2, 3, 4, 5], modulus = 11, base = 11}\n",
    )
    holding = [f"E12345{digit}" for digit in range(10) if item.validate(f"E12345{digit}")]
    assert len(holding) == 1
    assert item.mask("E123456") == "*****56"
    assert item.mask("E1") == "**"
    assert item.must_encrypt


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"has no \[\[item\]\]"),
        ("x = 1", "unknown key x"),
        ("[[item]]\nid = 'a'", "item 1: pattern is missing"),
        ("[[item]]\nid = 'kr_rrn'\npattern = 'x'", "no built-in item's"),
        ("[[item]]\nid = 'A B'\npattern = 'x'", "lower-case letters"),
        ("[[item]]\nid = 'a'\npattern = '('", "no regular expression"),
        ("[[item]]\nid = 'a'\npattern = 'x*'", "matches the empty text"),
        ("[[item]]\nid = 'a'\npattern = 'x'\nscore = 2", "score must lie in 0..1"),
        ("[[item]]\nid = 'a'\npattern = 'x'\nscore = true", "score must be"),
        ("[[item]]\nid = 'a'\npattern = 'x'\ncolour = 1", "unknown key colour"),
        ("[[item]]\nid = 'a'\npattern = 'x'\ncontext = 'y'", "context is a list of texts"),
        ("[[item]]\nid = 'a'\npattern = 'x'\nrole = 'y'", "role is one of"),
        ("[[item]]\nid = 'a'\npattern = 'x'\nkeep_last = 99", "keep_last lies in"),
        ("[[item]]\nid = 'a'\npattern = 'x'\ncheck_digit = {weights = ['a']}", "whole numbers"),
        ("[[item]]\nid = 'a'\npattern = 'x'\ncheck_digit = {weights = []}", "whole numbers"),
        ("[[item]]\nid = 'a'\npattern = 'x'\ncheck_digit = {weights = [10000]}", "1..9,999"),
        ("[[item]]\nid = 'a'\npattern = '(?i)x'", "sets flags for all"),
        ("[[item]]\nid = 'a'\npattern = '(?<=x)y'", "has look-around"),
        ("[[item]]\nid = 'a'\npattern = '(a+)+b'", "exponential time"),
        ("[[item]]\nid = 'a'\npattern = 'x'\nentity = ''", "entity is letters"),
        ("[[item]]\nid = 'password'\npattern = 'x'", "no built-in item's"),
        ("[[item]]\nid = 'a'\npattern = 'x'\n" * 2, "item 2: id a stands in the file twice"),
        ("[[item", "no TOML file"),
    ],
)
def test_a_wrong_file_of_items_is_refused_by_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        items(tmp_path, text)


@pytest.mark.parametrize("path", [None, 5, b"items.toml"])
def test_what_is_no_path_of_a_file_of_items_is_refused(path: Any) -> None:
    with pytest.raises(InputError, match="reads the file at a path"):
        load_items(path)


def test_a_file_of_items_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "items.toml").write_text("[[item]]\nid = 'a'\npattern = 'x'", "utf-8-sig")
    assert [item.id for item in load_items(tmp_path / "items.toml")] == ["a"]


def test_a_missing_file_of_items_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        load_items(tmp_path / "none.toml")


def test_a_plugin_brings_items_and_one_with_a_known_id_replaces_it(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced = dataclasses.replace(get("kr_phone"), pattern="555-[0-9]{4}", validate=get("kr_phone").validate)
    monkeypatch.setattr(options, "load", lambda group, name: lambda: [replaced])
    detector = Detector(plugins=["some"])
    assert [item for item in detector.items if item.id == "kr_phone"] == [replaced]
    monkeypatch.setattr(options, "load", lambda group, name: SimpleNamespace())
    with pytest.raises(InputError, match="plugin 'some' gives SimpleNamespace"):
        Detector(plugins=["some"])


def test_processes_find_what_one_finds_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("safeguards.detection.column.BATCH_ROWS", 50)
    texts = [None, "없음", TEXT, "주민 900101-1234567"] * 100
    detector = Detector(deny={"PROJECT": ["Bluebird"]})
    column = pa.chunked_array([pa.array(texts[:7]), pa.array(texts[7:])]).dictionary_encode()
    assert detector.detect_column(column, processes=2).equals(detector.detect_column(pa.array(texts)))


def test_a_detector_survives_pickling_with_its_options() -> None:
    detector = Detector(0.7, ["PHONE_NUMBER"], allow=["02-345-6789"], deny={"PROJECT": ["Bluebird"]})
    assert pickle.loads(pickle.dumps(detector)).detect(TEXT) == detector.detect(TEXT)


def test_an_item_of_a_file_can_be_sent_to_other_processes(tmp_path: Path) -> None:
    detector = Detector(custom=items(tmp_path, EMPLOYEE))
    assert detector.detect_column(["사번 E123456"], processes=2).num_rows == 1


def test_an_item_that_cannot_be_sent_is_refused() -> None:
    unnamed = dataclasses.replace(
        get("kr_phone"), id="mine", validate=lambda value: get("kr_phone").validate(value)
    )
    detector = Detector(custom=[unnamed])
    with pytest.raises(InputError, match="processes=1"):
        detector.detect_column(["x"], processes=2)


@pytest.mark.slow
def test_a_script_without_the_guard_is_told_what_it_lacks(tmp_path: Path) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text(
        "from safeguards.detection import Detector\n"
        'Detector(entities=["email"]).detect_column(["kim@example.com"], processes=2)\n',
        "utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert done.returncode == 1
    assert "InputError: a process that searched a part of the column ended too early" in done.stderr
    assert '__name__ == "__main__"' in done.stderr


@pytest.mark.parametrize(
    ("key", "entity"), [("", "EMPLOYEE_NO"), ('column_names = ["staff"]', None), ("column_names = []", None)]
)
def test_a_column_named_like_the_context_holds_the_item_unless_it_has_column_names(
    tmp_path: Path, key: str, entity: str | None
) -> None:
    path = tmp_path / "items.toml"
    item = 'id = "employee_no"\npattern = "E[0-9]{6}"\ncontext = ["emp_no"]\nscore = 0.3\nin_context = 0.95'
    path.write_text(f"[[item]]\n{item}\n{key}\n", "utf-8")
    (found,) = Detector(custom=load_items(path)).classify(
        pa.table({"emp_no": [f"E{number:06}" for number in range(50)]})
    )
    assert found.entity == entity


def test_the_name_of_a_file_is_no_items_and_the_message_says_what_reads_it() -> None:
    with pytest.raises(InputError, match="load_items reads them"):
        Detector(custom="items.toml")  # type: ignore[arg-type]
