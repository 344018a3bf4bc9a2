#!/usr/bin/env python3
"""Measure what two cores gain over one on Spark: four transformed columns, 5,000,000 rows, 16 splits.

usage: uv run --group spark python plugins/safeguards-spark/benchmarks/bench_spark.py [ROWS] [--least RATIO]

Each run has a JVM of its own, local[1] and local[2] by turns, and writes to the data source "noop", so that
what is measured is reading Parquet, the exchange with Python and the steps. The best of each counts. With
--least it fails where the ratio is below; on a machine that has other work to do, the ratio says little.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS = 5_000_000
SPLITS = 16
ROUNDS = 2
BATCH = 50_000


def session(cores: int, folder: Path) -> object:
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        "spark.local.dir": str(folder / "local"),
        "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH),
        "spark.driver.memory": "2g",
    }
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local[{cores}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made


def make(folder: Path, rows: int) -> None:
    """Write the people, a file a split."""
    from pyspark.sql import functions as f

    spark = session(2, folder)
    number = f.xxhash64("id")
    columns = {
        "member": f.lpad(f.pmod(number, f.lit(10**13)).cast("string"), 13, "1"),
        "email": f.concat(
            f.lit("user"), f.pmod(number, f.lit(2_000_000)).cast("string"), f.lit("@example.com")
        ),
        "phone": f.format_string(
            "010-%04d-%04d", f.pmod(number, f.lit(9_000)) + 1000, f.pmod("id", f.lit(10_000))
        ),
        "birth": f.date_add(f.lit("1940-01-01").cast("date"), f.pmod(number, f.lit(25_000)).cast("int")),
    }
    spark.range(0, rows, 1, SPLITS).withColumns(columns).write.parquet(str(folder / "people"))
    spark.stop()


def measure(cores: int, folder: Path) -> float:
    """Return the seconds of one run, after the workers are warm."""
    from safeguards_spark import protect

    from safeguards import Keyring, use
    from safeguards.pipeline import Pipeline
    from safeguards.pseudonyms import FormatPreserving, Generalise, Token

    spark = session(cores, folder)
    use(Keyring.open(f"sqlite:///{folder / 'keys.db'}"), "pseudonyms")
    columns = {
        "member": FormatPreserving(),
        "email": Token(item="email"),
        "phone": Token(item="kr_phone"),
        "birth": Generalise(years=5),
    }
    pipeline = Pipeline(columns, domain="benchmark", unlisted="drop")
    people = spark.read.parquet(str(folder / "people"))
    done = protect(people, pipeline)
    some = people.where(f"pmod(hash(member), {SPLITS}) < {cores}")  # the JVM and Python are up and compiled
    protect(some, pipeline).write.format("noop").mode("overwrite").save()
    start = time.perf_counter()
    done.write.format("noop").mode("overwrite").save()
    seconds = time.perf_counter() - start
    spark.stop()
    return seconds


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--run"]:
        print(f"seconds {measure(int(arguments[1]), Path(arguments[2]))}")
        return 0
    if arguments[:1] == ["--make"]:
        make(Path(arguments[1]), int(arguments[2]))
        return 0
    least = float(arguments[arguments.index("--least") + 1]) if "--least" in arguments else 0.0
    rows = int(arguments[0]) if arguments and arguments[0].isdecimal() else ROWS
    with tempfile.TemporaryDirectory() as folder:
        return compare(Path(folder), rows, least)


def compare(folder: Path, rows: int, least: float) -> int:
    from safeguards import Keyring

    Keyring.create(f"sqlite:///{folder / 'keys.db'}", f"local:{folder / 'master.key'}")
    alone(folder, "--make", str(folder), str(rows))
    found: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for cores, seconds in found.items():
            told = alone(folder, "--run", str(cores), str(folder))
            seconds.append(float(told.rpartition("seconds ")[2]))
            print(f"local[{cores}]  {seconds[-1]:8.2f} s   {rows / seconds[-1]:12,.0f} rows/s", flush=True)
    ratio = min(found[1]) / min(found[2])
    print(f"two cores over one: {ratio:.2f}x ({rows:,} rows, {SPLITS} splits, four columns)")
    return int(ratio < least)


def alone(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-W", "ignore", __file__, *arguments]
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
