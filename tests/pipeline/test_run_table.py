"""Rows into a table of a database: whole or not at all, in memory that does not grow."""

from __future__ import annotations

import logging
import os
import random
import textwrap
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.pipeline import ConstraintsBroken, Manifest, Pipeline
from safeguards.pipeline.database.into_table import TableTarget
from safeguards.pseudonyms import Drop, Generalise, Keep, Mask, Token
from safeguards.tables import open_database, open_frame, write_file
from safeguards.tables.sql_refusals import row_refused
from tests import forked

PEOPLE = pa.table({"이메일": ["kim@example.com", None], "나이": pa.array([31, None], pa.int64())})


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline({"이메일": Token(item="email"), "나이": Generalise(band=10)}, domain="ads-2026")


@pytest.fixture
def target(database_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(database_url)
    yield engine
    engine.dispose()


def rows(engine: sa.Engine, table: str = "사본") -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        found = connection.execute(sa.select(sa.text("*")).select_from(sa.table(table)))
        return sorted((tuple(row) for row in found), key=repr)


def columns(engine: sa.Engine, table: str = "사본") -> dict[str, Any]:
    return {column["name"]: column for column in sa.inspect(engine).get_columns(table)}


def test_a_table_is_made_as_wide_as_the_pseudonyms(
    ring: Keyring, pipeline: Pipeline, target: sa.Engine, tmp_path: Path
) -> None:
    done = pipeline.run_table(PEOPLE, target, "사본", manifest=tmp_path / "m.json")
    assert (done.rows_in, done.rows_out) == (2, 2)
    assert done == Manifest.read(tmp_path / "m.json")
    assert done.output is not None
    assert done.output["table"] == "사본"
    assert columns(target)["이메일"]["type"].length == len(pipeline.run(PEOPLE)["이메일"][0].as_py())
    found = rows(target)
    assert {row[1] for row in found} == {"30-39", None}
    assert {row[0] for row in found} == set(pipeline.run(PEOPLE)["이메일"].to_pylist())


def test_every_type_of_arrow_comes_back_from_the_database(target: sa.Engine) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678_000)
    table = pa.table(
        {
            "글": ["가 나", None],
            "분류": pa.array(["가", None]).dictionary_encode(),
            "작은수": pa.array([7, None], pa.int16()),
            "큰수": pa.array([2**62, None], pa.int64()),
            "아주큰수": pa.array([2**52, None], pa.uint64()),
            "소수": pa.array([Decimal("1.25"), None], pa.decimal128(12, 2)),
            "실수": pa.array([1.5, None]),
            "날": pa.array([date(2026, 1, 2), None]),
            "때": pa.array([moment, None], pa.timestamp("us")),
            "때UTC": pa.array([moment.replace(tzinfo=UTC), None], pa.timestamp("ns", "Asia/Seoul")),
            "시각": pa.array([time_of_day(9, 30, 0, 5), None], pa.time64("us")),
            "참": pa.array([True, None]),
            "바이트": pa.array([b"\x00\xff", None], pa.binary()),
            "없음": pa.nulls(2),
        }
    )
    Pipeline({name: Keep() for name in table.schema.names}).run_table(table, target, "사본")
    made = sa.Table("사본", sa.MetaData(), autoload_with=target)
    with target.connect() as connection:
        first, second = connection.execute(sa.select(made).order_by(made.c["글"].is_(None))).mappings().all()
    assert set(second.values()) == {None}
    utc = moment.replace(tzinfo=UTC) if target.dialect.name == "postgresql" else moment
    assert dict(first) == {
        **table.slice(0, 1).to_pylist()[0],
        "때UTC": utc,
        "참": True,
    }


def test_a_moment_finer_than_a_database_holds_and_a_list_are_refused(target: sa.Engine) -> None:
    moments = pa.table({"때": pa.array([1], pa.timestamp("ns"))})
    with pytest.raises(InputError, match="사본.때: a moment is finer than the microseconds"):
        Pipeline({"때": Keep()}).run_table(moments, target, "사본")
    with pytest.raises(InputError, match="column '목록' is list<.*>, for which a table has no type"):
        Pipeline({"목록": Keep()}).run_table(pa.table({"목록": [[1]]}), target, "사본")
    assert not sa.inspect(target).has_table("사본")


@pytest.mark.parametrize(
    "values",
    [pa.array([2**64 - 1], pa.uint64()), pa.array([Decimal("0.12345678901234567")], pa.decimal128(20, 17))],
    ids=str,
)
def test_numbers_of_many_digits_are_exact_or_refused(target: sa.Engine, values: Any) -> None:
    table = pa.table({"수": values})
    if target.dialect.name == "sqlite":
        with pytest.raises(InputError, match="사본.수: a number has more digits than SQLite holds exactly"):
            Pipeline({"수": Keep()}).run_table(table, target, "사본")
    else:
        Pipeline({"수": Keep()}).run_table(table, target, "사본")
        assert rows(target) == [(values[0].as_py(),)]


def test_a_table_that_has_rows_is_refused_or_added_to(
    ring: Keyring, pipeline: Pipeline, target: sa.Engine
) -> None:
    pipeline.run_table(PEOPLE, target, "사본")
    with pytest.raises(InputError, match="사본 in .* has rows"):
        pipeline.run_table(PEOPLE, target, "사본")
    pipeline.run_table(PEOPLE, target, "사본", if_exists="append")
    found = rows(target)
    assert len(found) == 4
    assert len(set(found)) == 2


@pytest.mark.parametrize("there", [False, True], ids=["new", "empty"])
def test_of_two_runs_into_one_table_at_once_one_writes(
    target: sa.Engine, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("safeguards.tables.sql_writing.PATIENCE_SECONDS", 0)
    if target.dialect.name == "sqlite":  # which would wait for as long as that
        target = sa.create_engine(target.url, connect_args={"timeout": 0})
    if there:
        with target.begin() as connection:
            connection.execute(sa.text("CREATE TABLE 사본 (n BIGINT)"))
    batch, kept = pa.record_batch({"n": [1, 2]}), Pipeline({"n": Keep()})
    other = sa.create_engine(target.url, connect_args={"timeout": 0} if "sqlite" in str(target.url) else {})

    def while_another_runs() -> Iterator[pa.RecordBatch]:
        yield batch
        with pytest.raises(InputError, match="another run is writing 사본|database is locked"):
            kept.run_table(pa.table([[3]], ["n"]), other, "사본")
        yield batch

    stream = pa.RecordBatchReader.from_batches(batch.schema, while_another_runs())
    kept.run_table(stream, target, "사본")
    assert rows(target) == [(1,), (1,), (2,), (2,)]
    with pytest.raises(InputError, match="사본 in .* has rows"):
        kept.run_table(pa.table([[3]], ["n"]), other, "사본")


def test_a_run_that_waited_for_another_does_not_add_to_its_rows(target: sa.Engine) -> None:
    """Both found the table empty before the first of them wrote."""
    with target.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (n BIGINT)"))
    kept, table = Pipeline({"n": Keep()}), pa.table({"n": [1]})
    places = [TableTarget(target, "t") for _ in range(2)]
    plans = [place.plan(kept, open_frame(table), table.schema) for place in places]
    plans[0].fill(table.to_batches())
    with pytest.raises(InputError, match='t in .* has rows: name another table, or say if_exists="append"'):
        plans[1].fill(table.to_batches())
    assert rows(target, "t") == [(1,)]


def test_a_failure_leaves_no_table_and_adds_no_row(ring: Keyring, target: sa.Engine, tmp_path: Path) -> None:
    ages = pa.table({"나이": ["7"] * 70_000 + ["secret"]})
    pipeline = Pipeline({"나이": Generalise(band=10)})
    with pytest.raises(InputError, match="row 70001") as caught:
        pipeline.run_table(ages, target, "사본", manifest=tmp_path / "m.json")
    assert "secret" not in str(caught.value)
    assert sa.inspect(target).get_table_names() == []
    assert not (tmp_path / "m.json").exists()
    pipeline.run_table(ages.slice(0, 5), target, "사본")
    with pytest.raises(InputError, match="row 70001"):
        pipeline.run_table(ages, target, "사본", if_exists="append")
    assert len(rows(target)) == 5


def test_rows_that_break_a_key_name_the_key_and_no_value(
    ring: Keyring, target: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """A canonical form makes one of two spellings that UNIQUE had told apart."""
    table = sa.Table("사본", sa.MetaData(), sa.Column("이메일", sa.String(60), unique=True))
    table.create(target)
    names = [f"kim{number}@example.com" for number in range(5000)]
    twins = pa.table({"이메일": [*names, *map(str.upper, names)]})
    with pytest.raises(InputError, match="사본: a row breaks .*; nothing was written") as caught:
        Pipeline({"이메일": Token(item="email")}, domain="d").run_table(twins, target, "사본")
    assert "tk1" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "@" not in repr(vars(caught.value.__context__)) + str(caught.value.__context__)
    assert "tk1" not in "".join(traceback.format_exception(caught.value.__context__))
    assert not caplog.records
    assert rows(target) == []


def test_what_a_driver_logs_of_a_refused_row_is_withheld(
    target: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    log = logging.getLogger("psycopg")
    with row_refused(target, sa.Table("사본", sa.MetaData())):
        log.warning("error ignored terminating: Key (이메일)=(kim@example.com) exists")
    assert not caplog.records
    log.warning("of others")
    assert caplog.messages == ["of others"]


def test_text_that_is_too_long_is_refused_also_where_the_database_would_take_it(target: sa.Engine) -> None:
    sa.Table("사본", sa.MetaData(), sa.Column("메모", sa.String(3))).create(target)
    with pytest.raises(InputError, match="사본.메모 is VARCHAR.3., but a value has 6 characters"):
        Pipeline({"메모": Keep()}).run_table(pa.table({"메모": ["짧다", "비밀이 길다"]}), target, "사본")
    assert rows(target) == []
    Pipeline({"메모": Keep()}).run_table(pa.table({"메모": ["짧다"]}), target, "사본")
    assert rows(target) == [("짧다",)]


EXISTING: list[tuple[dict[str, Any], Any, str]] = [
    ({"type_": sa.Integer()}, Token(), "사본.값: is INTEGER, a whole number, but token .* makes text"),
    ({"type_": sa.String(20)}, Token(), "사본.값: is VARCHAR.20., but token .* makes 35 characters"),
    ({"type_": sa.String(20)}, Mask(item="email"), "how long mask of email makes values is not known"),
    (
        {"type_": sa.String(60), "unique": True},
        Mask(),
        "사본.값: is UNIQUE, but mask may make",
    ),
]


@pytest.mark.parametrize(("settings", "transform", "message"), EXISTING)
def test_a_table_that_is_there_is_checked_before_a_row_is_read(
    ring: Keyring, target: sa.Engine, settings: Any, transform: Any, message: str
) -> None:
    sa.Table("사본", sa.MetaData(), sa.Column("값", **settings)).create(target)
    with pytest.raises(ConstraintsBroken, match=message):
        Pipeline({"값": transform}, domain="d").run_table(pa.table({"값": ["a@b.kr"]}), target, "사본")


def test_a_table_that_is_there_wants_its_own_columns(ring: Keyring, target: sa.Engine) -> None:
    sa.Table(
        "사본", sa.MetaData(), sa.Column("a", sa.String(60)), sa.Column("b", sa.Text, nullable=False)
    ).create(target)
    with pytest.raises(ConstraintsBroken) as caught:
        Pipeline({"a": Drop(), "c": Keep()}).run_table(pa.table({"a": ["x"], "c": ["y"]}), target, "사본")
    assert [problem.partition(":")[0] for problem in caught.value.problems] == ["사본.c", "사본.b"]


def test_constraints_can_be_left_behind(ring: Keyring, tmp_path: Path, target: sa.Engine) -> None:
    source = sa.create_engine(f"sqlite:///{tmp_path / 'in.db'}")
    table = sa.Table("회원", sa.MetaData(), sa.Column("전화", sa.String(20), primary_key=True))
    table.create(source)
    with source.begin() as connection:
        connection.execute(table.insert(), [{"전화": "010-1234-5678"}, {"전화": "010-1234-5679"}])
    source.dispose()
    masked = Pipeline({"전화": Mask(item="kr_phone")})
    with open_database(f"sqlite:///{tmp_path / 'in.db'}") as database:
        with pytest.raises(ConstraintsBroken, match="PRIMARY KEY"):
            masked.run_table(database.source("회원"), target, "사본")
        masked.run_table(database.source("회원"), target, "사본", constraints="leave")
    assert rows(target) == [("010-1234-****",), ("010-1234-****",)]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"if_exists": "replace"}, "if_exists='replace' is none of refuse, append"),
        ({"constraints": "drop"}, "constraints='drop' is none of carry, leave"),
        ({"table": " "}, "a table has a name"),
        ({"target": "sqlite://"}, "name a file"),
        ({"target": "sqlite:////no/such/folder/x.db"}, "cannot be written"),
        ({"target": "oracle://x/y"}, "no database that can be read"),
    ],
)
def test_options_that_cannot_be_are_one_line(tmp_path: Path, settings: Any, message: str) -> None:
    settings = {"target": f"sqlite:///{tmp_path / 'x.db'}", "table": "t"} | settings
    with pytest.raises(InputError, match=message):
        Pipeline({"이메일": Keep(), "나이": Keep()}).run_table(PEOPLE, **settings)
    assert not (tmp_path / "x.db").exists()


def test_one_file_of_sqlite_is_not_read_and_written_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    Pipeline({"이메일": Keep(), "나이": Keep()}).run_table(PEOPLE, url, "a")
    with open_database(url) as database, pytest.raises(InputError, match="name another file"):
        Pipeline({"이메일": Keep(), "나이": Keep()}).run_table(database.source("a"), url, "b")


def test_a_file_of_sqlite_that_a_failed_run_would_have_made_is_not_left(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 2"):
        Pipeline({"a": Generalise(band=5)}).run_table(
            pa.table({"a": ["1", "x"]}), f"sqlite:///{tmp_path / 'x.db'}", "t"
        )
    assert os.listdir(tmp_path) == []


def test_an_index_of_pandas_does_not_leak_into_a_table(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": ["x"]}, index=[7])
    with pytest.raises(InputError, match="__index_level_0__.* is not listed"):
        Pipeline({"a": Keep()}).run_table(frame, f"sqlite:///{tmp_path / 'x.db'}", "t")


@pytest.mark.postgres
def test_a_schema_of_postgresql_is_named_before_the_table(
    ring: Keyring, pipeline: Pipeline, postgres_url: str
) -> None:
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(sa.text('CREATE SCHEMA "분석"'))
    pipeline.run_table(PEOPLE, postgres_url, "분석.사본")
    assert sa.inspect(engine).get_table_names("분석") == ["사본"]
    pipeline.run_table(PEOPLE, postgres_url, "분석.사본", if_exists="append")
    engine.dispose()


@pytest.mark.mariadb
def test_pseudonyms_that_differ_by_case_or_white_space_alone_stay_different_in_mariadb(
    ring: Keyring, mariadb_url: str, tmp_path: Path
) -> None:
    source = sa.create_engine(f"sqlite:///{tmp_path / 'in.db'}")
    table = sa.Table("t", sa.MetaData(), sa.Column("k", sa.String(20), primary_key=True))
    table.create(source)
    with source.begin() as connection:
        connection.execute(table.insert(), [{"k": "abc"}, {"k": "ABC"}, {"k": "abc "}])
    source.dispose()
    with open_database(f"sqlite:///{tmp_path / 'in.db'}") as database:
        Pipeline({"k": Keep()}).run_table(database.source("t"), mariadb_url, "t")
    engine = sa.create_engine(mariadb_url)
    assert len(rows(engine, "t")) == 3
    engine.dispose()


@pytest.mark.mariadb
def test_a_table_of_mariadb_without_transactions_is_not_added_to(mariadb_url: str) -> None:
    engine = sa.create_engine(mariadb_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (이메일 text, 나이 bigint) ENGINE=MyISAM"))
    with pytest.raises(InputError, match="of the engine MyISAM, which has no transactions"):
        Pipeline({"이메일": Keep(), "나이": Keep()}).run_table(PEOPLE, mariadb_url, "t")
    engine.dispose()


WORKER = """
    import sys
    from safeguards.pipeline import Pipeline
    from safeguards.pseudonyms import Token
    def advance(done, total):
        print(done, flush=True)
    pipeline = Pipeline({"a": Token(), "b": Token()}, domain="d")
    pipeline.run_table(sys.argv[1], sys.argv[2], "t", advance=advance)
    print("end", flush=True)
"""


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "SAFEGUARDS_KEYRING": f"sqlite:///{folder / 'keys.db'} local:{folder / 'master.key'}"
    }


def test_a_process_killed_midway_leaves_no_table_and_a_clean_rerun(
    ring: Keyring, tmp_path: Path, database_url: str
) -> None:
    with (tmp_path / "in.csv").open("w") as file:
        file.write("a,b\n")
        file.writelines(f"value {n},other {n}\n" for n in range(140_000))
    job = (textwrap.dedent(WORKER), str(tmp_path / "in.csv"), database_url)
    with forked.Popen(*job, env=environment(tmp_path)) as process:
        assert process.stdout.readline().strip().isdigit()
        time.sleep(random.uniform(0, 0.2))
        process.kill()
        ended = "end" in process.stdout.read()
    engine = sa.create_engine(database_url)
    if ended:
        assert len(rows(engine, "t")) == 140_000
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE t")
    deadline = time.monotonic() + 30
    while sa.inspect(engine).has_table("t"):
        assert time.monotonic() < deadline
        time.sleep(0.1)  # until the server has seen that its client is gone
    write_file(
        tmp_path / "few.csv",
        pa.schema({"a": pa.string(), "b": pa.string()}),
        [pa.record_batch({"a": ["value 1"], "b": ["other 1"]})],
    )
    Pipeline({"a": Token(), "b": Token()}, domain="d").run_table(tmp_path / "few.csv", database_url, "t")
    assert len(rows(engine, "t")) == 1
    assert sa.inspect(engine).get_table_names() == ["t"]
    engine.dispose()


def test_mariadb_that_a_url_calls_mysql_takes_a_new_table(ring: Keyring, mariadb_url: str) -> None:
    url = mariadb_url.replace("mariadb+", "mysql+")
    rows = pa.table({"id": ["가", "가 ", None], "memo": ["x" * 9000] * 3})
    Pipeline({"id": Token(), "memo": Keep()}, domain="d").run_table(rows, url, "t")
    engine = sa.create_engine(mariadb_url)
    kinds = {column["name"]: column["type"] for column in sa.inspect(engine).get_columns("t")}
    engine.dispose()
    assert [kind.collation for kind in kinds.values()] == ["utf8mb4_nopad_bin"] * 2
    assert isinstance(kinds["memo"], sa.dialects.mysql.LONGTEXT)
