"""Find personal data in text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from safeguards.detection.classify import classify
from safeguards.detection.column import Column
from safeguards.detection.engine import Engine
from safeguards.detection.lists import Lists, denied
from safeguards.detection.options import THRESHOLD, chosen, gathered, thresholds
from safeguards.detection.parallel import in_processes
from safeguards.detection.rules import compile_rule
from safeguards.detection.span import Span
from safeguards.detection.verdict import ColumnVerdict
from safeguards.errors import InputError
from safeguards.items.intl.password import ITEM as PASSWORD
from safeguards.items.item import Item
from safeguards.tables import is_frame, open_frame

SAMPLE_ROWS = 2_000
"""Rows from which a column is classified: enough for shares of half a percent."""


class Detector:
    """Finds the items of `safeguards.items` in text and columns.

    Args:
        threshold: the least score, in 0..1, that is reported.
        entities: entities (``KR_RRN``) or item ids (``kr_rrn``) to look for; all of them by default.
        profile: ``default``, or ``recall``, which reports less likely names too (for redaction).
        thresholds: entities or item ids with a threshold of their own.
        allow: values that are never reported, in any spelling that their item knows.
        deny: entities with values that are reported wherever they stand as words.
        custom: items of your own, for instance from :func:`safeguards.detection.load_items`.
        plugins: names of installed plugins that bring items (entry point group ``safeguards.items``).
        backend: what selects the rows of a column: ``arrow`` (RE2), or ``re``, the slow reference.

    Threads may share a detector: everything is compiled when it is made.

    Raises:
        InputError: an option is unknown or out of range; the message names it.
    """

    def __init__(
        self,
        threshold: float = THRESHOLD,
        entities: Iterable[str] | None = None,
        *,
        profile: str = "default",
        thresholds: Mapping[str, float] | None = None,
        allow: Iterable[str] = (),
        deny: Mapping[str, Iterable[str]] | None = None,
        custom: Iterable[Item] = (),
        plugins: Iterable[str] = (),
        backend: str = "arrow",
    ) -> None:
        self._options = {
            "threshold": threshold, "entities": _kept(entities), "profile": profile, "thresholds": thresholds,
            "allow": _kept(allow), "deny": deny, "custom": _kept(custom), "plugins": _kept(plugins),
            "backend": backend,
        }  # fmt: skip
        self.threshold = threshold
        self._engine, self.items = _engine(self._options)
        self._column = Column(self._engine, backend)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._options,)

    @property
    def column_items(self) -> tuple[Item, ...]:
        """The items that columns are classified by: also passwords, which only a column's name gives away."""
        return (*self.items, PASSWORD) if self._options["entities"] is None else self.items

    def detect(self, text: str) -> list[Span]:
        """Return what is found in ``text``, without overlaps, in its order.

        Offsets are code points of ``text`` as it is, also where full-width or invisible characters were read
        through, digits were read aloud or a line end was passed over.

        Raises:
            InputError: ``text`` is no str.
        """
        if not isinstance(text, str):
            raise InputError(
                f"detect reads one text (str), not {type(text).__name__}; "
                "for several there are detect_many and detect_column"
            )
        return self._engine.spans(text)

    def detect_many(self, texts: Iterable[str | None]) -> list[list[Span]]:
        """Return the spans of each text; None has none. The texts are searched as a column is.

        Raises:
            InputError: something among the texts is neither str nor None.
        """
        if isinstance(texts, str):
            raise InputError("detect_many reads several texts; for one there is detect")
        if not isinstance(texts, Iterable):
            raise InputError(f"detect_many reads texts, not {type(texts).__name__}")
        column = list(texts)
        found: list[list[Span]] = [[] for _ in column]
        for row, spans in self._column.spans(column):
            found[row] = spans
        return found

    def detect_column(self, values: Any, *, processes: int = 1) -> pa.Table:
        """Return the spans of a column as a table of row, start, end, entity and score.

        Arrow arrays and chunked arrays of text, sliced and dictionary-encoded ones, lists and pandas series
        give equal spans for equal texts; NULL has none. Memory beside the column is bounded by the spans.

        Args:
            values: the column.
            processes: how many processes share the work; each starts a Python of its own (spawn), which takes
                some seconds and pays where reading takes more, as in a column full of personal data.

        Raises:
            InputError: the column does not hold text, or the detector cannot be sent to another process.
        """
        _refuse_no_count("processes", processes)
        if processes > 1:
            return in_processes(self, values, processes)
        return self._column.table(values)

    def classify(
        self, table: Any, *, rows: int = SAMPLE_ROWS, sql_types: Mapping[str, str] | None = None
    ) -> list[ColumnVerdict]:
        """Say of each column what it holds, from a fair sample of ``rows`` rows; of JSON, of each path.

        Args:
            table: a source of `safeguards.tables`, or an Arrow table or data frame.
            rows: the size of the sample.
            sql_types: column names to SQL types, where a database declares them.

        Raises:
            InputError: ``table`` is none of these, or an option is out of range.
        """
        _refuse_no_count("rows", rows)
        if not isinstance(sql_types, Mapping | None):
            raise InputError("sql_types maps column names to SQL types: {'rrn': 'VARCHAR(14)'}")
        source = open_frame(table) if is_frame(table) or not hasattr(table, "batches") else table
        types = sql_types if sql_types is not None else getattr(source, "sql_types", {})
        return list(self.classify_sample(source.sample(rows), types))

    def classify_sample(self, sample: pa.Table, sql_types: Mapping[str, str]) -> Iterator[ColumnVerdict]:
        """Yield the verdict on each column of a sample, in order."""
        return classify(sample, self.column_items, self.detect_many, sql_types)


def _refuse_no_count(name: str, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InputError(f"{name} is a whole number from 1 on, not {value!r}")


def _kept(values: Any) -> Any:
    """Keep what can be read once only; what is no list is refused where it is used."""
    return tuple(values) if isinstance(values, Iterable) and not isinstance(values, str) else values


def _restored(options: Mapping[str, Any]) -> Detector:
    return Detector(**options)


def _engine(options: Mapping[str, Any]) -> tuple[Engine, tuple[Item, ...]]:
    items = gathered(options["custom"], options["plugins"])
    wanted = chosen(items, options["entities"])
    own = denied(options["deny"] or {}, {item.entity: item for item in items})
    levels = thresholds(wanted, options["threshold"], options["profile"], options["thresholds"])
    rules = [compile_rule(item, levels[item.id]) for item in wanted]
    rules += [compile_rule(item, 0.0) for item in own]
    return Engine(rules, Lists(options["allow"], (*wanted, *own))), wanted
