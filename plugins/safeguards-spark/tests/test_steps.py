"""Every kind of step on Spark: what it makes and counts is what it makes and counts on one machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip(
    "safeguards_spark", reason="PySpark is absent: uv run --group spark pytest plugins/safeguards-spark"
)

from pyspark.errors import PythonException
from pyspark.sql import functions as f
from safeguards_spark import Observation, manifest, protect

from safeguards import InputError, Keyring
from safeguards.pipeline import METADATA_KEY, Decrypt, Detect, Encrypt, Manifest, Pipeline, Pseudonymise
from safeguards.pseudonyms import Domain, FormatPreservingInteger, Keep, RedactText, Surrogate


def sorted_rows(table: Any) -> list[dict[str, Any]]:
    return sorted(table.to_pylist(), key=lambda row: row["id"])


@pytest.fixture
def texts(people: Any) -> Any:
    memo = f.concat(f.lit("연락처 "), f.col("phone"), f.lit(", "), f.col("email"))
    return people.select("id", "name", f.col("level").cast("int"), memo.alias("memo"))


def test_free_text_surrogates_and_what_detection_counts(
    texts: Any, pseudonyms: Keyring, tmp_path: Path
) -> None:
    columns = {
        "id": Keep(),
        "name": Surrogate(item="person_name", other="token"),
        "level": FormatPreservingInteger(),
        "memo": RedactText(style="token"),
    }
    pipeline = Pipeline([Pseudonymise(columns, Domain("d")), Detect()])
    observation = Observation()
    done = protect(texts, pipeline, observation=observation)
    done.write.parquet(str(tmp_path / "out"))
    table = pipeline.run(texts.toArrow())
    assert sorted_rows(done.toArrow()) == sorted_rows(table)
    record = manifest(observation)
    one = Manifest.from_json(table.schema.metadata[METADATA_KEY.encode()])
    assert [step.get("evidence") for step in record.steps] == [step.get("evidence") for step in one.steps]
    assert record.columns == one.columns
    assert record.nulls_out == one.nulls_out


def test_what_spark_encrypts_is_decrypted_on_one_machine_and_the_other_way(
    texts: Any, ring: Keyring, tmp_path: Path
) -> None:
    encrypt, decrypt = (
        Pipeline([Encrypt({"memo": "member.memo"})]),
        Pipeline([Decrypt({"memo": "member.memo"})]),
    )
    sealed = protect(texts, encrypt)
    assert sealed.schema["memo"].dataType.simpleString() == "binary"
    expected = sorted_rows(texts.toArrow())
    assert sorted_rows(decrypt.run(sealed.toArrow())) == expected
    assert sorted_rows(protect(sealed, decrypt).toArrow()) == expected


def test_a_person_s_key_does_not_travel_and_the_job_says_so(people: Any, ring: Keyring) -> None:
    step = Encrypt({"phone": {"field": "member.phone", "subject": "member:id"}})
    with pytest.raises(PythonException, match="sent to a worker, which holds no keys of persons"):
        protect(people.select("id", "phone"), Pipeline([step])).count()


def test_detection_that_may_refuse_the_whole_is_refused_before(texts: Any) -> None:
    with pytest.raises(InputError, match="a gate judges the whole"):
        protect(texts, Pipeline([Detect(on_find="refuse")]))
