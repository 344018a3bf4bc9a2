"""File to file and database to file: whole or not at all, in memory that does not grow."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from safeguards import Keyring
from safeguards.errors import AlreadyProtected, InputError
from safeguards.pipeline import Manifest, Pipeline, verify
from safeguards.pseudonyms import Generalise, Keep, Token
from safeguards.tables import open_database, open_file, write_file
from tests import forked

KINDS = [".csv", ".tsv", ".jsonl", ".parquet", ".csv.gz", ".jsonl.zst"]


def read(path: Path) -> list[dict[str, object]]:
    source = open_file(path)
    return pa.Table.from_batches(list(source.batches()), source.schema).to_pylist()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_gives_the_tokens_of_every_other(
    ring: Keyring, tmp_path: Path, members: pa.Table, pipeline: Pipeline, kind: str
) -> None:
    write_file(tmp_path / f"in{kind}", members.schema, members.to_batches())
    done = pipeline.run_file(tmp_path / f"in{kind}", tmp_path / "out.parquet")
    assert read(tmp_path / "out.parquet") == pipeline.run(members).to_pylist()
    assert (done.rows_in, done.rows_out) == (3, 3)
    pipeline.run_file(tmp_path / f"in{kind}", tmp_path / f"out{kind}")
    assert read(tmp_path / f"out{kind}") == read(tmp_path / "out.parquet")


def test_a_database_gives_the_tokens_of_a_file(ring: Keyring, tmp_path: Path, database_url: str) -> None:
    engine = sa.create_engine(database_url)
    table = sa.Table("회원", sa.MetaData(), sa.Column("이메일", sa.String(50)), sa.Column("번호", sa.Integer))
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(
            table.insert(), [{"이메일": "kim@example.com", "번호": 7}, {"이메일": None, "번호": 8}]
        )
    engine.dispose()
    (tmp_path / "in.csv").write_text("번호,이메일\n7,KIM@example.com\n8,\n")
    pipeline = Pipeline({"이메일": Token(item="email"), "번호": Token()}, domain="d")
    with open_database(database_url) as database:
        pipeline.run_file(database.source("회원"), tmp_path / "a.csv")
    pipeline.run_file(tmp_path / "in.csv", tmp_path / "b.csv")
    key = "번호"
    assert sorted(read(tmp_path / "a.csv"), key=lambda row: str(row[key])) == sorted(
        read(tmp_path / "b.csv"), key=lambda row: str(row[key])
    )


def test_a_failure_leaves_neither_target_nor_manifest(ring: Keyring, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("age\n" + "5\n" * 70_000 + "x\n")
    for target in ("out.csv", "out.parquet", "out.jsonl"):
        with pytest.raises(InputError, match="row 70001"):
            Pipeline({"age": Generalise(band=10)}).run_file(
                tmp_path / "in.csv", tmp_path / target, manifest=tmp_path / "m.json"
            )
    assert os.listdir(tmp_path) == ["in.csv"] or sorted(os.listdir(tmp_path)) == [
        "in.csv",
        "keys.db",
        "master.key",
    ]


def test_a_manifest_that_would_be_a_folder_is_refused_before_the_target_is_written(tmp_path: Path) -> None:
    write_file(tmp_path / "in.csv", pa.schema({"a": pa.int64()}), [pa.record_batch({"a": [1]})])
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="folder: is no file"):
        Pipeline({"a": Keep()}).run_file(
            tmp_path / "in.csv", tmp_path / "out.csv", manifest=tmp_path / "folder"
        )
    assert sorted(os.listdir(tmp_path)) == ["folder", "in.csv"]


def test_no_target_appears_when_the_manifest_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("age\n5\n")
    with pytest.raises(InputError, match="cannot be written"):
        Pipeline({"age": Keep()}).run_file(
            tmp_path / "in.csv", tmp_path / "out.csv", manifest=tmp_path / "missing" / "m.json"
        )
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("target", "manifest"),
    [("in.csv", None), ("./in.csv", None), ("out.csv", "in.csv"), ("out.csv", "out.csv")],
)
def test_no_file_is_written_over_another_of_the_same_run(
    tmp_path: Path, target: str, manifest: str | None
) -> None:
    (tmp_path / "in.csv").write_text("age\n5\n")
    with pytest.raises(InputError, match="are one file"):
        Pipeline({"age": Keep()}).run_file(
            tmp_path / "in.csv", tmp_path / target, manifest=manifest and tmp_path / manifest
        )
    assert (tmp_path / "in.csv").read_text() == "age\n5\n"


def test_progress_is_told_with_the_total_where_it_is_known(tmp_path: Path) -> None:
    table = pa.table({"a": range(150_000)})
    pq.write_table(table, tmp_path / "in.parquet")
    told: list[tuple[int, int | None]] = []
    Pipeline({"a": Keep()}).run_file(
        tmp_path / "in.parquet", tmp_path / "out.csv", advance=lambda done, total: told.append((done, total))
    )
    assert told[-1] == (150_000, 150_000)
    assert len(told) > 1


def test_the_manifest_in_parquet_is_the_one_written_and_the_one_returned(
    ring: Keyring, tmp_path: Path, members: pa.Table, pipeline: Pipeline
) -> None:
    pq.write_table(members, tmp_path / "in.parquet")
    done = pipeline.run_file(tmp_path / "in.parquet", tmp_path / "out.parquet", manifest=tmp_path / "m.json")
    assert done == Manifest.read(tmp_path / "m.json")
    assert replace(done, output=None) == Manifest.read(tmp_path / "out.parquet")
    assert done.output == {"sha256": sha256((tmp_path / "out.parquet").read_bytes()).hexdigest()}
    with pytest.raises(AlreadyProtected, match="column 'age' was transformed before"):
        Pipeline({"age": Generalise(band=5)}, unlisted="keep").run_file(
            tmp_path / "out.parquet", tmp_path / "x.csv"
        )
    assert not (tmp_path / "x.csv").exists()


WORKER = """
    import sys
    from safeguards.pipeline import Pipeline
    from safeguards.pseudonyms import Generalise, Token
    from safeguards.risk import RiskGate
    def advance(done, total):
        print(done, flush=True)
    if __name__ == "__main__":
        columns = {"a": Token(), "b": Generalise(band=10)}
        Pipeline(columns, domain="d", gates=[RiskGate(["b"])]).run_file(
            sys.argv[1], sys.argv[2], manifest=sys.argv[3], advance=advance, processes=int(sys.argv[4]))
        print("end", flush=True)
"""
SLOW = pytest.mark.slow


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="a nameless file needs Linux")
@pytest.mark.parametrize("processes", [1, pytest.param(2, marks=SLOW)])
@pytest.mark.parametrize(
    "kind", [".csv", *(pytest.param(kind, marks=SLOW) for kind in (".csv.gz", ".parquet", ".jsonl"))]
)
def test_a_process_killed_midway_leaves_nothing_and_the_next_run_is_clean(
    ring: Keyring, tmp_path: Path, kind: str, processes: int
) -> None:
    rows = 70_000 if kind == ".jsonl" else 90_000
    with (tmp_path / "in.csv").open("w") as file:
        file.write("a,b\n")
        file.writelines(f"value {n},{n % 90}\n" for n in range(rows))
    (tmp_path / "out").mkdir()
    (tmp_path / "job.py").write_text(textwrap.dedent(WORKER))
    keys = {"SAFEGUARDS_KEYRING": f"sqlite:///{tmp_path / 'keys.db'} local:{tmp_path / 'master.key'}"}
    paths = [tmp_path / "in.csv", tmp_path / "out" / f"t{kind}", tmp_path / "out" / "m.json"]
    command = (tmp_path / "job.py", *map(str, paths), str(processes))
    with forked.Popen(*command, env=os.environ | keys) as process:
        assert process.stdout.readline().strip().isdigit()
        time.sleep(random.uniform(0, 0.1))
        process.kill()
        ended = "end" in process.stdout.read()
    there = sorted(os.listdir(tmp_path / "out"))  # the file takes its name first, then its manifest
    assert there in ([["m.json", f"t{kind}"]] if ended else [[], [f"t{kind}"], ["m.json", f"t{kind}"]])
    assert not there or sum(batch.num_rows for batch in open_file(paths[1]).batches()) == rows
    done = forked.run(*command, env=os.environ | keys, check=True)
    assert "end" in done.stdout
    assert verify(paths[1], paths[2]) == []
    assert sorted(os.listdir(tmp_path / "out")) == ["m.json", f"t{kind}"]


MEASURED = """
    import re, sys
    from safeguards.pipeline import Pipeline
    from safeguards.pseudonyms import Token, Mask, Keep
    columns = {"id": Token(), "phone": Mask(item="kr_phone"), "note": Keep()}
    Pipeline(columns, domain="d").run_file(sys.argv[1], sys.argv[2])
    # Not ru_maxrss, which begins with what the parent had.
    print(int(re.search("VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""


SCHEMA = pa.schema({"id": pa.string(), "phone": pa.string(), "note": pa.string()})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "rows"), [(".csv", 3_000_000), (".parquet", 3_000_000), (".jsonl", 600_000)]
)
def test_memory_does_not_grow_with_the_file(ring: Keyring, tmp_path: Path, kind: str, rows: int) -> None:
    keys = {"SAFEGUARDS_KEYRING": f"sqlite:///{tmp_path / 'keys.db'} local:{tmp_path / 'master.key'}"}
    numbers = range(50_000)
    columns = [[str(n) for n in numbers], [f"010{n:08d}" for n in numbers], ["메모 " * 8] * len(numbers)]
    batch = pa.record_batch(columns, schema=SCHEMA)
    peaks = []
    for length in (100_000, rows):
        source, target = tmp_path / f"in{length}{kind}", tmp_path / f"out{length}{kind}"
        write_file(source, SCHEMA, [batch] * (length // len(numbers)))
        command = [sys.executable, "-c", textwrap.dedent(MEASURED), str(source), str(target)]
        done = subprocess.run(command, env=os.environ | keys, check=True, capture_output=True)
        peaks.append(int(done.stdout))
    assert peaks[1] < peaks[0] + 100, f"peak memory in MB: {peaks}"


def test_the_manifest_file_is_plain_json(
    ring: Keyring, tmp_path: Path, members: pa.Table, pipeline: Pipeline
) -> None:
    pipeline.run(members, manifest=tmp_path / "m.json")
    assert json.loads((tmp_path / "m.json").read_text())["purpose"] == "통계"


NULL_WITHIN: Any = pa.DictionaryArray.from_arrays(
    pa.array([0, 1, None, 0], pa.int32()), pa.array(["가", None])
)


@pytest.mark.parametrize(
    ("values", "nulls"),
    [
        (NULL_WITHIN, 2),
        (pa.ListArray.from_arrays([0, 3, 4], NULL_WITHIN), 0),
        (pa.StructArray.from_arrays([NULL_WITHIN], ["가"]), 0),
    ],
    ids=lambda value: str(getattr(value, "type", value)),
)
def test_a_dictionary_that_holds_null_is_kept(tmp_path: Path, values: Any, nulls: int) -> None:
    table = pa.table({"v": values})
    done = Pipeline({"v": Keep()}).run_file(table, tmp_path / "out.parquet")
    assert done.nulls_out == {"v": nulls}
    assert pq.read_table(tmp_path / "out.parquet")["v"].to_pylist() == values.to_pylist()
