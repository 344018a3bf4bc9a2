"""Free text with spans replaced: by tag, mask, token or surrogate, the same person the same way."""

from __future__ import annotations

import json
import pickle
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.pipeline import Manifest, Pipeline
from safeguards.pseudonyms import Domain, Keep, Mask, RedactText, Surrogate, Token, transform_from
from safeguards.pseudonyms.redaction import replacing
from safeguards.pseudonyms.redaction.mentions import FEW, mentions, telling
from tests.growth import assert_grows_with_length

DOMAIN = Domain("d")
NOTE = "담당자: 홍길동 과장, 연락처 010-1234-5678, 메일 kim@example.com"


def redacted(text: str, **settings: Any) -> str:
    made: str = RedactText(**settings).apply(pa.array([text]), DOMAIN)[0].as_py()
    return made


def token(item: str, value: str) -> str:
    made: str = Token(item=item).apply(pa.array([value]), DOMAIN)[0].as_py()
    return made


def test_tags_stand_for_spans_and_the_rest_stays() -> None:
    assert redacted(NOTE) == "담당자: [PERSON] [JOB_TITLE], 연락처 [PHONE_NUMBER], 메일 [EMAIL_ADDRESS]"


def test_a_mask_is_the_items_of_the_profile() -> None:
    assert redacted(NOTE, style="mask", entities=["PERSON", "PHONE_NUMBER"]) == NOTE.replace(
        "홍길동", "홍*동"
    ).replace("010-1234-5678", "010-1234-****")
    netact = redacted(NOTE, style="mask", entities=["kr_phone"], masks="netact")
    assert netact == NOTE.replace("010-1234-5678", "010-****-5678")


def test_tokens_and_surrogates_are_those_of_whole_columns(ring: Keyring) -> None:
    assert redacted(NOTE, style="token", entities=["PERSON", "EMAIL_ADDRESS"]) == NOTE.replace(
        "홍길동", token("person_name", "홍길동")
    ).replace("kim@example.com", token("email", "Kim@Example.com"))
    names = {"person_name": "홍길동", "kr_phone": "01012345678", "email": "kim@example.com"}
    made = {
        item: Surrogate(item=item).apply(pa.array([value]), DOMAIN)[0].as_py()
        for item, value in names.items()
    }
    text = redacted(NOTE, style="surrogate", replace={"JOB_TITLE": "tag"})
    assert (
        text == f"담당자: {made['person_name']} [JOB_TITLE], 연락처 {made['kr_phone']}, 메일 {made['email']}"
    )


def test_an_item_without_surrogates_gets_its_token(ring: Keyring) -> None:
    text = redacted("IP 10.1.2.3에서", style="surrogate", entities=["IP_ADDRESS"])
    assert text == f"IP {token('ip_address', '10.1.2.3')}에서"


def test_entities_may_have_a_style_of_their_own(ring: Keyring) -> None:
    text = redacted(NOTE, replace={"PERSON": "mask", "EMAIL": "token", "job_title": "mask"})
    assert text == f"담당자: 홍*동 **, 연락처 [PHONE_NUMBER], 메일 {token('email', 'kim@example.com')}"


@pytest.mark.parametrize("style", ["tag", "mask", "token", "surrogate"])
def test_what_may_not_be_passed_on_becomes_a_tag_whatever_the_style(ring: Keyring, style: Any) -> None:
    text = "주민등록번호 900101-1234568, 비밀번호: qwer1234!@"
    assert redacted(text, style=style) == "주민등록번호 [KR_RRN], 비밀번호: [API_KEY]"


def test_spellings_of_one_value_have_one_number_and_one_token(ring: Keyring) -> None:
    text = (
        "담당자 홍길동, 담당자 홍 길동, 담당자 김영희, 담당자 홍길동 / "
        "연락처 +82 10-1234-5678, 연락처 010-1234-5678, 공일공 일이삼사 오육칠팔"
    )
    numbered = redacted(text, numbered=True, entities=["PERSON", "PHONE_NUMBER"])
    assert numbered == (
        "담당자 [PERSON_1], 담당자 [PERSON_1], 담당자 [PERSON_2], 담당자 [PERSON_1] / "
        "연락처 [PHONE_NUMBER_1], 연락처 [PHONE_NUMBER_1], [PHONE_NUMBER_1]"
    )
    assert redacted(text, style="token").count(token("person_name", "홍길동")) == 3
    assert redacted(text, style="token").count(token("kr_phone", "01012345678")) == 3


def test_a_name_in_two_scripts_is_its_korean_one(ring: Keyring) -> None:
    text = redacted("담당자: 이재훈 (LEE JAEHOON)\n서명 이재훈", style="token", entities=["PERSON"])
    assert text == f"담당자: {token('person_name', '이재훈')}\n서명 {token('person_name', '이재훈')}"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("담당자: 홍길동\n총괄홍길동", "담당자: [PERSON]\n총괄[PERSON]"),
        ("담당자: 홍길동\n홍 길동 드림", "담당자: [PERSON]\n[PERSON] 드림"),
        ("담당자: 홍길동\n그는 홍길동이었다", "담당자: [PERSON]\n그는 [PERSON]이었다"),
        ("전화 010-1234-5678\n9010-1234-56789", "전화 [PHONE_NUMBER]\n9010-1234-56789"),
    ],
)
def test_a_value_found_once_is_replaced_where_its_letters_stand_again(text: str, result: str) -> None:
    assert redacted(text, entities=["PERSON", "PHONE_NUMBER"], profile="default") == result


def test_mentions_can_be_left_alone() -> None:
    text = "담당자: 홍길동\n총괄홍길동"
    assert redacted(text, repeats=False, profile="default") == "담당자: [PERSON]\n총괄홍길동"


def test_titles_and_ages_of_one_are_said_of_others_too() -> None:
    assert redacted("김민수 대표, 35세. 대표 상품 35세트", profile="default") == (
        "[PERSON] [JOB_TITLE], [AGE]. 대표 상품 35세트"
    )


def test_tokens_of_a_document_say_nothing_beyond_it(ring: Keyring) -> None:
    texts = ["담당자 홍길동, 담당자 홍 길동", "담당자 홍길동!", "담당자 홍길동!"]
    made = RedactText(style="token", scope="document", entities=["PERSON"]).apply(pa.array(texts), DOMAIN)
    first, second, third = made.to_pylist()
    one, two = first.removeprefix("담당자 ").split(", 담당자 ")
    assert one == two
    assert one not in second
    assert second == third  # the same document
    assert token("person_name", "홍길동") not in {one, second.removeprefix("담당자 ").removesuffix("!")}


DECOMPOSED = unicodedata.normalize("NFD", "홍길동")
EDGES = [
    "",
    " ",
    "\r\n",
    "010-1234-5678",
    "😀010-1234-5678😀",
    "👨‍👩‍👧 kim@example.com👍🏽",
    f"담당자: {DECOMPOSED} 과장",
    "０１０-１２３４-５６７８",
    "010-1234-5678kim@example.com",
    "kim@example.com,lee@example.com",
    "담당자 홍길동\r\n담당자 김영희\r\n",
    "\u200b010\u200b-1234-5678",
    "[PERSON] 홍길동 과장",
]


@pytest.mark.parametrize("text", EDGES)
def test_what_stands_outside_of_spans_stays_letter_by_letter(text: str) -> None:
    transform = RedactText(repeats=False)
    expected, done = "", 0
    for span in transform.detector.detect(text):
        expected += f"{text[done : span.start]}[{span.entity}]"
        done = span.end
    assert transform.apply(pa.array([text]))[0].as_py() == expected + text[done:]


PIECES = st.sampled_from(
    [
        *EDGES,
        "담당자 홍길동",
        "홍 길동",
        "이영희 님",
        "그리고 ",
        "\n",
        "+82 10-1234-5678",
        "900101-1234568",
        "서울",
    ]
)
TEXTS = st.lists(st.none() | st.lists(PIECES, max_size=6).map(" ".join), max_size=12)
KINDS = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
SETTINGS: list[dict[str, Any]] = [
    {"numbered": True},
    {"style": "mask"},
    {"style": "token", "replace": {"PERSON": "surrogate"}},
    {"style": "token", "scope": "document", "numbered": True, "replace": {"PERSON": "tag"}},
]


@settings(max_examples=25)
@given(values=TEXTS, kind=st.sampled_from(KINDS), own=st.sampled_from(SETTINGS), start=st.integers(0, 2))
def test_a_text_comes_out_alike_whatever_stands_beside_it_and_holds_it(
    ring_of_module: Keyring, values: list[str | None], kind: pa.DataType, own: dict[str, Any], start: int
) -> None:
    transform = RedactText(**own)
    bound = transform.bind(DOMAIN)
    column = pa.array(values, pa.string()).cast(kind).slice(start)
    before = column.to_pylist()
    assert bound.counted is not None
    result, counts = bound.counted(column)
    assert (result.type, column.to_pylist()) == (pa.string(), before)
    alone = [bound.counted(pa.array([value], pa.string())) for value in before]
    assert result.to_pylist() == [array[0].as_py() for array, _ in alone]
    assert counts == sum((count for _, count in alone), type(counts)())


def test_texts_are_taken_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"담당자 홍길동 {n}" if n % 3 else None for n in range(100)]
    whole = RedactText(numbered=True).apply(pa.array(texts))
    monkeypatch.setattr(replacing, "TEXTS_AT_ONCE", 7)
    assert RedactText(numbered=True).apply(pa.array(texts)).equals(whole)


def test_a_megabyte_is_redacted_and_its_cost_grows_with_its_length() -> None:
    text = "...\n" * 200_000 + "담당자: 홍길동\n" + "...\n" * 100_000 + "총괄홍길동"
    assert redacted(text).endswith("총괄[PERSON]")
    bound = RedactText(numbered=True, entities=["PERSON", "PHONE_NUMBER"]).bind(None)
    assert_grows_with_length(lambda one: bound.apply(pa.array([one])), "담당자 홍길동, 010-1234-5678 그리고 ")


@given(
    text=st.lists(st.sampled_from(["홍길동", "홍길", "이수", "kim", "k", "010", "1234567", " ", "이", "는"])),
    values=st.sets(st.sampled_from(["홍길동", "이수", "kim", "kim kim", "1234567", "길동이"]), min_size=1),
)
def test_one_pass_for_many_values_finds_what_a_search_for_each_does(
    text: list[str], values: set[str]
) -> None:
    whole = "".join(text)
    padded = whole + " " * (FEW // len(values) + 1)
    assert sorted(mentions(whole, values)) == sorted(mentions(padded, values))


def test_letters_that_go_on_are_no_mention() -> None:
    assert [*mentions("이수역 이수는 박이수 이수 이수님도", ["이수"])] == [
        (0, 2), (4, 6), (12, 14), (15, 17)
    ]  # fmt: skip  # 역, the part that an actor plays, is a particle
    assert [*mentions("akim kim1 kim", ["kim"])] == [(10, 13)]
    assert not telling("35")
    assert not telling("남")
    assert telling("이수")


def test_nothing_is_found_again_in_documents_that_were_redacted(shared: Path) -> None:
    lines = (shared / "data/detection/ko_documents.jsonl").read_text("utf-8").splitlines()
    texts = pa.array([json.loads(line)["text"] for line in lines])
    bound = RedactText().bind(None)
    assert bound.counted is not None
    made, counts = bound.counted(texts)
    left = RedactText().detector.detect_column(made)["entity"].to_pylist()
    # Two titles are seen only once a tag stands beside them (docs/steps.md).
    assert (set(left), len(left) <= 2) == ({"JOB_TITLE"}, True)
    assert sum(counts.values()) > 1_800


def test_counts_of_entities_go_into_the_manifest_and_no_text_does(ring: Keyring) -> None:
    texts = [NOTE, None, NOTE]
    table = pa.table({"a": texts, "b": pa.array(texts).dictionary_encode()})
    columns = {"a": RedactText(style="token", entities=["PERSON"]), "b": RedactText(entities=["PERSON"])}
    result = Pipeline(columns, domain="d").run(table)
    document = result.schema.metadata[b"safeguards.manifest"]
    first, second = Manifest.from_json(document).columns
    assert first.counts == second.counts == {"PERSON": 2}
    assert (first.domain, second.domain, second.key_id) == ("d", None, None)
    assert first.parameters["style"] == "token"
    assert "홍길동" not in document.decode()


def test_tags_and_masks_need_no_domain_and_no_keyring() -> None:
    columns = {"a": RedactText(), "b": RedactText(style="mask")}
    assert Pipeline(columns).run(pa.table({"a": [NOTE], "b": [NOTE]})).num_rows == 1
    with pytest.raises(InputError, match="column 'a': redact_text is keyed: name a domain"):
        Pipeline({"a": RedactText(replace={"PERSON": "token"})})


def test_two_profiles_of_masks_are_refused_also_where_one_stands_in_texts() -> None:
    columns = {"phone": Mask(item="kr_phone"), "memo": RedactText(style="mask", masks="netact")}
    with pytest.raises(InputError, match="column 'memo' masks kr_phone by another profile"):
        Pipeline(columns)
    assert Pipeline(columns | {"memo": RedactText(style="mask")})
    assert Pipeline(columns | {"memo": RedactText(masks="netact")})


class TestPeersDefects:
    """presidio-structured: a duplicate index, lists, NULLs and the input."""

    def test_a_duplicate_index_gives_each_row_its_own_value(self) -> None:
        frame = pd.DataFrame({"t": ["담당자 홍길동", "없음", "kim@example.com"]}, index=[7, 7, 7])
        frame.index.name = "n"
        result = Pipeline({"t": RedactText(), "n": Keep()}).run(frame)
        assert result["t"].tolist() == ["담당자 [PERSON]", "없음", "[EMAIL_ADDRESS]"]
        assert result.index.tolist() == [7, 7, 7]

    def test_spans_that_overlap_or_touch_are_each_replaced_once(self) -> None:
        assert redacted("담당자 홍길동\n홍길동홍길동") == "담당자 [PERSON]\n[PERSON][PERSON]"
        assert redacted("kim@example.com lee@example.com") == "[EMAIL_ADDRESS] [EMAIL_ADDRESS]"

    def test_a_list_does_not_collapse(self) -> None:
        table = pa.table({"t": [["a", NOTE], None, [], [None]]})
        first, *others = Pipeline({"t": RedactText()}).run(table)["t"].to_pylist()
        assert others == [None, [], [None]]
        assert first == ["a", *RedactText().apply(pa.array([NOTE])).to_pylist()]

    def test_nulls_do_not_raise_and_stay(self) -> None:
        assert RedactText().apply(pa.array([None, None], pa.string())).to_pylist() == [None, None]
        assert RedactText().apply(pa.array([], pa.string())).to_pylist() == []

    def test_the_input_is_not_changed(self) -> None:
        frame = pd.DataFrame({"t": [NOTE, None]})
        before = frame.copy(deep=True)
        Pipeline({"t": RedactText()}).run(frame)
        pd.testing.assert_frame_equal(frame, before)


def test_a_transform_is_data_that_travels(ring: Keyring) -> None:
    transform = RedactText(style="token", replace={"PERSON": "surrogate"})
    sent = pickle.loads(pickle.dumps(transform))
    assert sent == transform
    assert sent.apply(pa.array([NOTE]), DOMAIN).equals(transform.apply(pa.array([NOTE]), DOMAIN))
    described = {"transform": "redact_text", "style": "token", "replace": {"PERSON": "surrogate"}}
    assert transform_from(described) == transform


def test_the_item_of_an_entity_can_be_chosen(ring: Keyring) -> None:
    text = "Contact: John Smith"
    assert token("person_name_en", "John Smith") in redacted(text, style="token", entities=["PERSON"])
    chosen = redacted(text, style="token", entities=["PERSON"], items={"PERSON": "person_name"})
    assert token("person_name", "John Smith") in chosen


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"style": "hash"}, "style='hash' is none of tag, mask, token, surrogate"),
        ({"scope": "row"}, "scope='row'"),
        ({"numbered": 1}, "numbered= is true or false"),
        ({"style": "token", "numbered": True, "entities": ["PERSON"]}, "numbered= goes with tags"),
        ({"style": "surrogate", "scope": "document"}, "surrogates are those of a domain"),
        ({"replace": {"NAME": "tag"}}, "replace= names 'NAME', which is not looked for"),
        ({"replace": {"PERSON": "hash"}}, "replace= has 'hash' for PERSON"),
        ({"replace": {"kr_rrn": "token"}}, "may make nothing but a tag of kr_rrn"),
        ({"replace": {"API_KEY": "mask"}}, "may make nothing but a tag of API_KEY"),
        ({"replace": {"kr_phone": "tag", "phone": "mask"}}, "two styles for PHONE_NUMBER"),
        ({"replace": ["PERSON"]}, "replace= maps entities"),
        ({"items": {"PERSON": "email"}}, "of which it is none"),
        ({"items": "person_name"}, "items= maps entities"),
        ({"entities": ["NAME"]}, "unknown entity NAME"),
        ({"thresholds": {"PERSON": 2}}, "threshold must lie in 0..1"),
        ({"profile": "wide"}, "profile"),
        ({"masks": "x"}, "masks='x'"),
        ({"item": "email"}, "a text is of no item"),
    ],
)
def test_settings_that_contradict_each_other_are_one_line(own: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        RedactText(**own)
    assert "\n" not in str(caught.value)


def test_numbers_are_no_text() -> None:
    with pytest.raises(InputError, match="is int64: redact_text reads text"):
        RedactText().apply(pa.array([1]))


def test_a_tag_that_somebody_typed_is_not_taken_for_a_person_who_is_found() -> None:
    text = "[PERSON_1] 님께: 담당자: 홍길동 과장, 고객: 김철수 님, [PERSON_3]"
    found = redacted(text, numbered=True, entities=["PERSON"])
    assert found == "[PERSON_1] 님께: 담당자: [PERSON_2] 과장, 고객: [PERSON_4] 님, [PERSON_3]"
    assert redacted(found, numbered=True, entities=["PERSON"]) == found
