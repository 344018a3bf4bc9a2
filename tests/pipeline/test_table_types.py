"""Types that survive from table to table, and values that a database would change or not take."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.pipeline import Pipeline, run_tables
from safeguards.pseudonyms import Generalise, Keep, Round, Token, Transform
from safeguards.tables import open_database

KEPT = Pipeline({"n": Keep(), "v": Keep()})
TRUTHS = pa.table({"n": [1, 2, 3], "v": [True, False, None]})


@pytest.fixture
def source(database_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'target.db'}"
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def copied(source: sa.Engine, target: str, table: str, pipeline: Pipeline, **options: Any) -> None:
    with open_database(source.url.render_as_string(hide_password=False)) as database:
        pipeline.run_table(database.source(table), target, f"{table}_copy", **options)


def arrow(url: str, table: str) -> pa.Table:
    with open_database(url) as database:
        one = database.source(table)
        return pa.Table.from_batches(list(one.batches()), one.schema).sort_by("n")


def test_booleans_stay_booleans_in_every_database_also_when_rows_are_added(
    source: sa.Engine, target: str
) -> None:
    KEPT.run_table(TRUTHS, source, "참")
    KEPT.run_table(TRUTHS, source, "참", if_exists="append")
    copied(source, target, "참", KEPT)
    copied(source, target, "참", KEPT, if_exists="append")
    found = arrow(target, "참_copy")
    assert found.schema.field("v").type == pa.bool_()
    assert found["v"].to_pylist() == [True] * 4 + [False] * 4 + [None] * 4


@pytest.mark.mariadb
def test_small_numbers_that_mariadb_keeps_where_booleans_go_stay_numbers(
    mariadb_url: str, target: str
) -> None:
    engine = sa.create_engine(mariadb_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE 점수 (n INT, v TINYINT(1), b BOOLEAN)"))
        connection.execute(sa.text("INSERT INTO 점수 VALUES (1, 9, 1), (2, -1, NULL), (3, NULL, 0)"))
    with open_database(mariadb_url) as database:
        assert [str(kind) for kind in database.source("점수").sample(9).schema.types[1:]] == ["int64", "bool"]
    pipeline = Pipeline({"n": Keep(), "v": Keep(), "b": Keep()})
    copied(engine, target, "점수", pipeline)
    copied(engine, target, "점수", pipeline, if_exists="append")
    found = arrow(target, "점수_copy")
    assert found["v"].to_pylist() == [9, 9, -1, -1, None, None]
    assert found["b"].to_pylist() == [True, True, None, None, False, False]


@pytest.mark.parametrize(
    ("transform", "results"),
    [
        (Keep(), ["12.34", "-5.50", None]),
        (Round(to=1), ["12", "-6", None]),
        (Round(to="0.1"), ["12.3", "-5.5", None]),
        (Generalise(top=10), ["10", "-5.5", None]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_decimals_of_sqlite_stay_decimals(
    sqlite_url: str, target: str, transform: Transform, results: list[str | None]
) -> None:
    amounts = pa.array([Decimal("12.34"), Decimal("-5.50"), None], pa.decimal128(10, 2))
    engine = sa.create_engine(sqlite_url)
    KEPT.run_table(pa.table({"n": [1, 2, 3], "v": amounts}), engine, "돈")
    copied(engine, target, "돈", Pipeline({"n": Keep(), "v": transform}))
    found = arrow(target, "돈_copy")
    assert found.schema.field("v").type == pa.decimal128(10, 2)
    assert found["v"].to_pylist() == [value and Decimal(value) for value in results]


def test_numbers_that_are_more_than_sqlite_declared_are_kept_whole(sqlite_url: str, target: str) -> None:
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (n INT, v NUMERIC(5, 1))"))
        connection.execute(sa.text("INSERT INTO t VALUES (1, 1.2345)"))
    copied(engine, target, "t", KEPT)
    assert arrow(target, "t_copy")["v"].to_pylist() == [1.2345]


@pytest.mark.parametrize(
    "value",
    [pa.array([1.25, 1.5]), pa.array([Decimal("1.25"), Decimal("1.5")], pa.decimal128(9, 2))],
    ids=["double", "decimal"],
)
def test_a_number_that_a_column_of_decimals_would_round_is_refused(source: sa.Engine, value: Any) -> None:
    if source.dialect.name == "sqlite":
        pytest.skip("SQLite rounds nothing")
    with source.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (n INT, v NUMERIC(5, 1))"))
    with pytest.raises(
        InputError, match=r"^t.v is \w+\(5, 1\), which does not hold a number exactly: round it"
    ):
        KEPT.run_table(pa.table({"n": [1, 2], "v": value}), source, "t")
    with source.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 0


@pytest.mark.postgres
@pytest.mark.parametrize("encoded", [False, True], ids=["plain", "dictionary"])
def test_a_nul_character_that_postgresql_does_not_take_is_named_by_its_row(
    postgres_url: str, encoded: bool
) -> None:
    engine = sa.create_engine(postgres_url)
    texts: Any = pa.array(["가"] * 10_001 + [None, "비밀\0번호"])
    table = pa.table({"n": range(10_003), "v": texts.dictionary_encode() if encoded else texts})
    with pytest.raises(InputError) as refused:
        KEPT.run_table(table, engine, "글")
    assert str(refused.value).startswith("글.v, row 10003: the text holds a NUL character (U+0000)")
    assert "비밀" not in str(refused.value)
    assert not sa.inspect(engine).has_table("글")


def test_a_zone_that_nobody_knows_is_no_hindrance_for_a_moment(source: sa.Engine) -> None:
    moments = pa.array([0, None], pa.timestamp("us", "Mars/Phobos"))
    KEPT.run_table(pa.table({"n": [1, 2], "v": moments}), source, "때")
    found = arrow(source.url.render_as_string(hide_password=False), "때")["v"]
    assert found.cast(pa.int64()).to_pylist() == [0, None]


def test_tables_of_one_file_of_sqlite_are_refused_before_all_else(ring: Keyring, sqlite_url: str) -> None:
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (v VARCHAR(5))"))
        connection.execute(sa.text("INSERT INTO t VALUES ('kim')"))
    tokens = Pipeline({"v": Token()}, domain="ads-2026")
    with pytest.raises(
        InputError, match="SQLite cannot be read and written at once in one file; name another"
    ):
        run_tables({"t": tokens}, sqlite_url, sqlite_url)


def test_a_table_is_not_written_into_itself(ring: Keyring, source: sa.Engine) -> None:
    if source.dialect.name == "sqlite":
        pytest.skip("one file is refused")
    KEPT.run_table(pa.table({"n": [1], "v": ["kim"]}), source, "t")
    tokens = Pipeline({"n": Keep(), "v": Token()}, domain="ads-2026")
    url = source.url.render_as_string(hide_password=False)
    with open_database(url) as database, pytest.raises(InputError, match="t is the table that the rows come"):
        tokens.run_table(database.source("t"), source, "t", if_exists="append")
    with pytest.raises(InputError, match="t is the table that the rows come from; name another"):
        run_tables({"t": tokens}, url, url, if_exists="append")
    assert arrow(url, "t")["v"].to_pylist() == ["kim"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (pa.array([1, 70_000]), "t.v is SMALLINT, which is too narrow for a number: widen the column"),
        (pa.array([-(2**15) - 1]), "t.v is SMALLINT, which is too narrow"),
        (pa.array([-800_000], pa.date32()), "new.v: a date is before the year 1 or after 9999"),
        (pa.array([-62_135_596_800_000_001], pa.timestamp("us")), "new.v: a date is before the year 1"),
        (pa.array([1.0, float("nan")]), "new.v: a number is infinite or none .NaN., which MariaDB"),
    ],
    ids=["too-great", "too-small", "date", "moment", "nan"],
)
def test_values_that_a_database_has_no_place_for_are_named_by_their_column(
    source: sa.Engine, values: Any, message: str
) -> None:
    dialect, narrow = source.dialect.name, "SMALL" in message
    with source.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (v SMALLINT)"))
    table, rows = message.partition(".")[0], pa.table({"v": values})
    if (narrow and dialect == "sqlite") or ("MariaDB" in message and dialect != "mariadb"):
        Pipeline({"v": Keep()}).run_table(rows, source, table)
        return
    with pytest.raises(InputError, match=f"^{message}"):
        Pipeline({"v": Keep()}).run_table(rows, source, table)
    assert not sa.inspect(source).has_table("new")
    with source.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 0


def test_names_that_a_database_would_cut_are_refused(source: sa.Engine) -> None:
    longest = {"postgresql": 21, "mariadb": 64, "sqlite": 200}[source.dialect.name]
    fits, cut = "회" * longest, "회" * (longest + 1)
    Pipeline({fits: Keep()}).run_table(pa.table({fits: [1]}), source, "표")
    if source.dialect.name != "sqlite":
        with pytest.raises(InputError, match="^the name '회+' is longer than the 6[34]"):
            Pipeline({cut: Keep()}).run_table(pa.table({cut: [1]}), source, "다른 표")
    if source.dialect.name == "postgresql":
        with pytest.raises(InputError, match="^the name '회+' is longer than the 63 bytes"):
            Pipeline({"v": Keep()}).run_table(pa.table({"v": [1]}), source, cut)
    assert sa.inspect(source).get_table_names() == ["표"]


@pytest.mark.postgres
def test_a_failure_to_write_ends_the_reading_in_silence(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = sa.create_engine(postgres_url)
    KEPT.run_table(pa.table({"n": range(5), "v": ["같은"] * 5}), engine, "t")
    unheard: list[Any] = []
    monkeypatch.setattr("sys.unraisablehook", unheard.append)
    target = sa.create_engine(f"sqlite:///{tmp_path / 'target.db'}")
    with target.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t_copy (n INT, v TEXT UNIQUE)"))
    try:
        copied(engine, str(target.url), "t", KEPT)
    except InputError as error:
        refused = error
    gc.collect()
    assert "a row breaks" in str(refused)
    del refused
    gc.collect()
    assert not [one for one in unheard if isinstance(one.exc_value, InputError)]  # others are not of here


def refusal(source: sa.Engine, made: str, rows: dict[str, Any]) -> str:
    with source.begin() as connection:
        connection.execute(sa.text(made))
    with pytest.raises(InputError) as refused:
        Pipeline({name: Keep() for name in rows}).run_table(pa.table(rows), source, "t")
    with source.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 0
    assert "비밀" not in str(refused.value)
    return str(refused.value)


def test_a_row_that_breaks_not_null_or_a_check_names_it_in_every_database(source: sa.Engine) -> None:
    said = refusal(
        source,
        "CREATE TABLE t (메모 VARCHAR(9), v INT NOT NULL)",
        {"메모": ["비밀"], "v": pa.array([None], pa.int64())},
    )
    assert "a row breaks NOT NULL" in said
    assert "v; nothing was written" in said
    with source.begin() as connection:
        connection.execute(sa.text("DROP TABLE t"))
    said = refusal(source, "CREATE TABLE t (v INT, CONSTRAINT 작다 CHECK (v < 5))", {"v": [7]})
    assert "a row breaks" in said
    assert "작다" in said


@pytest.mark.mariadb
@pytest.mark.parametrize("text", ["비밀", "비밀 for column 'x' at row 1"])
def test_text_that_a_column_has_no_characters_for_names_the_column(mariadb_url: str, text: str) -> None:
    made = "CREATE TABLE t (v VARCHAR(99) CHARACTER SET latin1)"
    assert refusal(sa.create_engine(mariadb_url), made, {"v": [text]}).startswith("t.v does not take a value")


def test_names_that_cannot_be_are_one_line(source: sa.Engine) -> None:
    for name in ("a\0b", "\ud800"):
        with pytest.raises(InputError, match="a table's name holds no NUL character"):
            Pipeline({"v": Keep()}).run_table(pa.table({"v": [1]}), source, name)
    with pytest.raises(InputError, match="holds a NUL character"):
        Pipeline({"a\0b": Keep()}).run_table(pa.table({"a\0b": [1]}), source, "t")
    if source.dialect.name != "postgresql":
        with pytest.raises(InputError, match="takes the columns 'a' and 'A' for one: rename one"):
            Pipeline({"a": Keep(), "A": Keep()}).run_table(pa.table({"a": [1], "A": [2]}), source, "t")
    assert not sa.inspect(source).get_table_names()
