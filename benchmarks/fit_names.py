"""Fit the model of Korean names; prints what five-fold cross-validation says, and writes two modules of data.

    uv run python benchmarks/fit_names.py            # cross-validate only
    uv run python benchmarks/fit_names.py --syllables   # count syllables.py anew, before fitting
    uv run python benchmarks/fit_names.py --write    # and write weights.py
    uv run python benchmarks/fit_names.py --kiwi --write   # the same for the plugin safeguards-kiwi

`syllables.py` is counted from the packaged word lists alone. `weights.py` is fitted by penalised logistic
regression (Newton's method, so that every run gives the same figures) on the development halves of KLUE's
sentences and of ko-pii's documents; it holds named features, no words.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parents[1]
NAMES = HERE / "safeguards/items/kr/names"
KIWI = HERE / "plugins/safeguards-kiwi/src/safeguards_kiwi"
DATA = HERE.parent / "shared/data/detection"
FOLDS = 5
PENALTY = 1.0
RAREST = 4


def syllables() -> None:
    """Count how syllables of given and foreign names differ from those of other words; write syllables.py."""

    def read(name: str) -> list[str]:
        lines = (NAMES / f"words/{name}.txt").read_text("utf-8").splitlines()
        return [word for line in lines if not line.startswith("#") for word in line.split()]

    words, given, foreign = read("words"), read("given"), read("foreign")
    given = [name for name in given if len(name) == 2]
    korean = [word for word in words if len(word) <= 4]

    def table(names: Counter[str], others: Counter[str], low: float) -> dict[str, float]:
        many, rest = sum(names.values()), sum(others.values())
        share = 0.5 * rest / many  # so that a syllable seen in neither says nothing
        odds = {
            s: math.log((names[s] + 0.5) / many) - math.log((others[s] + share) / rest)
            for s in names | others
        }
        return {s: round(max(low, min(3.0, value)), 1) for s, value in sorted(odds.items())}

    second = Counter(word[1] for word in korean if len(word) > 1)
    third = Counter(word[2] for word in korean if len(word) > 2) + second
    first_table = table(Counter(n[0] for n in given), second, -3.0)
    second_table = table(Counter(n[1] for n in given), third, -3.0)
    strange = table(
        Counter("".join(foreign)),
        Counter("".join(korean)) + Counter("".join(given)) + Counter("".join(given)),
        -2.0,
    )
    lines = [
        '"""Log-odds of syllables, counted from the word lists by benchmarks/fit_names.py."""',
        "",
        "from __future__ import annotations",
        "",
        "from safeguards.items.kr.names.rows import read",
        "",
    ]
    for name, values, says in (
        ("FIRST", first_table, "First syllables of given names against second syllables of other words."),
        ("SECOND", second_table, "Last syllables of given names against later syllables of other words."),
        ("FOREIGNNESS", strange, "Syllables of foreign names against those of Korean words and names."),
    ):
        by_value: dict[float, str] = defaultdict(str)
        for syllable, value in values.items():
            by_value[value] += syllable
        lines += [f"{name} = read(", "    {"]
        for value in sorted(by_value):
            run = by_value[value]
            for cut in range(0, len(run), 45):
                lines.append(f'        ({value}, {cut // 45}): "{run[cut : cut + 45]}",')
        lines += ["    }", ")", f'"""{says}"""', ""]
    (NAMES / "syllables.py").write_text("\n".join(lines).rstrip() + "\n", "utf-8")


def corpus():
    """Return (text, spans with offsets or values without) of sentences and documents."""
    rows = []
    for line in (DATA / "ko_sentences.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        rows.append((row["text"], {(g["start"], g["end"]) for g in row["gold"]}, None))
    for line in (DATA / "ko_documents.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        rows.append((row["text"], None, {g["text"].strip() for g in row["gold"] if g["entity"] == "PERSON"}))
    return rows


def examples(rows, drafts):
    """Return for every draft: row, kind, features, truth, draft."""
    found = []
    for number, (text, spans, values) in enumerate(rows):
        for draft in drafts(text):
            truth = (
                (draft.start, draft.end) in spans
                if spans is not None
                else text[draft.start : draft.end] in values
            )
            if values is not None and not truth and draft.kind == "full":
                truth = any(v.startswith(text[draft.start : draft.end] + " (") for v in values)
            found.append((number, draft.kind, draft.features, truth, draft))
    return found


def fit(rows, penalty=PENALTY):
    """Return bias and weights of each kind."""
    bias, weights = {}, {}
    for kind in sorted({kind for _, kind, *_ in rows}):
        chosen = [(features, truth) for _, k, features, truth, _ in rows if k == kind]
        counts = Counter(f for features, _ in chosen for f in set(features))
        columns = {f: i + 1 for i, f in enumerate(sorted(f for f, n in counts.items() if n >= RAREST))}
        x = np.zeros((len(chosen), len(columns) + 1), dtype=np.float32)
        x[:, 0] = 1
        for r, (features, _) in enumerate(chosen):
            for f in features:
                if f in columns:
                    x[r, columns[f]] = 1
        y = np.array([truth for _, truth in chosen], dtype=np.float64)
        w = np.zeros(x.shape[1])
        ridge = np.full(x.shape[1], penalty)
        ridge[0] = 1e-6
        x = x.astype(np.float64)
        for _ in range(25):
            p = 1 / (1 + np.exp(-x @ w))
            gradient = x.T @ (y - p) - ridge * w
            hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge)
            step = np.linalg.solve(hessian, gradient)
            w += step
            if np.abs(step).max() < 1e-6:
                break
        bias[kind] = float(w[0])
        weights[kind] = {f: float(w[i]) for f, i in columns.items()}
    return bias, weights


def found_in(text, scored, threshold):
    """Return the spans that the detector would report."""
    from safeguards.detection.overlap import resolve
    from safeguards.detection.span import Span
    from safeguards.items.kr.names.rules import judged

    spans = (
        Span("PERSON", c.start, c.end, c.score, "") for c in judged(text, scored) if c.score >= threshold
    )
    return {(span.start, span.end) for span in resolve(spans)}


def f1(hits, found, gold):
    return 2 * hits / (found + gold)


def evaluate(rows, scored, threshold):
    """Return precision, recall and F1 on sentences, F1 on documents, and false names in 1,000 clean lines."""
    hits = found = gold = clean = lines = 0
    document = [0, 0, 0]
    for number, (text, spans, values) in enumerate(rows):
        seen = found_in(text, scored[number], threshold)
        if spans is None:
            names = {text[start:end] for start, end in seen}
            document = [
                document[0] + len(names & values),
                document[1] + len(names),
                document[2] + len(values),
            ]
            continue
        hits, found, gold = hits + len(seen & spans), found + len(seen), gold + len(spans)
        if not spans:
            lines, clean = lines + 1, clean + len(seen)
    return hits / found, hits / gold, f1(hits, found, gold), f1(*document), 1000 * clean / lines


def cross_validate(rows, found):
    """Return for every row its drafts with log-odds from weights that never saw the row, and all pairs."""
    scored, pairs = defaultdict(list), []
    for fold in range(FOLDS):
        bias, weights = fit([r for r in found if r[0] % FOLDS != fold])
        for number, kind, features, truth, draft in found:
            if number % FOLDS == fold:
                odds = bias[kind] + sum(weights[kind].get(f, 0.0) for f in features)
                scored[number].append((draft, odds))
                pairs.append((1 / (1 + math.exp(-odds)), truth))
    return scored, pairs


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--syllables", action="store_true")
    arguments.add_argument("--kiwi", action="store_true")
    options = arguments.parse_args()
    if options.syllables:
        syllables()
        return
    if options.kiwi:
        from safeguards_kiwi.drafts import drafts
    else:
        from safeguards.items.kr.names.drafts import drafts
    rows = corpus()
    found = examples(rows, drafts)
    scored, pairs = cross_validate(rows, found)
    print("cross-validated  sentences: P, R, F1   documents: F1   false names in 1,000 person-free sentences")
    for threshold in (0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7):
        p, r, f, documents, clean = evaluate(rows, scored, threshold)
        print(f"at {threshold:.2f}          {p:.3f} {r:.3f} {f:.3f}      {documents:.3f}        {clean:.0f}")
    for low in np.arange(0, 1, 0.1):
        inside = [truth for p, truth in pairs if low <= p < low + 0.1]
        print(f"probability {low:.1f}: {len(inside)} drafts, right {np.mean(inside):.2f}")
    if options.write:
        write(KIWI if options.kiwi else NAMES, *fit(found))


def write(home, bias, weights) -> None:
    lines = [
        '"""Weights of the model of names in log-odds, fitted by benchmarks/fit_names.py."""',
        "",
        "from __future__ import annotations",
        "",
        'FITTED = "2026-11-26"',
        "",
        "BIAS: dict[str, float] = {",
    ]
    lines += [f'    "{kind}": {value:.2f},' for kind, value in bias.items()]
    lines += ["}", "", "WEIGHTS: dict[str, dict[str, float]] = {"]
    for kind, table in weights.items():
        lines.append(f'    "{kind}": {{')
        lines += [f'        "{f}": {value:.2f},' for f, value in sorted(table.items()) if abs(value) >= 0.05]
        lines.append("    },")
    lines.append("}")
    (home / "weights.py").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
