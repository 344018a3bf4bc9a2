"""`safeguards plan-index`: what each search on a column would cost and give away, measured on its values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from safeguards.cli.keyring import keyring_options, open_keyring
from safeguards.cli.output import format_option, print_json, progress
from safeguards.cli.plan_index_column import Sample, draw
from safeguards.cli.plan_index_report import print_report
from safeguards.cli.plan_index_result import Report, document
from safeguards.cli.plan_index_sealed import decrypted, is_sealed, tags_of
from safeguards.errors import InputError
from safeguards.fields import Exact, Search
from safeguards.fields.planning import (
    LEAST_VALUES,
    Gauge,
    Population,
    SearchPlan,
    fitting,
    parse_search,
    plan_counted,
    plan_searches,
)
from safeguards.fields.planning.candidates import WRITTEN
from safeguards.items import get
from safeguards.values import FieldId

SAMPLE_ROWS = 100_000
MOST_ROWS = 1_000_000
_NOT_IN_A_FIELD_ID = re.compile(r"[\s\x00-\x1f]+")


@click.command("plan-index")
@click.argument("target")
@click.option("--table", metavar="T", help="The table of a database, or SCHEMA.TABLE.")
@click.option("--column", metavar="C", required=True, help="The column.")
@click.option("--item", metavar="ID", help="The kind of personal data, such as person_name.")
@click.option("--search", "written", multiple=True, metavar="SEARCH", help=f"{WRITTEN}; may be repeated.")
@click.option(
    "--rows-expected", type=click.IntRange(min=1), metavar="N",
    help="Rows that the table will have [default: those it has].",
)  # fmt: skip
@click.option(
    "--sample", default=SAMPLE_ROWS, show_default=True, type=click.IntRange(LEAST_VALUES, MOST_ROWS),
    help="Rows drawn at random, which are held in memory.",
)  # fmt: skip
@click.option("--encoding", metavar="NAME", help="A text file's encoding, where it is not found by itself.")
@click.option("--field", metavar="ID", help="Decrypt a column that is encrypted as this field.")
@keyring_options
@format_option
def command(
    target: str,
    table: str | None,
    column: str,
    item: str | None,
    written: tuple[str, ...],
    rows_expected: int | None,
    sample: int,
    encoding: str | None,
    field: str | None,
    keys: str | None,
    provider: str | None,
    output_format: str,
) -> None:
    """Measure a column of TARGET, a database URL or a file, and propose the search to declare.

    For each search and width of its tag: the rows that a query returns in vain, and what frequency analysis
    names without a key. Without --search, those that fit the column. A column that is encrypted already is
    measured by its tags, or with --field by decrypting. No value is ever printed.
    """
    searches = tuple(dict.fromkeys(map(parse_search, written)))
    if item is not None:
        get(item)
    if field is None and (keys or provider):
        raise InputError("--keys and --provider decrypt a column: name its --field too")
    with progress("Measuring"):
        drawn = draw(target, table, column, sample, encoding)
        rows = _rows(drawn, rows_expected)
        sealed = is_sealed(drawn)
        if field is not None:
            _refuse_plain(drawn, sealed)
            open_keyring(keys, provider)
        report = _measured(drawn, sealed, rows, searches, item, field)
    if output_format == "json":
        print_json(document(report))
    else:
        print_report(report)


def _rows(sample: Sample, expected: int | None) -> int:
    """Return how many rows with a value the plan is for."""
    if expected is not None and expected < sample.rows:
        raise InputError(f"--rows-expected is less than the {sample.rows:,} rows that there are")
    if len(sample.values) < LEAST_VALUES:
        raise InputError(
            f"{sample.label} has {len(sample.values)} values in {sample.drawn:,} rows: figures on fewer than "
            f"{LEAST_VALUES} would say more of single persons than of the column"
        )
    return sample.present(expected or sample.rows)


def _refuse_plain(sample: Sample, sealed: bool) -> None:
    if not sealed:
        raise InputError(f"--field decrypts, but {sample.label} is not encrypted: leave it out")


def _measured(
    sample: Sample,
    sealed: bool,
    rows: int,
    searches: tuple[Search, ...],
    item: str | None,
    field: str | None,
) -> Report:
    name = field or _field_of(sample)
    if sealed and field is None:
        plans = _by_tags(sample, searches, rows)
        return Report(sample, rows, name, None, item, "tags", bool(searches), plans)
    values: Sequence[Any] = decrypted(sample.values, str(field)) if sealed else sample.values
    if not sample.declared and all(map(_is_iso_date, values)):
        values = [date.fromisoformat(value) for value in values]
    kind = type(values[0])
    chosen = searches or fitting(values, kind, item)
    plans = plan_searches(values, chosen, rows=rows, field=name, kind=kind, item=item)
    how = "decrypted" if sealed else "plain"
    return Report(sample, rows, name, kind, item, how, bool(searches), plans)


def _by_tags(sample: Sample, searches: tuple[Search, ...], rows: int) -> list[SearchPlan]:
    if any(search != Exact() for search in searches):
        raise InputError(
            f"{sample.label} is encrypted, and its tags are counted as those of exact: leave --search out, "
            "or give its --field, with --keys and --provider, to measure others by decrypting"
        )
    return [plan_counted(Exact(), Gauge(Population.of(tags_of(sample), rows)))]


def _field_of(sample: Sample) -> str:
    """Return the id that a declaration would have by default."""
    return FieldId(_NOT_IN_A_FIELD_ID.sub("_", f"{sample.table}.{sample.column.replace('.', '_')}"))


def _is_iso_date(value: object) -> bool:
    if not isinstance(value, str) or len(value) != len("1990-01-01"):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
