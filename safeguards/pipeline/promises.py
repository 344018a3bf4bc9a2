"""What the values of a column must look like, by what its manifest says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from safeguards.crypto.envelope import is_envelope, parse
from safeguards.pipeline.manifest import ColumnRecord
from safeguards.pseudonyms.build import TRANSFORMS
from safeguards.pseudonyms.column import is_bytes, plain

Holds = Callable[[Any], Any]
"""Takes an Arrow array, and says of each value whether it may be a result."""


def holds_of(record: ColumnRecord) -> Holds | None:
    """Return what says which values of a column may be results of its transform; None where nothing can."""
    if record.output_type is None:
        return None
    if record.transform in _STEPS:
        return _STEPS[record.transform](record)
    kind = TRANSFORMS.get(record.transform)
    if kind is None:
        return None
    transform = kind.recalled(record.item, record.parameters)
    return None if transform.holds(pa.nulls(0, pa.string())) is None else transform.holds


def _envelopes(record: ColumnRecord) -> Holds:
    """Ciphertexts name the key that they were made with."""

    def holds(values: Any) -> Any:
        if not is_bytes(values.type):
            return pa.array([False] * len(values), pa.bool_())
        found = [
            None if value is None else _under(value, record.key_id) for value in plain(values).to_pylist()
        ]
        return pa.array(found, pa.bool_())

    return holds


def _under(value: bytes, key_id: int | None) -> bool:
    return is_envelope(value) and key_id in {None, parse(value).key_id}


_STEPS: Mapping[str, Callable[[ColumnRecord], Holds]] = {"encrypt": _envelopes}
