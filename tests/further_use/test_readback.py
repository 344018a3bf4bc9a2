"""Each transform that leaves a trace is read back from its own results, and not from plain values."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from safeguards import Keyring
from safeguards.further_use.manifest import Made
from safeguards.further_use.readback import checker
from safeguards.pseudonyms import Domain, Generalise, Hash, ReversibleToken, Suppress, Token, Transform

JOBS = {"의사": ["의료"], "교사": ["교육"], "김철수": ["기타"]}
LEAVE_A_TRACE: list[tuple[Transform, list[str]]] = [
    (Token(item="email"), ["a@b.kr"]),
    (ReversibleToken(item="email"), ["a@b.kr"]),
    (ReversibleToken(prefix="who", pad=1), ["김철수"]),
    (Hash(length=20), ["김철수"]),
    (Suppress(value="비공개"), ["김철수"]),
    (Generalise(hierarchy=JOBS, level=1), ["의사", "김철수"]),
    (Generalise(item="kr_address", region="district"), ["경기도 수원시 영통구 1", "세종 한누리대로 1"]),
    (Generalise(item="kr_address", region="province", other="?"), ["경기도 수원시 영통구 1", "x"]),
]


def misses(transform: Transform, values: Any) -> int:
    made = Made("a", (transform.name,), transform.name, {**transform.parameters()}, transform.item, ())
    watch = checker(made)
    assert watch is not None
    watch.add(values)
    return watch.result().misses


@pytest.mark.parametrize(("transform", "values"), LEAVE_A_TRACE, ids=lambda one: str(one)[:40])
def test_results_are_recognised_and_plain_values_are_not(
    ring: Keyring, transform: Transform, values: list[str]
) -> None:
    column = pa.array([*values, None])
    assert misses(transform, transform.apply(column, Domain("d"))) == 0
    assert misses(transform, pa.array(["김철수 1", *values[:1]])) == 2


def test_any_value_is_one_too_many_in_a_suppressed_column() -> None:
    assert misses(Suppress(), pa.array([None, "x"])) == 1
    assert misses(Suppress(), pa.array([None, None])) == 0


def test_a_hierarchy_of_many_labels_is_not_read_back() -> None:
    wide = Generalise(hierarchy={str(value): [f"label {value}"] for value in range(300)}, level=1)
    made = Made("a", (wide.name,), wide.name, {**wide.parameters()}, None, ())
    assert checker(made) is None
