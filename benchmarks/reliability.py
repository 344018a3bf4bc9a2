"""How often spans of each score are right, on the development corpora: the table of README.md.

    uv run python benchmarks/reliability.py [FOLDER_OF_CORPORA]

A span is right when entity and text equal a label of its document; entities that a corpus does not label do
not count. Labels have no offsets in the documents, so a value counts wherever it stands.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from safeguards.detection import Detector

CORPORA = ("ko_documents", "ko_sentences", "en_templates")
LEAST, WIDTH = 0.3, 0.1


def main() -> None:
    """Print a row for each tenth of the score."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/detection")
    detector = Detector(LEAST)
    right: Counter[int] = Counter()
    total: Counter[int] = Counter()
    scores: Counter[int] = Counter()
    for corpus in CORPORA:
        rows = [json.loads(line) for line in (folder / f"{corpus}.jsonl").read_text("utf-8").splitlines()]
        labels = {gold["entity"] for row in rows for gold in row["gold"]}
        for row in rows:
            gold = {(one["entity"], one["text"].strip()) for one in row["gold"]}
            for span in detector.detect(row["text"]):
                if span.entity in labels:
                    tenth = min(int(span.score / WIDTH + 1e-9), 9)
                    total[tenth] += 1
                    scores[tenth] += round(span.score * 1_000)
                    right[tenth] += (span.entity, row["text"][span.start : span.end].strip()) in gold
    print("| score | spans | mean score | right |\n|---|---|---|---|")
    for tenth in sorted(total):
        mean, share = scores[tenth] / 1_000 / total[tenth], right[tenth] / total[tenth]
        print(f"| {tenth / 10:.1f}-{tenth / 10 + 0.1:.1f} | {total[tenth]:,} | {mean:.2f} | {share:.2f} |")


if __name__ == "__main__":
    main()
