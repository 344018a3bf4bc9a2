"""The risk gate: classes counted in flat memory, and no value in what it says or spills."""

from __future__ import annotations

import errno
import pickle
import tempfile
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from safeguards.errors import GateRefused, InputError, SafeguardsError
from safeguards.risk import ClassCounter, Classes, Risk, RiskGate
from safeguards.risk import spill as spill_module

TABLE = pa.table({"age": ["30-39"] * 5 + ["40-49"] * 2, "person": ["a", "a", "b", "c", "d", "x", "y"]})


def judged(gate: RiskGate, table: pa.Table) -> Any:
    watching = gate.watch(table.schema)
    for batch in table.to_batches(max_chunksize=3):
        watching.see(batch)
    return watching.judge()


def test_a_result_whose_classes_are_large_enough_leaves_with_counts() -> None:
    assert judged(RiskGate(["age"], k=2), TABLE) == {"k": 2, "classes": 2, "rows": 7}
    person = RiskGate(["age"], k=2, person="person")
    assert judged(person, TABLE) == {"k": 2, "classes": 2, "persons_in_classes": 6}


def test_a_refusal_counts_rows_and_says_what_to_do_without_a_value() -> None:
    with pytest.raises(GateRefused) as caught:
        judged(RiskGate(["age"]), TABLE)
    assert str(caught.value) == (
        "2 of 7 rows are in 1 classes of fewer than k=5 over age (the smallest has 2): generalise these "
        "columns further, group what is rare, or drop one; nothing was written"
    )
    assert caught.value.exit_code == 1


def test_twelve_rows_of_one_person_hide_nobody() -> None:
    table = pa.table({"age": ["30-39"] * 12, "person": ["a"] * 12})
    assert judged(RiskGate(["age"], k=12), table)["k"] == 12
    with pytest.raises(GateRefused, match="1 of 1 persons are in 1 classes of fewer than k=2"):
        judged(RiskGate(["age"], k=2, person="person"), table)


def test_an_empty_result_has_nobody_to_protect() -> None:
    assert judged(RiskGate(["age"]), TABLE.slice(0, 0)) == {"k": 0, "classes": 0, "rows": 0}


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"quasi_identifiers": "age"}, "a list of names"),
        ({"quasi_identifiers": []}, "is empty"),
        ({"quasi_identifiers": ["a", "a"]}, "twice"),
        ({"quasi_identifiers": ["a"], "k": 1}, "a whole number from 2"),
        ({"quasi_identifiers": ["a"], "k": True}, "a whole number from 2"),
        ({"quasi_identifiers": ["a"], "person": 3}, "person= is the name"),
        ({"quasi_identifiers": ["a"], "person": "a"}, "tells people apart"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        RiskGate(**settings)


def test_a_column_that_does_not_leave_cannot_be_judged() -> None:
    with pytest.raises(InputError, match="judges what leaves: column 'city' is not in the table"):
        RiskGate(["city"]).watch(TABLE.schema)


def test_a_gate_is_data() -> None:
    gate = RiskGate(["age"], k=3)
    assert pickle.loads(pickle.dumps(gate)) == gate
    assert gate.describe() == {"gate": "risk", "k": 3, "quasi_identifiers": ["age"]}


@pytest.mark.parametrize("person", [None, "p"])
def test_classes_beyond_memory_are_counted_exactly(person: str | None) -> None:
    draw = np.random.default_rng(20261126)
    table = pa.table({"n": draw.integers(0, 6_000, 30_000), "p": draw.integers(0, 50, 30_000)})
    small, large = (ClassCounter(Classes.of(["n"], person), at_once) for at_once in (500, 1 << 20))
    for batch in table.to_batches(max_chunksize=1_000):
        small.add(batch)
        large.add(batch)
    assert small._spill
    assert not large._spill
    assert small.histogram() == large.histogram() == dict(Risk.of(large).histogram)
    assert small.histogram() == large.histogram()
    small.close()


def test_what_is_spilled_has_no_name_and_tells_no_value(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pieces = []
    for _ in range(2):
        counter = ClassCounter(Classes.of(["email"]), 10)
        counter.add(pa.table({"email": [f"user{n}@example.com" for n in range(100)]}))
        file = counter._spill._file
        assert file is not None
        assert list(tmp_path.iterdir()) == []
        file.seek(0)
        pieces.append(file.read())
        counter.close()
    assert b"example" not in pieces[0]
    digests = [set(np.frombuffer(piece[: 16 * 100], np.int64).tolist()) for piece in pieces]
    assert not digests[0] & digests[1], "another counter's key must give other digests"


def test_a_full_temporary_folder_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def seek(self, *_: int) -> int:
            return 0

        def write(self, _: Any) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spill_module.tempfile, "TemporaryFile", lambda **_: Full())
    counter = ClassCounter(Classes.of(["n"]), 10)
    with pytest.raises(SafeguardsError, match=r"No space left on device\); name another one by TMPDIR"):
        counter.add(pa.table({"n": list(range(100))}))
