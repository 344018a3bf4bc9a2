"""JSON documents read strictly and written again: what was not changed means the same to the last digit.

RFC 8259, with what it leaves open refused: a name that stands twice in one object, halves of surrogate pairs,
and nesting deeper than 100. Numbers are kept as they are written.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from json import JSONDecoder
from json.encoder import encode_basestring
from typing import Any, NoReturn

from safeguards.pseudonyms.column import Unfit

DEPTH = 100
_LONG = 4000

_NO_JSON = "holds a text that is not JSON, or nested too deeply"
_SPACE = " \t\n\r"
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]')
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Number(str):
    """A number as it is written."""

    __slots__ = ()


def as_decimal(number: Number) -> Decimal:
    """Return all digits of a number; NaN for one whose exponent no decimal has."""
    try:
        return Decimal(number)
    except InvalidOperation:  # an exponent of twenty digits
        return Decimal("nan")


class _Refused(ValueError):
    pass


def read(text: str, row: int) -> Any:
    """Return a document as dicts, lists, texts, numbers (int, or :class:`Number`), Booleans and None.

    Raises:
        Unfit: it is no JSON, or such as is refused; ``row`` says where it stands, from 1.
    """
    problem: str | None
    try:
        decoder = _AS_WRITTEN if "-0" in text or len(text) > _LONG else _DECODER
        document, end = decoder.raw_decode(text.strip(_SPACE))
    except _Refused as error:
        problem = str(error)
    except (ValueError, RecursionError):
        problem = _NO_JSON
    else:
        problem = _open_to_doubt(text, document, end)
    # Raised here, since the decoder's error carries the document.
    if problem:
        raise Unfit(problem, row)
    return document


def write(value: Any) -> str:
    """Write a document without white space, its members in their order."""
    kind = type(value)
    if kind is str:
        return str(encode_basestring(value))
    if kind is dict:
        return f"{{{','.join([f'{encode_basestring(name)}:{write(part)}' for name, part in value.items()])}}}"
    if kind is list:
        return f"[{','.join([write(part) for part in value])}]"
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    return str(value)


def _open_to_doubt(text: str, document: Any, end: int) -> str | None:
    if end < len(text) and end < len(text.strip(_SPACE)):
        return _NO_JSON
    if text.count("[") + text.count("{") > DEPTH and _depth(text) > DEPTH:
        return f"holds JSON nested deeper than {DEPTH}"
    if "\\u" in text and _SURROGATE.search(text) and not _is_unicode(document):
        return "holds JSON text with half a surrogate pair"
    return None


def _is_unicode(document: Any) -> bool:
    try:
        write(document).encode()
    except UnicodeEncodeError:
        return False
    return True


def _depth(text: str) -> int:
    """Return how deeply a valid document is nested."""
    deepest = depth = 0
    for match in _BRACKET.finditer(text):
        sign = match[0][0]
        depth += (sign in "[{") - (sign in "]}")
        deepest = max(deepest, depth)
    return deepest


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Refused("holds a JSON object with one name twice, of which nobody can say which counts")
    return members


def _no_number(_: str) -> NoReturn:
    raise _Refused("holds NaN or Infinity, which are no JSON")


def _decoder(whole: type) -> JSONDecoder:
    return JSONDecoder(
        parse_float=Number, parse_int=whole, parse_constant=_no_number, object_pairs_hook=_members
    )


# Whole numbers are faster read as such, but for -0, and for those too long for Python.
_DECODER, _AS_WRITTEN = _decoder(int), _decoder(Number)
