"""Hierarchies and regions: coarser levels only join, and an address becomes its district."""

from __future__ import annotations

import pickle
import unicodedata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.errors import InputError
from safeguards.items.kr.regions import PROVINCES
from safeguards.items.kr.regions_1 import REGIONS
from safeguards.pseudonyms import Generalise, transform_from
from safeguards.pseudonyms.column import Unfit

JOBS = {
    "간호사": ["의료", "서비스", "*"],
    "의사": ["의료", "서비스", "*"],
    "교사": ["교육", "서비스", "*"],
    "용접공": ["기능", "제조", "*"],
}


def made(values: list[Any], **settings: Any) -> list[Any]:
    found: list[Any] = Generalise(**settings).apply(pa.array(values)).to_pylist()
    return found


@pytest.mark.parametrize(
    ("level", "labels"),
    [(1, ["의료", "교육", "기능"]), (2, ["서비스", "서비스", "제조"]), (3, ["*", "*", "*"])],
)
def test_values_become_their_label_on_the_level_chosen(level: int, labels: list[str]) -> None:
    values = ["의사", "교사", " 용접공 ", None]
    assert made(values, hierarchy=JOBS, level=level) == [*labels, None]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_hierarchy_is_read_from_a_file_as_arx_writes_it(tmp_path: Path, separator: str) -> None:
    lines = [separator.join([value, *levels]) for value, levels in JOBS.items()]
    path = tmp_path / "jobs.csv"
    path.write_text("\n".join(lines), "utf-8-sig")
    read = Generalise(hierarchy=str(path), level=1)
    assert read == Generalise(hierarchy=JOBS, level=1)
    path.unlink()
    assert pickle.loads(pickle.dumps(read)) == read
    assert read.apply(pa.array(["의사"])).to_pylist() == ["의료"]


def test_quoted_fields_of_a_file_may_hold_separators_and_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    path.write_bytes('\ufeff"의사, 원장";"의료\n보건"\r\n교사\u2028;교육\r\n'.encode())
    assert made(["의사, 원장", "교사"], hierarchy=path, level=1) == ["의료\n보건", "교육"]


def test_numbers_and_empty_texts_are_values() -> None:
    assert made([0, 1, None], hierarchy={"0": ["none"], "1": ["some"]}, level=1) == ["none", "some", None]
    assert made(["", None], hierarchy={"": ["empty"]}, level=1) == ["empty", None]


def test_a_value_that_stands_nowhere_is_refused_or_takes_the_label_given() -> None:
    with pytest.raises(Unfit) as caught:
        made(["의사", "왕"], hierarchy=JOBS, level=1)
    assert caught.value.row == 2
    assert "왕" not in str(caught.value)
    assert made(["왕", None], hierarchy=JOBS, level=1, other="기타") == ["기타", None]


@pytest.mark.parametrize(
    "hierarchy",
    [
        {"김철수": ["x", "1"], "이영희": ["x", "2"]},
        {"a": ["p", "q", "1"], "b": ["r", "q", "2"]},
    ],
)
def test_a_level_that_splits_what_a_finer_one_joins_is_refused(hierarchy: Any) -> None:
    with pytest.raises(InputError, match="part on level") as caught:
        Generalise(hierarchy=hierarchy, level=1)
    assert "김철수" not in str(caught.value)
    assert "이영희" not in str(caught.value)


labels = st.sampled_from("pqr")


@given(
    rows=st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.lists(labels, min_size=2, max_size=2))
)
def test_a_hierarchy_is_taken_where_its_levels_only_join(rows: dict[str, list[str]]) -> None:
    joined = {first: {levels[1] for levels in rows.values() if levels[0] == first} for first in "pqr"}
    if not rows or any(len(coarser) > 1 for coarser in joined.values()):
        with pytest.raises(InputError):
            Generalise(hierarchy=rows, level=1)
        return
    fine, coarse = (made(list(rows), hierarchy=rows, level=level) for level in (1, 2))
    assert len(set(coarse)) <= len(set(fine)) <= len(rows)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"hierarchy": JOBS}, "level="),
        ({"hierarchy": JOBS, "level": 4}, "level="),
        ({"hierarchy": JOBS, "level": 0}, "level="),
        ({"hierarchy": JOBS, "level": True}, "level="),
        ({"level": 1, "band": 10}, "level="),
        ({"hierarchy": {}, "level": 1}, "empty"),
        ({"hierarchy": {"a": []}, "level": 1}, "row 1"),
        ({"hierarchy": {"a": ["x"], "b": ["x", "y"]}, "level": 1}, "row 2"),
        ({"hierarchy": {"a": [1]}, "level": 1}, "row 1"),
        ({"hierarchy": {"a": "x"}, "level": 1}, "maps each value"),
        ({"hierarchy": {"a": ["x"], " a": ["y"]}, "level": 1}, "two rows"),
        ({"hierarchy": [1], "level": 1}, "maps each value"),
        ({"hierarchy": "nowhere.csv", "level": 1}, "cannot be read"),
        ({"hierarchy": JOBS, "level": 1, "top": 3}, "not with hierarchy="),
        ({"hierarchy": JOBS, "level": 1, "band": 3}, "one of"),
        ({"region": "city", "item": "kr_address"}, "region="),
        ({"region": "district"}, "region="),
        ({"region": "district", "item": "email"}, "region="),
    ],
)
def test_settings_that_make_no_hierarchy_or_region_are_refused(
    settings: dict[str, Any], problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        Generalise(**settings)


def test_a_file_that_is_no_csv_is_refused_without_being_shown(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    for content in (b"\xff\xfe", b'"kim;x', b""):
        path.write_bytes(content)
        with pytest.raises(InputError) as caught:
            Generalise(hierarchy=path, level=1)
        assert "kim" not in str(caught.value)


def test_the_manifest_tells_how_large_a_hierarchy_is_and_its_labels_where_they_are_few() -> None:
    many = {str(value): [f"label {value}"] for value in range(201)}
    assert "groups" not in Generalise(hierarchy=many, level=1).parameters()
    assert Generalise(hierarchy=JOBS, level=2).parameters() == {
        "hierarchy": {"values": 4, "labels": 2},
        "groups": ["서비스", "제조"],
        "level": 2,
    }


ADDRESSES = [
    ("서울특별시 마포구 월드컵로 1", "서울", "서울 마포구"),
    ("서울특별시마포구 월드컵로 1", "서울", "서울 마포구"),
    ("서울시 강남구, 역삼동 12-3", "서울", "서울 강남구"),
    ("경기도 수원시 영통구 광교로 1", "경기", "경기 수원시"),
    ("경기 수원시 광교로 1", "경기", "경기 수원시"),
    ("경기 광주시 오포읍 1", "경기", "경기 광주시"),
    ("광주광역시 북구 용봉로 77", "광주", "광주 북구"),
    ("강원도 고성군 간성읍 1", "강원", "강원 고성군"),
    ("강원특별자치도 고성군 간성읍 1", "강원", "강원 고성군"),
    ("경상남도 고성군 고성읍 1", "경남", "경남 고성군"),
    ("세종특별자치시 한누리대로 2130", "세종", "세종"),
    ("부산 어딘가 12", "부산", None),
    ("중구 소공동 1", None, None),
    ("서울로 7", None, None),
    ("(06236) 서울 강남구 테헤란로 1", "서울", "서울 강남구"),
    ("06236 서울특별시 강남구", "서울", "서울 강남구"),
    ("[06236]서울강남구역삼동", "서울", "서울 강남구"),
    ("(우)06236 서울 강남구", "서울", "서울 강남구"),
    ("우) 135-080 서울 강남구", "서울", "서울 강남구"),
    ("우편번호: ０６２３６, 서울 강남구", "서울", "서울 강남구"),
    ("대한민국 서울 강남구", "서울", "서울 강남구"),
    ("062360 12 서울 강남구", None, None),
    ("서울강남구역삼동", "서울", "서울 강남구"),
    (unicodedata.normalize("NFD", "서울강남구역삼동"), "서울", "서울 강남구"),
    ("서울특별시강남구역삼동", "서울", "서울 강남구"),
    ("서울특별시역삼동", "서울", None),
    ("경기수원시영통구광교동", "경기", "경기 수원시"),
    ("경기광주시오포읍", "경기", "경기 광주시"),
    ("광주광산구", "광주", "광주 광산구"),
    ("부산부산진구부전동", "부산", "부산 부산진구"),
    ("부산진구 부전동", None, None),
    ("세종특별자치시한누리대로 2130", "세종", "세종"),
    ("세종시한누리대로 2130", "세종", "세종"),
    ("세종로 1", None, None),
    ("경기도청로 1", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("address", "province", "district"), ADDRESSES)
def test_an_address_becomes_its_region_or_what_stands_for_none(
    address: str, province: str | None, district: str | None
) -> None:
    for region, label in (("province", province), ("district", district)):
        settings: dict[str, Any] = {"item": "kr_address", "region": region}
        assert made([address, None], **settings, other="기타") == [label or "기타", None]
        if label is None:
            with pytest.raises(Unfit, match="tells no"):
                made([address], **settings)


@given(
    region=st.sampled_from(REGIONS[1:]),
    full=st.sampled_from(sorted(PROVINCES)),
    town=st.sampled_from(["역삼동", "월드컵로 1", "오포읍 2-3"]),
    before=st.sampled_from(["", "(06236) ", "06236 ", "우)06236 ", "(135-080)", "대한민국 "]),
)
def test_a_region_is_found_in_any_spacing_and_behind_a_postal_code(
    region: str, full: str, town: str, before: str
) -> None:
    province, _, districts = region.partition(" ")
    named = next(name for name in (full, province) if PROVINCES.get(name, name) == province)
    spaced = f"{named} {districts} {town}"
    (expected,) = made([spaced], item="kr_address", region="district")
    assert expected == f"{province} {districts.split(' ')[0]}"
    spellings = [before + spaced, before + spaced.replace(" ", ""), before + f"{named}{districts} {town}"]
    assert made(spellings, item="kr_address", region="district") == [expected] * 3
    assert made(spellings, item="kr_address", region="province") == [province] * 3


def test_regions_are_asked_for_in_a_file_alike_and_numbers_have_none() -> None:
    described = {"transform": "generalise", "item": "kr_address", "region": "district"}
    transform = transform_from(described)
    assert transform == Generalise(item="kr_address", region="district")
    with pytest.raises(InputError, match="addresses are text"):
        transform.apply(pa.array([1]))
