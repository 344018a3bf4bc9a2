"""The same pipeline on Spark and on one machine: the same values, no key in a task, no value in an error."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

pytest.importorskip(
    "safeguards_spark", reason="PySpark is absent: uv run --group spark pytest plugins/safeguards-spark"
)

from pyspark import cloudpickle
from pyspark.errors import PythonException
from pyspark.sql import functions as f
from pyspark.sql import types as spark_types
from safeguards_spark import protect
from safeguards_spark.kinds import from_arrow, to_arrow
from safeguards_spark.work import Task

from safeguards import InputError, Keyring, KeyringError, use
from safeguards.errors import AlreadyProtected
from safeguards.keys import registry, use_wrapped
from safeguards.pipeline import Parcel, Pipeline, Pseudonymise
from safeguards.pseudonyms import Domain, Drop, FormatPreserving, Generalise, Keep, Mask, Token
from tests.keys.remote import Counting

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # steps of this file, for the workers

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
)
COLUMNS = {
    "id": Keep(),
    "name": Token(),
    "phone": FormatPreserving(item="kr_phone"),
    "email": Token(item="email"),
    "birth": Generalise(years=10),
    "joined": Token(),
    "seen": Keep(),
    "fee": Token(),
    "score": Token(),
    "photo": Token(),
    "tags": Keep(),
    "home": Keep(),
    "prefs": Keep(),
    "active": Keep(),
    "level": Drop(),
}


def by_id(table: pa.Table) -> list[dict[str, Any]]:
    return sorted(map(told, table.to_pylist()), key=lambda row: row["id"])


def told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: repr(value) if isinstance(value, float) else value for name, value in row.items()}


def said(error: BaseException) -> str:
    """Return what the failed task said last: our line."""
    lines = [line for line in str(error).splitlines() if line.startswith("safeguards")]
    return lines[-1]


@dataclass(frozen=True)
class Talkative:
    """A user's own step, whose error quotes a value."""

    def start(self, schema: pa.Schema, _metadata: object) -> Any:
        step = self

        class Running:
            def __init__(self) -> None:
                self.schema = schema

            def apply(self, batch: pa.RecordBatch, before: int = 0) -> Any:
                return step.apply(batch)

            def finish(self, _rows: int, _counts: object) -> list[Any]:
                return []

        return Running()

    def apply(self, batch: pa.RecordBatch) -> Any:
        if batch.num_rows:
            secret = batch["phone"].drop_null()[0].as_py()
            try:
                int(secret)
            except ValueError as error:
                raise RuntimeError(f"cannot read {secret}") from error
        from collections import Counter

        return batch, Counter()

    def describe(self) -> dict[str, Any]:
        return {"step": "talkative"}


def test_spark_gives_the_values_of_one_machine_row_for_row(people: Any, pseudonyms: Keyring) -> None:
    pipeline = Pipeline(COLUMNS, domain="ads-2026")
    table = people.toArrow()
    done = protect(people, pipeline)
    found, expected = by_id(done.toArrow()), by_id(pipeline.run(table))
    assert len(found) == 230
    assert found == expected
    assert found[1]["name"] != by_id(table)[1]["name"]
    assert (found[0]["name"], found[0]["birth"]) == (None, None)


def test_types_that_steps_leave_stay_and_none_is_refused_as_null(people: Any, pseudonyms: Keyring) -> None:
    done = protect(people, Pipeline(dict.fromkeys(people.columns, Keep())))
    assert [(each.name, each.dataType) for each in done.schema] == [
        (each.name, each.dataType) for each in people.schema
    ]
    assert sorted(map(repr, done.collect())) == sorted(map(repr, people.collect()))


def test_a_moment_is_the_same_in_every_session_time_zone(
    spark: Any, people: Any, pseudonyms: Keyring
) -> None:
    pipeline = Pipeline(
        {"id": Keep(), "joined": Generalise(years=1), "seen": Token()}, domain="d", unlisted="drop"
    )
    in_seoul = by_id(protect(people, pipeline).toArrow())
    spark.conf.set("spark.sql.session.timeZone", "America/New_York")
    try:
        assert by_id(protect(people, pipeline).toArrow()) == in_seoul
    finally:
        spark.conf.set("spark.sql.session.timeZone", "Asia/Seoul")


def test_partitions_and_batches_without_rows_are_fine(spark: Any, people: Any, pseudonyms: Keyring) -> None:
    pipeline = Pipeline({"phone": Token()}, domain="d", unlisted="drop")
    nobody = people.where("id < 0")
    assert protect(nobody, pipeline).toArrow().num_rows == 0
    assert protect(people.where("id = 7").repartition(4), pipeline).count() == 1


def test_the_task_holds_neither_keys_nor_the_key_store(people: Any, pseudonyms: Keyring) -> None:
    pipeline = Pipeline(COLUMNS, domain="ads-2026")
    parcel = Parcel.of(pipeline.steps, to_arrow(people.schema))
    pickled = cloudpickle.dumps(Task(parcel, parcel.schema).run)
    keys = [secret.reveal() for _, secret in pseudonyms._memory.current().keys.values()]
    keys.append(pseudonyms.pseudonym_key("ads-2026", "email/1", 0)[1].reveal())
    master = Path(pseudonyms.provider.uri.removeprefix("local:")).read_bytes().split(b":")[1].strip()
    assert not [key for key in (*keys, master) if key in pickled]
    assert pseudonyms.provider.uri.encode() in pickled
    assert b"pseudonyms" in pickled
    assert b"p.db" not in pickled


def test_workers_need_no_key_store(people: Any, pseudonyms: Keyring, tmp_path: Path) -> None:
    pipeline = Pipeline({"phone": Token()}, domain="ads-2026", unlisted="drop")
    done = protect(people, pipeline)
    (tmp_path / "p.db").unlink()
    assert done.where(f.col("phone").startswith("tk1_")).count() == 220


def test_a_worker_unwraps_once_over_all_its_tasks(
    people: Any, pseudonyms: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = Counting(tmp_path / "p.key")
    monkeypatch.setattr("safeguards.keys.keyring.provider_from", lambda _uri: counting)
    pipeline = Pipeline({"id": Token()}, domain="ads-2026", unlisted="drop")
    parcel = Parcel.of(pipeline.steps, to_arrow(people.schema))
    made = pipeline.run(people.limit(3).toArrow())
    task = Task(parcel, made.schema.remove_metadata())
    use(None, "pseudonyms")
    for _ in range(3):
        batches = people.limit(3).toArrow().to_batches()
        assert [row for batch in task.run(iter(batches)) for row in batch.to_pylist()]
    assert counting.unwrapped == len(pseudonyms.status())
    use_wrapped({})
    registry._sent.clear()


def test_a_worker_that_cannot_unwrap_says_so_in_one_line(
    people: Any, pseudonyms: Keyring, tmp_path: Path
) -> None:
    done = protect(people, Pipeline({"phone": Token()}, domain="ads-2026", unlisted="drop"))
    (tmp_path / "p.key").rename(tmp_path / "elsewhere")
    with pytest.raises(PythonException) as refusal:
        done.count()
    assert said(refusal.value).startswith("safeguards.errors.KeyringError: partition ")
    assert said(refusal.value).endswith(f"there is no key file at {tmp_path / 'p.key'}")


@pytest.fixture
def in_token(spark: Any, tmp_path: Path) -> Iterator[Keyring]:
    module = next((path for path in MODULES if Path(path).is_file()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        message = "SoftHSM 2 is not installed: apt-get install softhsm2"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    from safeguards_pkcs11 import create_key

    command = ["softhsm2-util", "--init-token", "--free", "--label", "members", "--so-pin", "98765432"]
    pin = os.environ["SAFEGUARDS_TEST_PIN"]
    subprocess.run([*command, "--pin", pin], check=True, capture_output=True)
    uri = f"pkcs11:token=members;object=k?module-path={module}&pin-source=env:SAFEGUARDS_TEST_PIN"
    create_key(uri)
    ring = Keyring.create(f"sqlite:///{tmp_path / 'hsm.db'}", uri)
    use(ring, "pseudonyms")
    yield ring
    use(None, "pseudonyms")


def test_workers_unwrap_inside_a_token_with_a_pin_of_their_own(people: Any, in_token: Keyring) -> None:
    pipeline = Pipeline({"id": Keep(), "phone": Token()}, domain="ads-2026", unlisted="drop")
    parcel = Parcel.of(pipeline.steps, to_arrow(people.schema))
    pickled = cloudpickle.dumps(Task(parcel, parcel.schema).run)
    keys = [secret.reveal() for _, secret in in_token._memory.current().keys.values()]
    assert not [key for key in keys if key in pickled]
    assert b"4821" not in pickled
    assert by_id(protect(people, pipeline).toArrow()) == by_id(pipeline.run(people.toArrow()))


def test_a_refused_value_is_told_by_column_partition_and_row_and_never_shown(
    people: Any, pseudonyms: Keyring
) -> None:
    bad = people.withColumn("phone", f.when(f.col("id") == 100, "secret-비밀").otherwise(f.col("phone")))
    done = protect(bad, Pipeline({"phone": FormatPreserving(item="kr_phone")}, domain="d", unlisted="drop"))
    with pytest.raises(PythonException) as refusal:
        done.count()
    assert "InputError: partition " in said(refusal.value)
    assert "column 'phone', row " in said(refusal.value)
    assert not [part for part in ("secret", "비밀") if part in str(refusal.value)]


def test_an_error_of_a_users_own_step_loses_its_words(people: Any) -> None:
    with pytest.raises(PythonException) as refusal:
        protect(people, Pipeline([Talkative()])).count()
    assert "a step failed (RuntimeError in test_protect.py, line " in said(refusal.value)
    assert "010-" not in str(refusal.value)


def test_columns_are_checked_before_a_job_starts(people: Any, pseudonyms: Keyring) -> None:
    with pytest.raises(InputError, match="no column 'phon'"):
        protect(people, Pipeline({"phon": Drop()}, unlisted="drop"))
    with pytest.raises(InputError, match="column 'id' is not listed"):
        protect(people, Pipeline({"phone": Drop()}))
    with pytest.raises(InputError, match="every column is dropped"):
        protect(people, Pipeline({"phone": Drop()}, unlisted="drop"))
    with pytest.raises(InputError, match="more than one column named 'id'"):
        protect(people.select("id", "id"), Pipeline({"id": Keep()}))
    with pytest.raises(InputError, match="column 'x' is interval year, which Arrow has not"):
        protect(people.selectExpr("interval 1 year x"), Pipeline({"x": Keep()}))


def test_what_is_protected_is_refused_a_second_time(people: Any, pseudonyms: Keyring) -> None:
    pipeline = Pipeline({"phone": Token()}, domain="d", unlisted="drop")
    with pytest.raises(PythonException) as refusal:
        protect(protect(people, pipeline), pipeline).count()
    assert AlreadyProtected.__name__ in said(refusal.value)


def test_a_missing_keyring_is_told_before_a_job_starts(people: Any) -> None:
    step = Pseudonymise({"phone": Token()}, Domain("d", keyring="nowhere"), "drop")
    with pytest.raises(KeyringError, match="no keyring 'nowhere'"):
        protect(people, Pipeline([step]))


def test_metadata_of_columns_which_may_quote_values_does_not_come_along(
    people: Any, pseudonyms: Keyring
) -> None:
    labelled = people.withMetadata("name", {"ml_attr": {"vals": ["김하늘"]}})
    done = protect(labelled, Pipeline({"name": Token()}, domain="d", unlisted="drop"))
    assert done.schema["name"].metadata == {}


def test_a_column_name_may_hold_dots_and_hangul(people: Any, pseudonyms: Keyring) -> None:
    renamed = people.select(f.col("id"), f.col("phone").alias("연락.처 `1`"), f.col("level").alias("ID"))
    done = protect(renamed, Pipeline({"id": Keep(), "ID": Keep(), "연락.처 `1`": Mask(item="kr_phone")}))
    assert done.columns == renamed.columns
    assert "*" in done.toArrow()["연락.처 `1`"].drop_null()[0].as_py()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (pa.uint8(), spark_types.ShortType()),
        (pa.uint32(), spark_types.LongType()),
        (pa.dictionary(pa.int8(), pa.string()), spark_types.StringType()),
        (pa.large_string(), spark_types.StringType()),
        (pa.string_view(), spark_types.StringType()),
        (pa.timestamp("ns", "Asia/Seoul"), spark_types.TimestampType()),
        (pa.date64(), spark_types.DateType()),
        (pa.large_list(pa.int16()), spark_types.ArrayType(spark_types.ShortType())),
    ],
    ids=str,
)
def test_what_steps_may_make_has_a_type_in_spark(kind: Any, expected: Any) -> None:
    assert from_arrow(pa.schema({"x": kind}))["x"].dataType == expected


def test_what_spark_has_not_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="column 'x' would become uint64"):
        from_arrow(pa.schema({"x": pa.uint64()}))


def test_a_task_is_data(people: Any, pseudonyms: Keyring) -> None:
    parcel = Parcel.of(Pipeline(COLUMNS, domain="d").steps, to_arrow(people.schema))
    task = Task(parcel, parcel.schema)
    assert pickle.loads(pickle.dumps(task)) == replace(task)
