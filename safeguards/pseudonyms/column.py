"""Arrow columns as text and by their distinct values: the two things transforms are built of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeguards.errors import InputError, SafeguardsError
from safeguards.pseudonyms import lists
from safeguards.pseudonyms.spelling import require_no_boolean, require_zeros, spell_decimal, spell_float

# Anchored: a zero within a fraction is a digit like any other.
_ZEROS = r"(\.[0-9]*[1-9])0+($|Z|[+-])"
_NO_FRACTION = r"\.0+($|Z|[+-])"
_SAMPLE = 4096
# Dictionary-encoding a row costs a fifth of a digest.
_FEW_REPEATS = 0.3


def is_text(kind: pa.DataType) -> bool:
    """Say whether a column of type ``kind`` holds text, dictionary-encoded or not."""
    if pa.types.is_dictionary(kind):
        return is_text(kind.value_type)
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def is_bytes(kind: pa.DataType) -> bool:
    """Say whether a column of type ``kind`` holds bytes, dictionary-encoded or not."""
    if pa.types.is_dictionary(kind):
        return is_bytes(kind.value_type)
    plain = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)
    return plain or pa.types.is_fixed_size_binary(kind)


def is_number(kind: pa.DataType) -> bool:
    """Say whether a type is of numbers."""
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def require_text(kind: pa.DataType) -> None:
    """Raise InputError for a type that holds neither text nor NULLs alone."""
    if is_text(kind) or pa.types.is_null(kind):
        return
    held: Any = kind.value_type if pa.types.is_dictionary(kind) else kind
    why = "for numbers have lost their leading zeros" if is_number(held) else "or use another transform"
    raise InputError(f"is {kind}: cast it to text first, {why}")


def require_whole(kind: pa.DataType, item: str | None) -> None:
    """Raise InputError for a type whose values have no one spelling, or are none of ``item`` as they are.

    Numbers lost the zeros that it may begin with, and Booleans are values of none.
    """
    require_flat(kind)
    held: Any = kind.value_type if pa.types.is_dictionary(kind) else kind
    if is_number(held):
        require_zeros(item, f"is {kind}", "read it as text (in pandas: dtype=str)")
    if pa.types.is_boolean(held):
        require_no_boolean(item, f"is {kind}", "name no item=, or another column")


def require_flat(kind: pa.DataType) -> None:
    """Raise InputError for a type whose values have no one spelling as text."""
    extension = isinstance(kind, pa.BaseExtensionType) and not isinstance(kind, pa.UuidType)
    # A duration is counted in its type's unit, and has no one spelling either: a minute is 60 or 60000.
    span = pa.types.is_duration(kind) or pa.types.is_interval(kind)
    if pa.types.is_nested(kind) or extension or span:
        raise InputError(f"is {kind}, of which no single value can be made: flatten it, or use Drop()")


def by_unique(values: Any, convert: Callable[[Any], Any]) -> Any:
    """Apply ``convert`` to the distinct values of ``values`` and put the results in their places.

    Where hardly any value comes twice they are not sought: NULL aside, ``convert`` sees the column itself.
    """
    flat = plain(values)
    if not flat.null_count and not _repeats(flat):
        return convert(flat)
    encoded = flat.dictionary_encode()
    return convert(encoded.dictionary).take(encoded.indices)


def _repeats(values: Any) -> bool:
    """Guess from rows drawn by chance whether looking for distinct values saves work; results do not change.

    Of ``n`` rows each value of which stands ``1 + r`` times, a sample of ``s`` holds some s²r/2n pairs.
    """
    rows = len(values)
    if rows < _SAMPLE:
        return True
    drawn = np.random.default_rng(0).integers(0, rows, _SAMPLE)
    sample = values.take(pa.array(np.unique(drawn)))
    pairs = len(sample) - len(pc.unique(sample))
    return bool(pairs * 2 * rows > _FEW_REPEATS * len(sample) ** 2)


def map_text(values: Any, convert: Callable[[str], str | None]) -> Any:
    """Apply ``convert`` to each distinct value's text; the result is a string array."""
    return by_unique(values, lambda unique: pa.array(map(convert, as_text(unique).to_pylist()), pa.string()))


def fitting(values: Any, fits: Callable[[str], bool]) -> Any:
    """Say of which values the text fits; a Boolean array, NULL for NULL."""
    return by_unique(values, lambda unique: pa.array(map(fits, as_text(unique).to_pylist()), pa.bool_()))


def all_of(values: Any, fit: bool) -> Any:
    """Say the same of all values; a Boolean array, NULL for NULL."""
    flat = values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
    return pc.if_else(pc.is_valid(flat), pa.scalar(fit), pa.scalar(None, pa.bool_()))


def plain(values: Any) -> Any:
    """Return an array without dictionary encoding, and what Arrow's kernels do not know (UUIDs) as text."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if isinstance(values.type, pa.UuidType):
        return _spelled(values, str)
    if pa.types.is_null(values.type) or pa.types.is_string_view(values.type):
        return values.cast(pa.string())
    if pa.types.is_decimal32(values.type) or pa.types.is_decimal64(values.type):
        return values.cast(pa.decimal128(values.type.precision, values.type.scale))
    return values.cast(pa.binary()) if pa.types.is_binary_view(values.type) else values


def as_text(values: Any) -> Any:
    """Spell values as text, the same value the same way whatever type holds it; a string array.

    Numbers are digits without zeros at their end and without exponents, also whole ones that pandas made
    floats for the sake of a NULL; dates are ISO 8601; moments have no trailing zeros, and those of a time
    zone are told in UTC; bytes are hexadecimal. Single values are spelled alike by ``spelling.spell``.
    """
    values = plain(values)
    kind = values.type
    require_flat(kind)
    if pa.types.is_floating(kind):
        return _spelled(values, spell_float)
    if pa.types.is_decimal(kind):
        return _spelled(values, spell_decimal)
    if is_bytes(kind):
        return _spelled(values, bytes.hex)
    if pa.types.is_timestamp(kind) and kind.tz:
        values = values.cast(pa.timestamp(kind.unit, "UTC"))
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        shorter = pc.replace_substring_regex(values.cast(pa.string()), _ZEROS, r"\1\2")
        return pc.replace_substring_regex(shorter, _NO_FRACTION, r"\1")
    return values.cast(pa.string())


def trimmed(values: Any) -> Any:
    """Return ``values`` without what no row shows: the values of rows left out, and those under NULL parents.

    Dictionaries may hold such values, and so may the parts of nested columns. A NULL in a dictionary becomes
    one of its rows: there it counts as NULL, and Parquet has a place for it.
    """
    kind = values.type
    if pa.types.is_dictionary(kind):
        used = pc.unique(values.indices).drop_null().sort()
        used = used.filter(values.dictionary.take(used).is_valid())
        places = pc.index_in(values.indices, used).cast(kind.index_type)
        return pa.DictionaryArray.from_arrays(places, values.dictionary.take(used), ordered=kind.ordered)
    if pa.types.is_struct(kind) and kind.num_fields:
        parts = [trimmed(part) for part in values.flatten()]
        return pa.StructArray.from_arrays(parts, fields=[*kind], mask=values.is_null())
    if lists.is_list(kind):
        return lists.build(kind, lists.lengths(values), trimmed(values.flatten()), values.is_null())
    return values


NO_UTF_8 = "holds text that is no UTF-8, which whoever wrote it has to mend"


class Unfit(InputError):
    """A value that a transform has no place for; ``row`` counts from 1 in the array at hand."""

    def __init__(self, problem: str, row: int) -> None:
        super().__init__(problem)
        self.row = row


def of_column(error: Exception, column: str, row: Callable[[int], int]) -> SafeguardsError:
    """Return the error that names the column, and the row where a value is at fault; never the value.

    ``row`` counts on from the array at hand. Raise the result outside the handler: there, the error that was
    caught, which may quote the value, would stay its context.
    """
    if isinstance(error, Unfit):
        return InputError(f"column {column!r}, row {row(error.row)}: {error}")
    if isinstance(error, InputError):
        return type(error)(f"column {column!r} {error}")
    if isinstance(error, SafeguardsError):
        return error
    if isinstance(error, UnicodeDecodeError):
        return InputError(f"column {column!r} {NO_UTF_8}")
    kind = type(error).__name__
    return SafeguardsError(f"column {column!r} could not be worked on ({kind}); nothing was written")


def refuse_unfit(bad: Any, problem: str) -> None:
    """Raise :class:`Unfit` for the first row that the Boolean array ``bad`` marks."""
    row = pc.index(bad, True).as_py()
    if row >= 0:
        raise Unfit(problem, row + 1)


def _spelled(values: Any, spell: Callable[[Any], str]) -> Any:
    return pa.array([None if value is None else spell(value) for value in values.to_pylist()], pa.string())
