"""JSON lines: one object a line; nested values stay JSON text."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.items.text import has_half
from safeguards.tables import decoding
from safeguards.tables.source import BATCH_ROWS, pick, reservoir

_EXACT_FLOAT = 2**53
_EXACT_INT = 2**63
Kind = type | str
"""A value's type, but ``large`` and ``huge`` for whole numbers that a float or 64 bits may not hold."""

_NESTED: frozenset[Kind] = frozenset({list, dict})
_MARK = {b"safeguards.nested": b"json"}
_TYPES: dict[frozenset[Kind], pa.DataType] = {
    frozenset({bool}): pa.bool_(),
    frozenset({int}): pa.int64(),
    frozenset({float}): pa.float64(),
    frozenset({int, float}): pa.float64(),
}


class JsonLinesFile:
    """A file of one JSON object a line; a key that a line lacks is NULL there.

    A column whose values are of several kinds, or nested, is text: texts as they are, the rest as JSON. Lists
    and objects beside single values are refused: their text would be a value like others. A field of nested
    values is marked, see :func:`is_nested_json`.
    """

    def __init__(self, path: Path, encoding: str | None) -> None:
        self.name = path.name
        self.path = path
        found = encoding or decoding.find_encoding(path)
        self._encoding = "utf-8-sig" if found == "utf-8" else found
        if not any(True for _ in self._objects()):
            raise InputError(f"{self.name}: the file is empty; it should hold one JSON object a line")

    @cached_property
    def schema(self) -> pa.Schema:
        """Keys in order of appearance, with the type that holds all their values; reads the file once.

        Raises:
            InputError: a line is no JSON object, has one name twice in an object, or has a list or an object
                in a column of single values.
        """
        kinds: dict[str, dict[Kind, int]] = {}  # and in which line each came first
        for number, row in self._numbered(_STRICT):
            for key, value in row.items():
                found = kinds.get(key)
                if found is None:
                    found = kinds[key] = {}
                kind = _size(value) if type(value) is int else type(value)
                if kind not in found:
                    found[kind] = number
        for key, found in kinds.items():
            if not _spelt(key):
                raise InputError(f"{self.name}: the name of a column {_HALF}")
            self._refuse_nested_among_single(key, found)
        return pa.schema([_field(key, {*found}) for key, found in kinds.items()])

    def rows(self) -> int | None:
        """Return None: only reading would tell."""
        return None

    def batches(
        self, columns: Sequence[str] | None = None, size: int = BATCH_ROWS
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows.

        Raises:
            InputError: a line is no JSON object, or not in the file's encoding.
        """
        wanted = pick(self.schema, columns, self.name)
        schema = pa.schema([self.schema.field(name) for name in wanted])
        objects, before = self._objects(), 0
        while columns_read := _column_lists(islice(objects, size), wanted):
            arrays = [
                self._column(values, field, before)
                for values, field in zip(columns_read, schema, strict=True)
            ]
            yield pa.record_batch(arrays, schema=schema)
            before += len(arrays[0]) if arrays else 0

    def sample(self, rows: int, seed: int = 0) -> pa.Table:
        """Draw rows at random; reads the file once more than its schema did."""
        return reservoir(self.schema, self.batches(), rows, seed)

    def _objects(self) -> Iterator[dict[str, Any]]:
        return (row for _, row in self._numbered(_DECODER))

    def _numbered(self, decoder: json.JSONDecoder) -> Iterator[tuple[int, dict[str, Any]]]:
        with decoding.open_bytes(self.path) as stream:
            try:
                for number, line in enumerate(io.TextIOWrapper(stream, self._encoding), 1):
                    if not line.isspace():
                        yield number, self._object(line, number, decoder)
            except UnicodeError:
                problem = f"holds text that is not {self._encoding}; name its encoding or convert the file"
                raise InputError(f"{self.name}: {problem}") from None

    def _column(self, values: Sequence[Any], field: pa.Field[Any], before: int) -> pa.Array[Any]:
        if pa.types.is_string(field.type):
            values = [value if value is None or isinstance(value, str) else _text(value) for value in values]
        try:
            array: pa.Array[Any] = pa.array(values, field.type)
            return array
        except UnicodeEncodeError:  # it holds the value
            row = before + next(at for at, value in enumerate(values, 1) if not _spelt(value))
        raise InputError(f"{self.name}: column {field.name!r}, row {row}: {_HALF}")

    def _object(self, line: str, number: int, decoder: json.JSONDecoder) -> dict[str, Any]:
        problem = "not a JSON object"
        try:
            row = decoder.decode(line)
        except _Twice:
            row, problem = None, "one name stands twice in an object, and nobody can say which counts"
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise InputError(f"{self.name}, line {number}: {problem}; mend or remove that line")
        return row

    def _refuse_nested_among_single(self, key: str, kinds: Mapping[Kind, int]) -> None:
        nested = [line for kind, line in kinds.items() if kind in _NESTED]
        single = [line for kind, line in kinds.items() if kind not in _NESTED and kind is not type(None)]
        if nested and single:
            here, there = min(nested), min(single)
            problem = f"a list or an object in line {here}, and a single value in line {there}"
            raise InputError(
                f"{self.name}, line {max(here, there)}: column {key!r} holds {problem}; mend or remove one"
            )


class _Twice(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Twice
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


_HALF = r"holds half of a pair such as \ud83d\ude00, which is no text; mend or remove it"

# One for all lines: json.loads would make a decoder for each. The strict one reads a file first, and takes a
# third more time.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_STRICT = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_once)


def _size(value: int) -> Kind:
    if -_EXACT_FLOAT <= value <= _EXACT_FLOAT:
        return int
    return "large" if -_EXACT_INT <= value < _EXACT_INT else "huge"


def is_nested_json(field: pa.Field[Any]) -> bool:
    """Say whether a column of text holds lists and objects, which JSON lines had in it."""
    return _MARK.items() <= (field.metadata or {}).items()


def _field(name: str, kinds: set[Kind]) -> pa.Field[Any]:
    return pa.field(name, _arrow_type(kinds), metadata=_MARK if kinds & _NESTED else None)


def _arrow_type(kinds: set[Kind]) -> pa.DataType:
    known = kinds - {type(None)}
    if known and known <= {int, "large"}:
        return pa.int64()
    return _TYPES.get(frozenset(known), pa.string())


def _column_lists(rows: Iterable[dict[str, Any]], names: Sequence[str]) -> list[list[Any]]:
    """Return the rows' values by column; an empty list when there are no rows.

    Values are taken from each object at once: keeping a batch of objects costs twice as much time.
    """
    columns: list[list[Any]] = [[] for _ in names]
    appends = [(name, values.append) for name, values in zip(names, columns, strict=True)]
    some = False
    for row in rows:
        some = True
        for name, append in appends:
            append(row.get(name))
    return columns if some else []


def _spelt(text: object) -> bool:
    return not (isinstance(text, str) and has_half(text))


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
