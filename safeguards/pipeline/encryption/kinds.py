"""The types of encrypted columns: what Arrow holds, and what the codecs of fields take."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import pyarrow as pa

from safeguards.errors import InputError, offer
from safeguards.fields import Json, Names
from safeguards.pseudonyms.column import is_bytes, is_text

_DECIMAL = re.compile(r"decimal\(\s*([0-9]{1,2})\s*,\s*([0-9]{1,2})\s*\)")
_MOMENT = re.compile(r"datetime\(\s*([\w+\-/:]{1,64})\s*\)")
_WIDEST_128 = 38


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Kind:
    """A type by its name: what its field's codec takes, the Arrow type of plain values, and ways between.

    ``codec`` is what :func:`safeguards.fields.codec_for` makes the codec of; ``arrow`` is None where the name
    does not say how many digits a decimal has.
    """

    name: str
    codec: Any
    arrow: pa.DataType | None
    read: Callable[[Any], Any] = _same
    write: Callable[[Any], Any] = _same


def _zoned(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise ValueError("a moment without a time zone")
    return value


def _unzoned(value: datetime) -> datetime:
    if value.utcoffset() is not None:
        raise ValueError("a moment of a time zone")
    return value


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_MICROSECOND: Literal["us"] = "us"
_KINDS = {
    kind.name: kind
    for kind in (
        Kind("text", str, pa.string()),
        Kind("bytes", bytes, pa.binary()),
        Kind("bool", bool, pa.bool_()),
        Kind("int", int, pa.int64()),
        Kind("float", float, pa.float64()),
        Kind("decimal", Decimal, None),
        Kind("date", date, pa.date32()),
        Kind("time", time, pa.time64(_MICROSECOND)),
        Kind("datetime", datetime, pa.timestamp(_MICROSECOND), write=_unzoned),
        Kind("uuid", UUID, pa.string(), UUID, str),
        Kind("json", Json, pa.string(), json.loads, _compact),
    )
}
KINDS = (*_KINDS, "decimal(12, 2)", "datetime(Asia/Seoul)")
"""Names of types, the last two as examples of their forms."""


def kind_named(name: str, names: tuple[str, ...] | None = None) -> Kind:
    """Return the type of a name; ``names`` are the texts out of which a text is one, as an Enum declares.

    Raises:
        InputError: there is no such type.
    """
    if names is not None:
        if name != "text":
            raise InputError("names= goes with the type text")
        return Kind("text", Names(names), pa.string())
    if name in _KINDS:
        return _KINDS[name]
    if (found := _DECIMAL.fullmatch(name)) and 0 <= int(found[2]) <= int(found[1]) in range(1, 77):
        digits = int(found[1]), int(found[2])
        arrow = pa.decimal128(*digits) if digits[0] <= _WIDEST_128 else pa.decimal256(*digits)
        return Kind(name, Decimal, arrow)
    if found := _MOMENT.fullmatch(name):
        return Kind(name, datetime, _zoned_type(found[1]), write=_zoned)
    raise InputError(f"type={name!r} is none of {offer(name, KINDS)}")


def kind_of(data_type: pa.DataType) -> Kind:
    """Return the type of an Arrow column's values.

    Raises:
        InputError: values of that type cannot be encrypted.
    """
    if pa.types.is_dictionary(data_type):
        return kind_of(data_type.value_type)
    if isinstance(data_type, pa.UuidType):
        return _KINDS["uuid"]
    if pa.types.is_decimal(data_type):
        return Kind(f"decimal({data_type.precision}, {data_type.scale})", Decimal, data_type)
    if pa.types.is_timestamp(data_type) and data_type.tz:
        return kind_named(f"datetime({data_type.tz})")
    for name, fits in _FIT.items():
        if fits(data_type):
            return _KINDS[name]
    raise InputError(f"is {data_type}, which no field holds; cast it to one of {', '.join(KINDS)}")


_FIT: dict[str, Callable[[pa.DataType], bool]] = {
    "text": lambda kind: is_text(kind) or pa.types.is_null(kind),
    "bytes": is_bytes,
    "bool": pa.types.is_boolean,
    "int": pa.types.is_integer,
    "float": pa.types.is_floating,
    "date": pa.types.is_date,
    "time": pa.types.is_time,
    "datetime": pa.types.is_timestamp,
}


def _zoned_type(zone: str) -> pa.DataType:
    kind: pa.DataType = pa.timestamp(_MICROSECOND, zone)
    try:
        pa.scalar(0, kind).as_py()
    except Exception:
        raise InputError(f"type=datetime({zone}) names no time zone that this machine knows") from None
    return kind
