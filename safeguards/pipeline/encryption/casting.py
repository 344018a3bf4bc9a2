"""Arrow columns in the types of encrypted fields, and the bytes that stand in them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pipeline.encryption.kinds import Kind
from safeguards.pseudonyms.column import Unfit, plain

_SMALL = {pa.large_string(): pa.string(), pa.large_binary(): pa.binary()}


def check_castable(data_type: pa.DataType, kind: Kind) -> None:
    """Raise InputError unless columns of an Arrow type may hold values of a kind."""
    if kind.arrow is None:
        if not pa.types.is_decimal(data_type):
            raise InputError(f'is {data_type}: give its digits, such as type="decimal(12, 2)"')
        return
    try:
        plain(pa.array([], data_type)).cast(kind.arrow)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise InputError(f"is {data_type}, of which no {kind.name} can be made") from None


def cast(values: Any, kind: Kind) -> Any:
    """Return values in the kind's Arrow type; large text and bytes stay so: they may fill more
    than 2 GB.

    Raises:
        Unfit: a value is none of the kind.
    """
    if kind.arrow is None or kind.arrow in {values.type, _SMALL.get(values.type)}:
        return values
    row = None
    try:
        return values.cast(kind.arrow)
    except pa.ArrowInvalid:
        row = next(at for at in range(len(values)) if not _castable(values.slice(at, 1), kind)) + 1
    raise Unfit(f"holds a value that is no {kind.name}", row)


def _castable(value: Any, kind: Kind) -> bool:
    try:
        value.cast(kind.arrow)
    except pa.ArrowInvalid:
        return False
    return True


def stored(values: Any) -> list[bytes | None]:
    """Return the bytes of a string or binary array's values, of text as UTF-8."""
    if not len(values):
        return []
    width = (
        np.int64
        if pa.types.is_large_string(values.type) or pa.types.is_large_binary(values.type)
        else np.int32
    )
    _, offsets, data = values.buffers()
    edges = np.frombuffer(offsets, width)[values.offset :][: len(values) + 1]
    first = int(edges[0])
    whole = bytes(memoryview(data)[first : int(edges[-1])]) if data is not None else b""
    cut = [whole[start:end] for start, end in pairwise((edges - first).tolist())]
    if not values.null_count:
        return list(cut)
    return [piece if valid else None for piece, valid in zip(cut, values.is_valid().to_pylist(), strict=True)]
