"""A Spark of two cores in this process; without PySpark the suite skips, and where CI asks for it, fails."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from safeguards import Keyring, use

ROWS = 230
PIN = "4821-회원-pin"
SCHEMA = (
    "id bigint, name string, phone string, email string, birth date, joined timestamp, seen timestamp_ntz, "
    "fee decimal(12,2), score double, photo binary, tags array<string>, home struct<city:string,zip:int>, "
    "prefs map<string,int>, active boolean, level smallint"
)

if os.environ.get("SAFEGUARDS_REQUIRE_SPARK") == "1":
    import safeguards_spark  # noqa: F401 - a suite that skips would prove nothing


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session whose time zone is not UTC, and whose tasks are tried twice."""
    from pyspark.sql import SparkSession

    home = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "Asia/Seoul",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.warehouse.dir": str(home / "warehouse"),
        "spark.local.dir": str(home / "local"),
        "spark.sql.execution.arrow.maxRecordsPerBatch": "50",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("SOFTHSM2_CONF", str(home / "softhsm2.conf"))  # the workers' own credentials
        patch.setenv("SAFEGUARDS_TEST_PIN", PIN)
        (home / "tokens").mkdir()
        (home / "softhsm2.conf").write_text(f"directories.tokendir = {home / 'tokens'}\nlog.level = ERROR\n")
        builder = SparkSession.builder.master("local[2,2]")
        for name, value in settings.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()


@pytest.fixture(autouse=True)
def _as_spark_warns() -> Iterator[None]:
    """PySpark warns of pandas 3 and of what it leaves open; what is ours still fails."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        warnings.filterwarnings("ignore", category=ResourceWarning)
        yield


@pytest.fixture
def pseudonyms(tmp_path: Path) -> Iterator[Keyring]:
    """The keyring of pseudonyms for one test, in files of its own."""
    ring = Keyring.create(f"sqlite:///{tmp_path / 'p.db'}", f"local:{tmp_path / 'p.key'}")
    use(ring, "pseudonyms")
    yield ring
    use(None, "pseudonyms")


def person(number: int) -> tuple[Any, ...]:
    if number % 23 == 0:  # a row of NULLs, but for what it is known by
        return (number, *[None] * 14)
    day = date(1950, 1, 1) + timedelta(days=number * 97)
    moment = datetime(2026, 1, 1, 0, 30) + timedelta(hours=number * 7, microseconds=number)
    return (
        number,
        ["김하늘", "이 바다", "Ana Núñez", "", "박🙂"][number % 5],
        f"010-{1000 + number % 40:04d}-{number * 37 % 10_000:04d}",
        f"사람{number % 60}@example.com",
        day,
        moment,
        moment,
        Decimal(number * 31) / 100,
        [0.1, 1.0, float("nan"), -0.0][number % 4],
        bytes([number % 256, 0, 255]),
        None if number % 7 == 0 else ["a", None, "나"],
        (["서울", "부산"][number % 2], number),
        {"알림": number, "색": None},
        number % 2 == 0,
        number % 9,
    )


@pytest.fixture(scope="session")
def people(spark: Any) -> Any:
    """Invented people in five partitions, each of several batches; every type that Arrow has of Spark's."""
    rows = [person(number) for number in range(ROWS)]
    return spark.createDataFrame(rows, SCHEMA).repartition(5).cache()


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Keyring]:
    """The default keyring for one test, in files of its own."""
    ring = Keyring.create(f"sqlite:///{tmp_path / 'keys.db'}", f"local:{tmp_path / 'master.key'}")
    use(ring)
    yield ring
    use(None)
