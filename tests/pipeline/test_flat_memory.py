"""Frames and tables of any size pass in memory that does not grow with them."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pyarrow as pa
import pytest

from safeguards import Keyring
from safeguards.tables import write_file

MEASURED = """
    import re, sys
    import duckdb, polars as pl, pyarrow.dataset as ds
    from safeguards.pipeline import Pipeline
    from safeguards.pseudonyms import Token, Mask, Keep
    from safeguards.tables import open_database
    way, source, target = sys.argv[1:]
    pl.Config.set_streaming_chunk_size(50_000)
    columns = {"id": Token(), "phone": Mask(item="kr_phone"), "note": Keep()}
    pipeline = Pipeline(columns, domain="d")
    if way == "lazy polars":
        pipeline.run_file(pl.scan_parquet(source), target + ".parquet")
    elif way == "lazy result":
        pipeline.run(pl.scan_parquet(source)).sink_parquet(target + ".parquet", row_group_size=100_000)
    elif way == "dataset":
        pipeline.run_file(ds.dataset(source), target + ".parquet")
    elif way == "relation":
        relation = duckdb.connect(config={"memory_limit": "200MB"}).read_parquet(source)
        pipeline.run_file(relation, target + ".parquet")
    else:
        pipeline.run_table(source, "sqlite:///" + target + ".db", "t")
    # Not ru_maxrss, which begins with what the parent had.
    print(int(re.search("VmHWM:\\\\s+(\\\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""
SCHEMA = pa.schema({"id": pa.string(), "phone": pa.string(), "note": pa.string()})


@pytest.mark.slow
@pytest.mark.parametrize("way", ["lazy polars", "lazy result", "dataset", "relation", "table"])
def test_memory_does_not_grow_with_a_frame_or_a_table(ring: Keyring, tmp_path: Path, way: str) -> None:
    keys = {"SAFEGUARDS_KEYRING": f"sqlite:///{tmp_path / 'keys.db'} local:{tmp_path / 'master.key'}"}
    numbers = range(50_000)
    columns = [[str(n) for n in numbers], [f"010{n:08d}" for n in numbers], ["메모 " * 8] * len(numbers)]
    batch = pa.record_batch(columns, schema=SCHEMA)
    peaks = []
    for length in (1_000_000, 3_000_000):
        source, target = tmp_path / f"in{length}.parquet", tmp_path / f"out{length}"
        write_file(source, SCHEMA, [batch] * (length // len(numbers)))
        command = [sys.executable, "-c", textwrap.dedent(MEASURED), way, str(source), str(target)]
        done = subprocess.run(command, env=os.environ | keys, check=True, capture_output=True)
        peaks.append(int(done.stdout))
    print(way, peaks)
    assert peaks[1] < peaks[0] + 100, f"peak memory in MB: {peaks}"
