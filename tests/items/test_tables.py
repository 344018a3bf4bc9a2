"""Every item keeps its test table: tests/items/tables/<item id>.toml, one sentence a case."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from safeguards.detection import Detector
from safeguards.items import HOMES, all_items, get

TABLES = {
    path.stem: tomllib.loads(path.read_text("utf-8")) for path in Path(__file__).with_name("tables").iterdir()
}
DETECTOR = Detector()


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(item_id, case, id=f"{item_id}: {case['name']}")
        for item_id, table in sorted(TABLES.items())
        for case in table.get(kind, [])
    ]


def found_in(item_id: str, text: str) -> list[str]:
    return [text[s.start : s.end] for s in DETECTOR.detect(text) if s.entity == HOMES[item_id].entity]


def test_every_item_has_a_table_and_every_table_an_item() -> None:
    assert set(TABLES) == set(HOMES)
    for item_id, table in TABLES.items():
        missing = {"canonical", "mask", "accepted", "rejected", "found", "not_found"} - set(table)
        assert not missing, f"{item_id} lacks {missing}"


@pytest.mark.parametrize(("item_id", "case"), cases("canonical"))
def test_the_canonical_form(item_id: str, case: dict[str, str]) -> None:
    canonical = get(item_id).canonical
    assert canonical(case["from"]) == case["to"]
    assert canonical(case["to"]) == case["to"]


@pytest.mark.parametrize(("item_id", "case"), cases("mask"))
@pytest.mark.parametrize("profile", ["finance", "netact"])
def test_the_masks(item_id: str, case: dict[str, str], profile: str) -> None:
    assert get(item_id).mask(case["value"], profile) == case[profile]


@pytest.mark.parametrize(("item_id", "case"), cases("accepted"))
def test_accepted_values(item_id: str, case: dict[str, str]) -> None:
    assert get(item_id).validate(case["value"])


@pytest.mark.parametrize(("item_id", "case"), cases("rejected"))
def test_rejected_values(item_id: str, case: dict[str, str]) -> None:
    assert not get(item_id).validate(case["value"])


@pytest.mark.parametrize(("item_id", "case"), cases("found"))
def test_values_found_in_text(item_id: str, case: dict[str, str]) -> None:
    assert found_in(item_id, case["text"]) == [case["value"]]


@pytest.mark.parametrize(("item_id", "case"), cases("not_found"))
def test_text_in_which_nothing_is_found(item_id: str, case: dict[str, str]) -> None:
    assert found_in(item_id, case["text"]) == []


@pytest.mark.parametrize("item", all_items(), ids=lambda item: item.id)
def test_an_item_is_described_in_both_languages_with_its_source(item: Any) -> None:
    assert item.name_ko
    assert item.name_en
    assert item.source
    assert item.context
    assert any(word.isascii() for word in item.context)
    assert any(not word.isascii() for word in item.context)
    assert any(word.isascii() for word in item.column_names)
    assert any(not word.isascii() for word in item.column_names)
    assert item.pattern or item.candidates
