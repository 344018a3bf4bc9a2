"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any, Protocol, cast

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from safeguards.errors import InputError, SafeguardsError
from safeguards.tables import decoding
from safeguards.tables.files import kind_of

GROUP_ROWS, GROUP_BYTES = 1 << 18, 64 << 20


class _Writer(Protocol):
    def write_batch(self, batch: pa.RecordBatch) -> None: ...

    def close(self) -> None: ...


def write_file(
    path: str | os.PathLike[str],
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    *,
    metadata: Callable[[], Mapping[str, str]] | None = None,
    private: bool = False,
) -> None:
    """Write ``batches`` to ``path`` as its ending says; the name appears when all is on disk, or never.

    An existing file of that name is replaced at that moment. ``metadata`` is called after the last batch and
    goes into a Parquet file's own key-value metadata; the other kinds have no place for it. A ``private``
    file is its owner's alone, unless it replaces one with other permissions.

    Raises:
        InputError: the ending is unknown, the folder is not writable, or a column has no form in that kind.
        SafeguardsError: the disk is full or fails.
    """
    location = Path(path)
    kind = kind_of(location)
    _check_types(schema, kind, location)
    try:
        with whole_file(location, private=private) as file, _compressed(file, location) as sink:
            _write(sink, schema, kind, batches, metadata)
    except OSError as error:
        raise _unwritten(path, error) from None


@contextlib.contextmanager
def whole_file(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """Open a nameless file that takes the name ``path`` when the block ends well.

    On Linux nothing is left even by a killed process; elsewhere a hidden ``.partial`` file may be. A file
    that is replaced hands on its permissions; behind a symbolic link, the file it leads to is replaced.

    Raises:
        InputError: the folder is missing or not writable, or ``path`` is a folder, a pipe or a device.
        SafeguardsError: the disk is full or fails.
    """
    try:
        place, mode = _place(path)
        hidden = place.with_name(f".{place.name}.{secrets.token_hex(4)}.partial")
        descriptor, named = _create(hidden, private or mode is not None)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such name can be"
        raise InputError(f"{path}: cannot be written ({reason})") from None
    try:
        with open(descriptor, "w+b") as file:
            yield file
            with _one_line(path):
                _settle(file, mode)
                if not named:
                    _name(file.fileno(), hidden)
        with _one_line(path):
            os.replace(hidden, place)
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise


def _place(path: Path) -> tuple[Path, int | None]:
    """Return the file to be replaced, links followed, and its permissions, None where there is none yet."""
    try:
        found = path.stat().st_mode
    except FileNotFoundError:
        found = None
    if found is not None and not stat.S_ISREG(found):
        raise InputError(f"{path}: is no file but a folder, a pipe or a device; name a file")
    place = Path(os.path.realpath(path)) if path.is_symlink() else path
    return place, None if found is None else found & 0o777


def _create(hidden: Path, own: bool) -> tuple[int, bool]:
    """Return a descriptor, and whether the file already bears the name ``hidden``."""
    # While it is being written, a file that replaces another is its owner's alone too.
    first = 0o600 if own else 0o666
    nameless = getattr(os, "O_TMPFILE", 0)
    if nameless and os.path.isdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            return os.open(hidden.parent, nameless | os.O_RDWR, first), False
    return os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL, first), True


def _settle(file: IO[bytes], mode: int | None) -> None:
    """Put all on disk, with the permissions of the file that is replaced."""
    file.flush()
    if mode is not None and hasattr(os, "fchmod"):
        os.fchmod(file.fileno(), mode)
    os.fsync(file.fileno())


@contextlib.contextmanager
def _one_line(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unwritten(path, error) from None


def _unwritten(path: str | os.PathLike[str], error: OSError) -> SafeguardsError:
    return SafeguardsError(f"{path}: cannot be written ({error.strerror or type(error).__name__})")


def _name(descriptor: int, path: Path) -> None:
    """Give a nameless file its first name."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # Only with a folder's descriptor does Python follow the link in /proc to the file itself.
        os.link(f"/proc/self/fd/{descriptor}", path.name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def _compressed(file: IO[bytes], path: Path) -> Iterator[Any]:
    compression = decoding.COMPRESSIONS.get(path.suffix.lower())
    if compression is None:
        yield file
        return
    # Arrow closes what it wraps, so it gets a descriptor of its own.
    own = cast(io.IOBase, os.fdopen(os.dup(file.fileno()), "wb"))
    with pa.CompressedOutputStream(pa.PythonFile(own, "w"), compression) as stream:
        yield stream


def _write(
    sink: Any,
    schema: pa.Schema,
    kind: str,
    batches: Iterable[pa.RecordBatch],
    metadata: Callable[[], Mapping[str, str]] | None,
) -> None:
    writer = _open_writer(sink, schema, kind)
    try:
        for batch in batches:
            with _formed(kind):
                writer.write_batch(batch)
        if isinstance(writer, _Parquet):
            with _formed(kind):
                writer.end(metadata() if metadata else {})
    finally:
        writer.close()


@contextlib.contextmanager
def _formed(kind: str) -> Iterator[None]:
    """Turn what Arrow says of a form that it cannot write into one line: it may quote a value."""
    try:
        yield
    except pa.ArrowNotImplementedError:
        raise InputError(
            f"a column has a form that {kind} cannot hold, such as a dictionary with NULL in it: decode the "
            "dictionary, or use Drop(); nothing was written"
        ) from None


def _open_writer(sink: Any, schema: pa.Schema, kind: str) -> _Writer:
    if kind == ".parquet":
        return _Parquet(sink, schema)
    if kind in {".jsonl", ".ndjson"}:
        return _JsonLines(sink)
    return _Csv(sink, schema, "\t" if kind == ".tsv" else ",")


def _check_types(schema: pa.Schema, kind: str, path: Path) -> None:
    for field in schema:
        if _formless(field.type, kind):
            remedy = "cast it, or use Drop()" if kind == ".parquet" else f"write {path.stem}.parquet"
            raise InputError(f"column {field.name!r} is {field.type}, which {kind} cannot hold: {remedy}")


def _formless(data_type: Any, kind: str) -> bool:
    if kind != ".parquet" and (
        _has(data_type, _is_wordless) or (pa.types.is_nested(data_type) and kind in {".csv", ".tsv"})
    ):
        return True
    schema = pa.schema([pa.field("a", data_type)])
    try:
        writer = _open_writer(io.BytesIO(), schema, kind)
        if kind != ".parquet":
            writer.write_batch(pa.RecordBatch.from_arrays([pa.nulls(1, data_type)], schema=schema))
        writer.close()
    except pa.ArrowException:
        return True
    return False


def _has(data_type: Any, is_such: Callable[[Any], bool]) -> bool:
    if pa.types.is_nested(data_type):
        return any(_has(data_type.field(at).type, is_such) for at in range(data_type.num_fields))
    return is_such(data_type)


def _is_wordless(data_type: Any) -> bool:
    """Say whether values of a type have no form as text: bytes, and moments of a zone that is not known."""
    if pa.types.is_timestamp(data_type):
        try:
            pa.scalar(0, data_type).as_py()
        except (pa.ArrowException, ValueError, LookupError):
            return True
    kinds = ("is_binary", "is_large_binary", "is_fixed_size_binary", "is_binary_view")
    return any(getattr(pa.types, kind)(data_type) for kind in kinds)


class _Csv:
    """Writes views of text as text, which is all that Arrow's writer takes."""

    def __init__(self, sink: Any, schema: pa.Schema, delimiter: str) -> None:
        views = [field.name for field in schema if pa.types.is_string_view(field.type)]
        self._schema = pa.schema(
            [pa.field(field.name, pa.string() if field.name in views else field.type) for field in schema]
        )
        options = arrow_csv.WriteOptions(delimiter=delimiter)
        self._writer = arrow_csv.CSVWriter(sink, self._schema, write_options=options)

    def write_batch(self, batch: pa.RecordBatch) -> None:
        self._writer.write_batch(batch if batch.schema == self._schema else batch.cast(self._schema))

    def close(self) -> None:
        self._writer.close()


class _Parquet:
    """Gathers batches into row groups of a size that reads well."""

    def __init__(self, sink: Any, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(sink, schema, compression="zstd")
        self._schema = schema
        self._held: list[pa.RecordBatch] = []

    def write_batch(self, batch: pa.RecordBatch) -> None:
        self._held.append(batch)
        rows, size = (
            sum(values) for values in zip(*((one.num_rows, one.nbytes) for one in self._held), strict=True)
        )
        if rows >= GROUP_ROWS or size >= GROUP_BYTES:
            self._flush()

    def end(self, metadata: Mapping[str, str]) -> None:
        """Write what is held, and the file's own metadata."""
        self._flush()
        self._writer.add_key_value_metadata(dict(metadata))

    def close(self) -> None:
        self._writer.close()

    def _flush(self) -> None:
        if self._held:
            table = pa.Table.from_batches(self._held, self._schema)
            self._writer.write_table(table, row_group_size=table.num_rows)
            self._held = []


class _JsonLines:
    def __init__(self, sink: Any) -> None:
        self._sink = sink

    def write_batch(self, batch: pa.RecordBatch) -> None:
        self._sink.write("".join(f"{_json(row)}\n" for row in batch.to_pylist()).encode())

    def close(self) -> None:
        """Leave the sink to its owner."""


def _json(row: object) -> str:
    try:
        return json.dumps(row, ensure_ascii=False, allow_nan=False, default=_json_value)
    except ValueError:
        return json.dumps(_finite(row), ensure_ascii=False, default=_json_value)


def _finite(value: object) -> object:
    """Return ``value`` with NULL for the numbers that JSON has no word for."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _json_value(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime | time) else str(value)
