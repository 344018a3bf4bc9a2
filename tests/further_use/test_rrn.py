from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from safeguards.further_use.rrn import RrnCounter

RRN = 9001011234568
COLUMNS: dict[str, Any] = {
    "text": pa.array(["회원 900101-1234568 님", "없음"]),
    "integers": pa.array([RRN, 1]),
    "floats": pa.array([float(RRN), 1.0]),
    "decimals": pa.array([RRN, 1]).cast(pa.decimal128(19, 0)),
    "bytes": pa.array([b"900101-1234568", b"-"]),
    "a dictionary of integers": pa.array([RRN, 1]).dictionary_encode(),
    "lists": pa.array([["900101-1234568"], []]),
    "structs": pa.array([{"a": "900101-1234568"}, {"a": "-"}]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_registration_number_is_found_in_every_type_of_column(name: str) -> None:
    values = COLUMNS[name]
    assert RrnCounter.reads(values.type)
    counter = RrnCounter("column")
    counter.add(values)
    assert (counter.result().rows, counter.result().complete) == (1, True)
