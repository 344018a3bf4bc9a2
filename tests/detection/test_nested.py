"""Structures inside columns are looked at by path, and no path holds a value."""

from __future__ import annotations

import json
import random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.detection import ColumnVerdict, Detector
from safeguards.detection.nested import MOST_PATHS, parts

DETECTOR = Detector()
DRAW = random.Random(7)
PHONES = [f"010-{DRAW.randrange(2000, 9999)}-{DRAW.randrange(10_000):04d}" for _ in range(60)]
PROFILES = [
    {"contact": {"phone": phone, "mails": [f"kim{at}@naver.com", f"lee{at}@daum.net"]}, "level": at % 4}
    for at, phone in enumerate(PHONES)
]


def verdicts(values: Any) -> dict[str, ColumnVerdict]:
    return {found.column: found for found in DETECTOR.classify(pa.table({"profile": values}))}


@pytest.mark.parametrize(
    "values",
    [
        pa.array(PROFILES),
        [json.dumps(profile, ensure_ascii=False) for profile in PROFILES],
        [json.dumps(profile).encode() for profile in PROFILES],
        [json.dumps([profile]).removeprefix("[").removesuffix("]") + "\n" for profile in PROFILES],
    ],
    ids=["structs", "JSON text", "JSON bytes", "JSON with a line end"],
)
def test_structs_and_json_are_reported_by_path(values: Any) -> None:
    found = verdicts(values)
    assert {path: verdict.entity for path, verdict in found.items() if verdict.entity} == {
        "profile.contact.phone": "PHONE_NUMBER",
        "profile.contact.mails[]": "EMAIL_ADDRESS",
    }
    assert {verdict.within for verdict in found.values()} == {"profile"}
    assert found["profile.contact.mails[]"].rows == 2 * found["profile.contact.phone"].rows == 120


def test_the_last_key_is_the_name_of_a_path() -> None:
    digits = [{"phone": {"number": int(phone.replace("-", ""))}} for phone in PHONES]
    assert verdicts(pa.array(digits))["profile.phone.number"].entity == "PHONE_NUMBER"
    lists = [{"phones": [int(phone.replace("-", ""))]} for phone in PHONES]
    assert verdicts(pa.array(lists))["profile.phones[]"].entity == "PHONE_NUMBER"


def test_maps_of_arrow_are_read_like_objects() -> None:
    kind = pa.map_(pa.string(), pa.string())
    maps = pa.array([[("tel", phone), ("grade", "A")] for phone in PHONES], kind)
    assert verdicts(maps)["profile.tel"].entity == "PHONE_NUMBER"
    assert verdicts(pa.array([{"inner": [("tel", phone)]} for phone in PHONES], pa.struct({"inner": kind})))[
        "profile.inner.tel"
    ].entity


def test_json_inside_json_text_is_read_too() -> None:
    inner = [json.dumps({"payload": json.dumps({"tel": phone})}) for phone in PHONES]
    assert verdicts(inner)["profile.payload.tel"].entity == "PHONE_NUMBER"


def test_a_top_level_list_is_a_path() -> None:
    assert verdicts([json.dumps([phone, phone]) for phone in PHONES])["profile[]"].entity == "PHONE_NUMBER"
    assert verdicts(pa.array([[phone] for phone in PHONES]))["profile[]"].entity == "PHONE_NUMBER"


def test_keys_that_are_personal_data_are_written_as_a_star_and_looked_at() -> None:
    cells = [json.dumps({phone: {"grade": "A", "email": f"a{at}@b.kr"}}) for at, phone in enumerate(PHONES)]
    found = verdicts(cells)
    assert found["profile.{key}"].entity == "PHONE_NUMBER"
    assert found["profile.*.email"].entity == "EMAIL_ADDRESS"
    assert not [phone for phone in PHONES if phone in repr(found)]


def test_too_many_keys_are_no_names() -> None:
    cells = [json.dumps({f"user{at}": {"tel": phone}}) for at, phone in enumerate([*PHONES, *PHONES])]
    found = verdicts(cells)
    assert found["profile.*.tel"].entity == "PHONE_NUMBER"
    assert set(found) == {"profile.*.tel", "profile.{key}"}


@pytest.mark.parametrize("key", ["a\u001b[31m", "line\nend", "\u202eevil", "k" * 100])
def test_keys_that_no_terminal_should_print_are_written_as_a_star(key: str) -> None:
    assert "profile.*" in verdicts([json.dumps({key: phone}) for phone in PHONES])


def test_cells_that_are_no_json_are_looked_at_under_the_name_of_the_column() -> None:
    cells = [json.dumps({"level": 1})] * 90 + ["연락처 010-2345-6789"] * 10
    found = verdicts(cells)
    assert found["profile"].entities == {"PHONE_NUMBER": 1.0}
    assert found["profile"].rows == 10


def test_text_that_only_begins_like_json_stays_text() -> None:
    found = verdicts(["[공지] 연락처 010-2345-6789", "{이름}님 안녕하세요"] * 30)
    assert set(found) == {"profile"}
    assert found["profile"].entities == {"PHONE_NUMBER": 0.5}


def test_empty_objects_leave_the_column_itself() -> None:
    assert verdicts(["{}"] * 30)["profile"].rows == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@given(cells=st.lists(JSON.map(json.dumps), max_size=12))
def test_any_json_is_read_without_error_into_a_bounded_number_of_paths(cells: list[str]) -> None:
    found = list(
        parts(
            "c",
            pa.chunked_array([pa.array(cells, pa.string())]),
            lambda keys: {key for key in keys if "1" in key},
        )
    )
    assert 1 <= len(found) <= MOST_PATHS
    assert all(part.name == "c" or part.within == "c" for part in found)
    assert not any("1" in part.name for part in found)


def test_halves_of_surrogate_pairs_are_read_over() -> None:
    found = verdicts(['{"\\ud800": "\\udc00 010-2345-6789"}'] * 5)
    assert [verdict.entities for verdict in found.values()] == [{"PHONE_NUMBER": 1.0}]


def test_deep_nesting_is_no_stack_overflow() -> None:
    assert verdicts(["[" * 5_000 + "]" * 5_000] * 5)["profile"].entity is None
    deep = '{"a":' * 200 + '"010-2345-6789"' + "}" * 200
    assert len(verdicts([deep] * 5)) >= 1
