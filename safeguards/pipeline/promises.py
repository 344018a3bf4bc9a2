"""What the values of a column must look like, by what its manifest says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pyarrow as pa

from safeguards.crypto.envelope import is_envelope, parse
from safeguards.errors import InputError
from safeguards.pipeline.manifest import ColumnRecord
from safeguards.pseudonyms.build import TRANSFORMS
from safeguards.pseudonyms.column import all_of, is_bytes, is_text, plain
from safeguards.pseudonyms.transform import Transform

Holds = Callable[[Any], Any]
"""Takes an Arrow array, and says of each value whether it may be a result."""

_FLOATS = {"halffloat": pa.float16(), "float": pa.float32(), "double": pa.float64()}
_timestamp: Any = pa.timestamp
_MOMENT = re.compile(r"timestamp\[(s|ms|us|ns), tz=([^\]]+)\]")


def holds_of(record: ColumnRecord) -> Holds | None:
    """Return what says which values of a column may be results of its transform; None where nothing can.

    Raises:
        InputError: the manifest tells settings that the transform does not have.
    """
    if record.output_type is None:
        return None
    if record.transform in _STEPS:
        return _STEPS[record.transform](record)
    try:
        holds = promise(record.transform, record.item, record.parameters)
    except InputError as error:
        raise InputError(f"the manifest's column {record.column!r}: {error}") from None
    if holds is None:
        return None
    return lambda values: holds(_as_stated(values, str(record.output_type)))


def promise(transform: str, item: str | None, parameters: Mapping[str, Any]) -> Holds | None:
    """Return what says which values may be results of a transform, by what a manifest tells of it.

    None where nothing is promised, and of a transform that this version does not know.

    Raises:
        InputError: these are none of its settings.
    """
    made = _recalled(transform, item, parameters)
    if made is None or made.holds(pa.nulls(0, pa.string())) is None:
        return None
    judge = made.holds

    def holds(values: Any) -> Any:
        # Whatever the transform cannot even read is nothing that it made.
        with suppress(InputError, pa.ArrowException):
            if not pa.types.is_nested(values.type):
                return judge(values)
        return all_of(values, False)

    return holds


def keeps_nulls(record: ColumnRecord) -> bool:
    """Say whether as many values are NULL afterwards as were before, as far as the manifest tells."""
    made = _recalled(record.transform, record.item, record.parameters)
    return made is not None and not made.makes_null


def _recalled(transform: str, item: str | None, parameters: Mapping[str, Any]) -> Transform | None:
    kind = TRANSFORMS.get(transform)
    try:
        return None if kind is None else kind.recalled(item, parameters)
    except (TypeError, ValueError, AttributeError):  # what stands there is of another kind altogether
        pass
    raise InputError(f"{transform} has no such settings")


def _as_stated(values: Any, stated: str) -> Any:
    """Read floats and moments as the type that they had: its precision and its zone say what fits them."""
    zoned = _MOMENT.fullmatch(stated)
    kind: Any = _timestamp(zoned[1], zoned[2]) if zoned else _FLOATS.get(stated)
    if kind is None or values.type == kind:
        return values
    flat = plain(values)
    readable = pa.types.is_timestamp(flat.type) if zoned else pa.types.is_floating(flat.type)
    with suppress(pa.ArrowException):
        return flat.cast(kind, safe=False) if readable or is_text(flat.type) else values
    return values


def _envelopes(record: ColumnRecord) -> Holds:
    """Ciphertexts name the key that they were made with."""

    def holds(values: Any) -> Any:
        if not is_bytes(values.type):
            return all_of(values, False)
        found = [
            None if value is None else _under(value, record.key_id) for value in plain(values).to_pylist()
        ]
        return pa.array(found, pa.bool_())

    return holds


def _under(value: bytes, key_id: int | None) -> bool:
    return is_envelope(value) and key_id in {None, parse(value).key_id}


_STEPS: Mapping[str, Callable[[ColumnRecord], Holds]] = {"encrypt": _envelopes}
