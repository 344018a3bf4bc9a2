"""Cells that may be resident registration numbers, whatever type of column hides them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from safeguards.items.text import plain as folded
from safeguards.pseudonyms.column import is_bytes, is_text, plain

DIGITS = 13
# 000101-3000000 as a number has lost its leading zeros; floats hold all of these exactly.
_LEAST, _BEYOND = 10.0**9, 10.0**DIGITS
_ZERO_FRACTION = r"\.0*(\s*)$"
# What stands around a number, such as Excel's ="...", and what stands for its hyphen. A point or a comma may
# be that of a fraction: as sure as thirteen digits alone.
_BEFORE, _AFTER = r"[='\"\s(\[{<#*]*", r"['\"\s)\]}>,;*]*"
_HYPHENS = "-_~/:|"


def _form(hyphens: str) -> str:
    return rf"{_BEFORE}([0-9]{{6}})\s*([{hyphens}]|[.,]?)\s*([0-9]{{7}}){_AFTER}"


_CELL = re.compile(_form(f"{_HYPHENS}·・─━˗"))
# Format characters, combining marks and controls: none of them belongs into a number.
_UNSEEN = {"Cf", "Mn", "Me", "Cc"}


def candidates(values: Any) -> Iterator[tuple[list[str], Any]]:
    """Yield, of each leaf of an array, the cells of an RRN's form and all cells that are not NULL.

    Lists, structs and maps are searched to their leaves; bytes are read as UTF-8 and numbers as the thirteen
    digits they may have had.
    """
    for leaf in leaves(values):
        text = text_of(leaf)
        present = leaf.drop_null() if text is None else text
        yield list(_of_numbers(present) if text is None else _of_text(text)), present


def text_of(leaf: Any) -> Any:
    """Return what a leaf of text or bytes holds, without its NULLs; None for any other."""
    if is_bytes(leaf.type):
        cells = [value.decode("utf-8", "replace") for value in leaf.drop_null().to_pylist()]
        return pa.array(cells, pa.large_string())
    return leaf.drop_null() if is_text(leaf.type) else None


def leaves(values: Any) -> Iterator[Any]:
    """Yield the arrays that values are at last, without nesting, dictionaries and extensions."""
    kind = values.type
    if isinstance(kind, pa.BaseExtensionType):
        yield from leaves(values.storage)
    elif pa.types.is_dictionary(kind):
        yield from leaves(values.dictionary.take(values.indices))
    elif pa.types.is_run_end_encoded(kind):
        yield from leaves(pc.call_function("run_end_decode", [values]))
    elif pa.types.is_map(kind):
        entries = _own(values)
        yield from leaves(entries.keys)
        yield from leaves(entries.items)
    elif pa.types.is_struct(kind):
        for part in values.flatten():
            yield from leaves(part)
    elif pa.types.is_union(kind):
        for place in range(kind.num_fields):
            yield from leaves(_own(values).field(place))
    elif pa.types.is_nested(kind):
        yield from leaves(values.flatten())
    else:
        yield plain(values)


def _own(values: Any) -> Any:
    """Return the rows of a slice alone: the parts of maps and unions are those of the whole array."""
    return values.take(pa.array(range(len(values)), pa.int64()))


def _of_text(text: Any) -> Iterator[str]:
    text = pc.replace_substring_regex(text, _ZERO_FRACTION, r"\1")
    # Only these are worth Python's time. A pattern that holds at the beginning is quickest to say no.
    plainly = pc.ascii_is_printable(text)
    clear, odd = text.filter(plainly), text.filter(pc.invert(plainly))
    odd = odd.filter(pc.equal(pc.count_substring_regex(odd, r"\p{N}"), pa.scalar(DIGITS)))
    clear = clear.filter(pc.match_substring_regex(clear, f"^{_form(_HYPHENS)}$"))
    for cell in (*clear.to_pylist(), *odd.to_pylist()):
        if found := _CELL.fullmatch(cell if cell.isascii() and cell.isprintable() else _seen(cell)):
            front, sign, back = found.groups()
            yield f"{front}{'-' if sign.strip('.,') else ''}{back}"


def _of_numbers(numbers: Any) -> Iterator[str]:
    kind = numbers.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        return
    size = numbers.cast(pa.float64(), safe=False)
    within = pc.and_(pc.greater_equal(size, pa.scalar(_LEAST)), pc.less(size, pa.scalar(_BEYOND)))
    whole = size.filter(pc.and_(within, pc.equal(size, pc.floor(size))))
    yield from pc.utf8_lpad(whole.cast(pa.int64()).cast(pa.string()), DIGITS, "0").to_pylist()


def _seen(text: str) -> str:
    """Return what a reader sees: digits of any script and exotic dashes in ASCII, nothing without width."""
    return "".join(
        str(unicodedata.digit(sign, sign))
        for sign in folded(text)
        if sign == "\t" or unicodedata.category(sign) not in _UNSEEN
    )
