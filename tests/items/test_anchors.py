"""An anchor may pass over a text only if the item's own rules find nothing sure in it."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeguards.detection.folding import fold_text
from safeguards.detection.rules import LOOSE_BELOW, compile_rule
from safeguards.items import Item, all_items, get

ITEMS = pytest.mark.parametrize("item", all_items(), ids=lambda item: item.id)
TEXTS = [
    case["text"]
    for path in sorted(Path(__file__).with_name("tables").iterdir())
    for kind in ("found", "not_found")
    for case in tomllib.loads(path.read_text("utf-8")).get(kind, [])
]
PIECES = [piece for text in TEXTS for piece in text.replace("\n", " \n ").split(" ")]


@cache
def rules(item_id: str) -> list[tuple[float, Any]]:
    """Return an item's rules at the thresholds that have an anchor of their own; compiling them is slow."""
    item = get(item_id)
    thresholds = (LOOSE_BELOW, 0.01) if item.loose_anchor else (LOOSE_BELOW,)
    return [(threshold, compile_rule(item, threshold)) for threshold in thresholds]


def passed_over(item: Item, text: str) -> list[Any]:
    """Return what the rules find in a text that the anchor, or the loose one, passes over."""
    folded, wrong = fold_text(text).text, []
    for threshold, rule in rules(item.id):
        if not re.search(rule.anchor, folded):
            wrong += [found for found in rule.find(folded) if found.score >= threshold]
    return wrong


@ITEMS
def test_no_text_of_the_tables_is_passed_over(item: Item) -> None:
    assert [text for text in TEXTS if passed_over(item, text)] == []


@ITEMS
def test_no_document_is_passed_over(item: Item, shared: Path) -> None:
    for corpus in ("en_templates.jsonl", "ko_documents.jsonl", "ko_sentences.jsonl"):
        for line in (shared / "data/detection" / corpus).read_text("utf-8").splitlines():
            for part in json.loads(line)["text"].split("\n"):
                assert not passed_over(item, part)


@ITEMS
@settings(max_examples=15)
@given(
    pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=6),
    glue=st.sampled_from([" ", "", "\n", ": "]),
)
def test_no_mixture_of_them_is_passed_over(item: Item, pieces: list[str], glue: str) -> None:
    assert not passed_over(item, glue.join(pieces))
