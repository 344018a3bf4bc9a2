"""Transforms read back from the output, and outputs that are not what their manifest says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.further_use.manifest import Made, read_manifest
from safeguards.further_use.readback import checker
from safeguards.pipeline import METADATA_KEY
from safeguards.policy import fingerprint
from safeguards.pseudonyms import Mask
from safeguards.tables import open_file, write_file

EMAIL = "kim@example.com"


@pytest.mark.parametrize("column", ["이메일", "전화", "생년월일", "지역", "주문수"])
def test_every_transform_is_read_back_from_all_rows(desk: Any, column: str) -> None:
    one = desk.found()[f"safety.transform:{column}"]
    assert (one.status.value, one.grade.value, one.sample) == ("supports", "tested", 200)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("이메일", EMAIL),
        ("이메일", "tk1_email_short"),
        ("이메일", "tk1_phone_" + "0" * 26),
        ("이메일", "x tk1_email_" + "0" * 26),
        ("이메일", "tk1_email_" + "0" * 26 + "\n" + EMAIL),
        ("전화", "010-1234-5678"),
        ("전화", "010-1234-5678 *"),
        ("전화", "**010-1234-5678"),
        ("생년월일", "1990-01-01"),
        ("생년월일", "1990-1998"),
        ("생년월일", "1991-2000"),
        ("지역", "서울특별시"),
        ("주문수", "7"),
        ("주문수", "0-19"),
    ],
)
def test_one_value_that_its_transform_does_not_make_is_a_conflict(desk: Any, column: str, value: str) -> None:
    one = desk.column(column, lambda values: [value, *values[1:]]).found()[f"safety.transform:{column}"]
    assert (one.status.value, one.grade.value) == ("conflict", "tested")
    assert "1 of 200" in one.claim.en


def test_a_column_of_nulls_tells_nothing(desk: Any) -> None:
    desk.rewrite(lambda table: table.set_column(0, "이메일", pa.nulls(200, pa.string())))
    assert desk.status("safety.transform:이메일") == "unknown"


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.int64()])
def test_a_column_of_another_type_is_no_token(desk: Any, kind: pa.DataType) -> None:
    values = [["a"]] * 200 if pa.types.is_list(kind) else [1] * 200
    desk.rewrite(lambda table: table.set_column(0, "이메일", pa.array(values, kind)))
    assert desk.status("safety.transform:이메일") == "conflict"
    assert desk.status("safety.output") == "conflict"


def test_a_dropped_column_that_is_still_there_is_a_conflict(desk: Any) -> None:
    assert desk.status("safety.dropped") == "supports"
    found = desk.rewrite(
        lambda table: table.append_column("주민등록번호", pa.nulls(200, pa.string()))
    ).found()
    assert found["safety.dropped"].status.value == "conflict"
    assert found["infringement.rrn"].stop


def test_rows_added_after_the_manifest_are_a_conflict(desk: Any) -> None:
    one = desk.rewrite(lambda table: pa.concat_tables([table, table.slice(0, 1)])).found()["safety.output"]
    assert one.status.value == "conflict"
    assert "201 rows (manifest 200)" in one.claim.en


def test_personal_data_in_the_output_is_found_again(desk: Any) -> None:
    emails = [f"kim{place}@example.com" for place in range(200)]
    found = desk.rewrite(lambda table: table.append_column("메모", pa.array(emails))).found()
    one = found["safety.detection:메모:email"]
    assert (one.status.value, one.sample) == ("against", 200)
    assert "100.00%" in one.claim.en


def test_an_identifier_without_a_transform_speaks_against(desk: Any) -> None:
    desk.manifest(lambda document: document["columns"][0].update(transform="keep"))
    assert desk.status("safety.identifiers") == "against"


def test_without_a_manifest_transforms_are_unknown(desk: Any) -> None:
    desk.rewrite(lambda table: table.replace_schema_metadata(None)).edit('manifest = "export.json"', "")
    found = desk.found()
    assert found["safety.manifest"].status.value == "unknown"
    assert not [name for name in found if name.startswith("safety.transform")]
    assert desk.run().exit_code == 1


def test_the_manifest_inside_a_parquet_file_is_used_where_none_is_named(desk: Any) -> None:
    found = desk.edit('manifest = "export.json"', "").found()
    assert found["safety.transform:이메일"].status.value == "supports"
    assert found["safety.keys"].source.en == "export.parquet (metadata)"


def test_two_manifests_that_differ_are_a_conflict(desk: Any) -> None:
    assert METADATA_KEY.encode() in pq.read_metadata(desk.output).metadata
    assert "safety.carried_manifest" not in desk.found()
    desk.manifest(lambda document: document.update(created_at="2020-01-01"))
    assert desk.status("safety.carried_manifest") == "conflict"


def test_keys_kept_apart_support_and_others_speak_against(desk: Any) -> None:
    assert desk.status("safety.keys") == "supports"
    desk.manifest(lambda document: document["domain"].update(kept_apart=False))
    assert desk.status("safety.keys") == "against"


def test_a_declaration_that_differs_from_the_manifest_is_a_conflict(desk: Any) -> None:
    assert desk.edit('"주문수" = "orders"', '"주문 수" = "orders"').status("safety.input") == "conflict"


def test_another_item_than_the_manifests_is_a_conflict(desk: Any) -> None:
    assert desk.edit('"이메일" = "email"', '"이메일" = "kr_phone"').status("safety.items") == "conflict"


@pytest.mark.parametrize("name", ["export.csv", "export.jsonl"])
def test_text_files_are_read_back_too(desk: Any, name: str) -> None:
    table = pq.read_table(desk.output)
    write_file(desk.folder / name, table.schema.remove_metadata(), table.to_batches())
    found = desk.edit('file = "export.parquet"', f'file = "{name}"').found()
    assert found["safety.output"].status.value == "supports"
    assert found["safety.transform:이메일"].status.value == "supports"


def test_an_empty_output_is_unknown_and_no_failure(desk: Any) -> None:
    desk.rewrite(lambda table: table.slice(0, 0))
    found = desk.found()
    for name in ("safety.detection", "safety.transform:이메일", "infringement.k", "infringement.minors"):
        assert found[name].status.value == "unknown"
    assert found["safety.output"].status.value == "conflict"


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(format="other/9"),
        lambda document: document.update(columns=7),
        lambda document: document.update(columns=[{"column": "x"}]),
        lambda document: document.update(rows_out=None),
        lambda document: document.update(output_schema={}),
        lambda document: document.update(input_schema={"columns": [["a"]]}),
        lambda document: document.update(domain=7),
        lambda document: document["columns"][0].update(parameters=7),
        lambda document: document["columns"][0].update(column=7),
    ],
)
def test_a_damaged_manifest_gives_one_line(desk: Any, change: Any) -> None:
    desk.manifest(change)
    with pytest.raises(InputError, match=r"export\.json") as raised:
        desk.run()
    assert "\n" not in str(raised.value)


def test_settings_that_make_no_sense_fit_nothing(desk: Any) -> None:
    desk.manifest(lambda document: document["columns"][0].update(parameters={"length": "26", "prefix": 3}))
    desk.manifest(lambda document: document["columns"][5].update(parameters={"band": "ten"}))
    assert desk.status("safety.transform:이메일") == "conflict"
    assert desk.status("safety.transform:주문수") == "conflict"


def test_a_transform_of_another_tool_is_unknown(desk: Any) -> None:
    desk.manifest(lambda document: document["columns"][0].update(transform="rot13"))
    assert desk.status("safety.transform:이메일") == "unknown"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_any_part_of_a_manifest_may_be_rubbish(exported: Path, data: st.DataObject) -> None:
    document = json.loads((exported / "export.json").read_text(encoding="utf-8"))
    part = data.draw(st.sampled_from([document, document["columns"][0], document["output_schema"]]))
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(anything)
    path = exported / "rubbish.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        manifest = read_manifest(path, open_file(exported / "export.parquet"))
    except InputError as error:
        said = str(error)
    else:
        assert manifest is not None
        said = fingerprint(manifest.key_policy)
        for made in manifest.made.values():
            if watch := checker(made):
                watch.add(pa.array(["x", None]))
    assert "\n" not in said


VALUES = {
    "kr_rrn": ["900101-1234567", "020709-3456789"],
    "kr_passport": ["M12345678", "M123A4567"],
    "kr_driver_license": ["11-12-123456-10"],
    "kr_brn": ["120-81-47521"],
    "kr_phone": ["010-1234-5678", "02-123-4567", "+82 10-1234-5678", "1588-1234"],
    "email": ["kim@example.com", "a@b.com", "a.very.long@naver.com"],
    "credit_card": ["4111-1111-1111-1111", "378282246310005"],
    "ip_address": ["10.0.0.1", "2001:db8::1"],
    "birth_date": ["1990-01-01", "1990년 3월 1일"],
    "person_name": ["홍길동", "남궁민수", "김훈", "LEE JAEHOON"],
    "kr_address": ["서울특별시 강남구 테헤란로 123, 4층", "부산 해운대구 우동 1-2"],
}


@pytest.mark.parametrize("profile", ["finance", "netact"])
@pytest.mark.parametrize("item", VALUES)
def test_masks_of_every_item_are_read_back_and_plain_values_are_not(item: str, profile: str) -> None:
    values = pa.array(VALUES[item])
    made = Made("c", ("mask",), "mask", {"profile": profile}, item, ())
    masked, plain = checker(made), checker(made)
    assert masked is not None
    assert plain is not None
    masked.add(Mask(item=item, profile=profile).apply(values))
    plain.add(values)
    assert (masked.result().values, masked.result().misses) == (len(values), 0)
    assert plain.result().misses == len(values)


def test_a_file_changed_after_its_manifest_is_a_conflict(desk: Any) -> None:
    assert desk.status("safety.file") == "supports"
    desk.rewrite(lambda table: table.take([*range(1, len(table)), 0]))  # the same rows in another order
    found = desk.found()
    assert found["safety.file"].status.value == "conflict"
    assert found["safety.output"].status.value == "supports"


def test_a_manifest_without_the_files_hash_says_nothing_about_it(desk: Any) -> None:
    desk.manifest(lambda document: document.update(output=None))
    found = desk.found()
    assert "safety.file" not in found
    assert "safety.carried_manifest" not in found
    assert "safety.file" not in desk.edit('manifest = "export.json"', "").found()


@pytest.mark.parametrize("output", ["x", {"sha256": 1}])
def test_a_damaged_hash_of_the_file_gives_one_line(desk: Any, output: object) -> None:
    desk.manifest(lambda document: document.update(output=output))
    with pytest.raises(InputError, match=r"export\.json: not a manifest of format"):
        desk.run()
