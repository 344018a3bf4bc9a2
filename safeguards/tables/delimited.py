"""CSV and TSV files: every column is text, because a phone number read as a number loses its zero."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Literal, cast

import pyarrow as pa
from pyarrow import csv as arrow_csv

from safeguards.errors import InputError
from safeguards.tables import decoding
from safeguards.tables.source import BATCH_ROWS, pick, refuse_duplicates, reservoir, resize
from safeguards.tables.tap import Tap, closed_at_exit, read_to_its_end

# Arrow reads 32 blocks ahead, so blocks are small; a longer row is read again in large ones.
BLOCKS = (1 << 20, 64 << 20)
_DELIMITERS = (",", ";", "\t", "|")

_DAY = r"(?:19|20)[0-9]{2}[.\-]?[01][0-9][.\-]?[0-3][0-9]"
_WHEN = rf"{_DAY}(?: [0-9]{{2}}:| ?- ?{_DAY}(?![ .\-]?[0-9]))"
_VALUE = re.compile(rf"[^\s.@/:] ?@ ?[\w\-]+\.\w|(?<![0-9])(?<![0-9][ .\-])(?!{_WHEN})(?:[0-9][ .\-]?){{9}}")
"""What no column is called, though dates, periods and @timestamp may be: names are told in errors, values are
not.
"""

AreData = Callable[[Sequence[str]], Collection[str]]
"""Returns those of some names that are values."""


class DelimitedFile:
    """A file with a header line. An empty cell is NULL; a quoted empty one is the empty text.

    The delimiter is the one of comma, semicolon, tab and bar that the header holds most often. ``are_data``
    returns those of the first line's cells that are values rather than names: where it returns some, that
    line is a row, ``named`` is False, and the columns are ``column 1``, ``column 2`` and so on. Without it, a
    first line with an address or nine digits in a row is refused.
    """

    def __init__(
        self, path: Path, encoding: str | None, delimiter: str | None = None, are_data: AreData | None = None
    ) -> None:
        self.name = path.name
        self.path = path
        self._encoding = encoding or decoding.find_encoding(path)
        header, self._followed = self._header_line()
        self._delimiter = delimiter or max(_DELIMITERS, key=header.count)
        self._names = self._cells(header)
        self.named = are_data is None or not are_data(self._names)
        if are_data is None and any(map(_VALUE.search, self._names)):
            raise InputError(
                f"{self.name}: the first line holds values rather than the names of columns; write a line of "
                "names above it"
            )
        if not self.named:
            self._names = [f"column {place}" for place in range(1, len(self._names) + 1)]
        refuse_duplicates(self._names, self.name)
        # Arrow finds no end of a header that nothing follows, not even a line break.
        self._ends_with_header = (
            self.named and len(header) < decoding.CHUNK // 4 and not header.endswith(("\n", "\r"))
        )

    @cached_property
    def schema(self) -> pa.Schema:
        """Every column is a string."""
        return pa.schema([pa.field(name, pa.string()) for name in self._names])

    def rows(self) -> int | None:
        """Return None: lines are no rows where cells hold line breaks."""
        return None

    def batches(
        self, columns: Sequence[str] | None = None, size: int = BATCH_ROWS
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows.

        Raises:
            InputError: a row has another number of cells than the header, or is not in the file's encoding.
        """
        wanted = pick(self.schema, columns, self.name)
        if self._ends_with_header:
            return
        last = self._names[-1]
        done, end = 0, None
        for block in BLOCKS:
            try:
                for batch in closed_at_exit(self._rows([*wanted, *({last} - {*wanted})], block, done)):
                    done += batch.num_rows
                    end = batch[last][-1].as_py() if batch.num_rows else end
                    yield from resize([batch.select(wanted)], size)
            except _RowTooLong:
                continue
            self._check_end(end)
            return
        raise InputError(
            f"{self.name}: a row is longer than {BLOCKS[-1] >> 20} MB; is a quotation mark left open?"
        )

    def is_empty(self) -> bool:
        """Say whether no row follows the names, without Arrow, which reads ahead and may not end in time."""
        return self.named and not self._followed

    def sample(self, rows: int, seed: int = 0) -> pa.Table:
        """Draw rows at random; reads the file once."""
        return reservoir(self.schema, self.batches(), rows, seed)

    def _rows(self, wanted: list[str], block: int, skip: int) -> Generator[pa.RecordBatch, None, None]:
        """Yield the rows after the first ``skip`` of them, reading blocks of so many bytes."""
        bad: list[arrow_csv.InvalidRow] = []
        with decoding.open_bytes(self.path) as stream:
            tap = None if self._encoding == "utf-8" else Tap(stream)
            try:
                with read_to_its_end(self._reader(tap or stream, wanted, block, bad), tap) as reader:
                    for batch in reader:
                        yield batch.slice(min(skip, batch.num_rows))
                        skip = max(0, skip - batch.num_rows)
            except UnicodeError:
                raise self._undecodable() from None
            except pa.ArrowInvalid as error:
                raise self._fault(error, bad) from None

    def _reader(
        self, stream: IO[bytes] | Tap, wanted: list[str], block: int, bad: list[arrow_csv.InvalidRow]
    ) -> arrow_csv.CSVStreamingReader:
        def refuse(row: arrow_csv.InvalidRow) -> Literal["skip", "error"]:
            bad.append(row)
            return "error"

        return arrow_csv.open_csv(
            cast(Any, stream),
            read_options=arrow_csv.ReadOptions(
                encoding=self._encoding,
                block_size=block,
                use_threads=False,
                column_names=self._names,
                skip_rows_after_names=int(self.named),
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self._delimiter,
                newlines_in_values=True,
                ignore_empty_lines=len(self._names) > 1,
                invalid_row_handler=refuse,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=self.schema,
                include_columns=wanted,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )

    def _cells(self, header: str) -> list[str]:
        """Part the first line; a mark that was written twice is no part of a name."""
        try:
            names = next(
                csv.reader(io.StringIO(header.lstrip("\ufeff"), newline=""), delimiter=self._delimiter)
            )
        except csv.Error:
            names = ["\0"]
        if any("\0" in name for name in names):
            raise InputError(
                f"{self.name}: the first line does not name columns: it holds NUL characters, or a cell "
                "longer than 131,072 characters; name the file's encoding, or close the quotation mark"
            )
        return names

    def _header_line(self) -> tuple[str, bool]:
        """Return the first row, which may span lines inside quotes, and whether anything follows it."""
        with decoding.open_bytes(self.path) as stream:
            head = stream.read(decoding.CHUNK)
        try:
            lines = io.StringIO(decoding.decode_start(head, self._encoding), newline="")
        except UnicodeError:
            raise self._undecodable() from None
        header = lines.readline()
        while header.count('"') % 2 and (line := lines.readline()):
            header += line
        if not header.strip():
            raise InputError(f"{self.name}: the first line is empty; it must name the columns")
        return header, any(line.strip() for line in lines)

    def _check_end(self, last: str | None) -> None:
        """Refuse a last cell that swallowed the rest of the file: Arrow closes open quotation marks there."""
        if last is None:
            return
        if "\n" not in last:
            if self._is_cut(last):
                raise InputError(f"{self.name}: ends inside a quoted cell; was it copied to its end?")
            return
        with decoding.open_bytes(self.path) as stream:
            text, end = io.TextIOWrapper(stream, self._encoding, newline=""), ""
            while part := text.read(decoding.CHUNK):
                end = (end + part)[-2:] if len(part) < 2 else part
        if not end.rstrip("\r\n").endswith('"'):
            raise InputError(f"{self.name}: a quotation mark is left open; mend the line where it opens")

    def _is_cut(self, last: str) -> bool:
        """Say whether a file ends inside its last cell; one that is compressed has an end of its own."""
        wide = self._encoding.lower().startswith(("utf-16", "utf-32"))
        if wide or self.path.suffix.lower() in decoding.COMPRESSIONS:
            return False
        opened = '"{}'.format(last.replace('"', '""')).encode(self._encoding)
        with self.path.open("rb") as file:
            size = file.seek(0, io.SEEK_END)
            file.seek(max(0, size - len(opened) - 1))
            end = file.read()
        # A cell of quotation marks alone ends alike, with one more.
        return end.endswith(opened) and end != opened + b'"'

    def _fault(self, error: pa.ArrowInvalid, bad: list[arrow_csv.InvalidRow]) -> Exception:
        if bad:
            row = bad[0]
            return InputError(
                f"{self.name}, line {self._line_of(row)}: {row.actual_columns} cells where the header has "
                f"{row.expected_columns}; mend or remove that line{self._open_quote()}"
            )
        if "UTF8" in str(error):
            return self._undecodable()
        if "straddling" in str(error):
            return _RowTooLong()
        return InputError(f"{self.name}: not a table of cells separated by {self._delimiter!r}")

    def _open_quote(self) -> str:
        """Ask for a quotation mark where their number is odd: an open one swallows the lines behind it."""
        odd = False
        with decoding.open_bytes(self.path) as stream:
            while part := stream.read(decoding.CHUNK):
                odd ^= bool(part.count(b'"') % 2)
        return ", or close the quotation mark that is left open somewhere" if odd else ""

    def _undecodable(self) -> InputError:
        return InputError(
            f"{self.name}: holds text that is not {self._encoding}; name its encoding or convert the file"
        )

    def _line_of(self, row: arrow_csv.InvalidRow) -> object:
        """Find the line that a person would count; Arrow counts rows, and blank lines are none."""
        with decoding.open_bytes(self.path) as stream:
            text = io.TextIOWrapper(stream, self._encoding, errors="replace", newline="")
            reader = csv.reader(text, delimiter=self._delimiter)
            with suppress(csv.Error):  # a cell longer than the module reads
                for cells in reader:
                    if len(cells) not in {0, row.expected_columns}:
                        return reader.line_num
        return row.number


class _RowTooLong(Exception):
    """A row does not fit into a block."""
