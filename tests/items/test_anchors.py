"""What an item finds in real text stands beside its anchor, or a column would lose it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from safeguards.detection.folding import fold_text
from safeguards.detection.rules import compile_rule
from safeguards.items import Item, all_items

CORPORA = ("ko_documents", "ko_sentences", "en_templates")


@pytest.mark.parametrize("threshold", [0.5, 0.2])
@pytest.mark.parametrize("item", [item for item in all_items() if item.anchor], ids=lambda item: item.id)
def test_nothing_is_found_without_its_anchor(item: Item, threshold: float, shared: Path) -> None:
    rule = compile_rule(item, threshold)
    anchor = re.compile(rule.anchor)
    for name in CORPORA:
        for line in (shared / f"data/detection/{name}.jsonl").read_text("utf-8").splitlines():
            text = fold_text(json.loads(line)["text"]).text
            for part in (text, *text.splitlines()):
                if not anchor.search(part):
                    assert not [found for found in rule.find(part) if found.score >= threshold]
