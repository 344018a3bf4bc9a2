from __future__ import annotations

import pickle
import random
import re
import string
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.audit import Event
from safeguards.errors import InputError
from safeguards.items import get, placeholders
from safeguards.items.kr.names import lists_1 as lists
from safeguards.items.kr.names.ranks import UNUSUAL, USUAL
from safeguards.items.kr.regions_1 import REGIONS
from safeguards.items.kr.surnames import PER_10_000
from safeguards.pseudonyms import Domain, Generalise, Surrogate, Token, transform_from
from safeguards.pseudonyms.column import Unfit
from safeguards.pseudonyms.reversal.permit import Permit

pytestmark = pytest.mark.usefixtures("ring_of_module")

DOMAIN = Domain("d")
HANGUL = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
LATIN = st.text(string.ascii_letters, min_size=1, max_size=9)
NAMES = st.one_of(
    st.builds(
        str.__add__,
        st.sampled_from([*PER_10_000, *lists.DOUBLE]),
        st.text(lists.FIRST + lists.LAST, min_size=1, max_size=2),
    ),
    st.text(lists.SYLLABLES, min_size=1, max_size=5),
    st.text(HANGUL, min_size=1, max_size=6),
    LATIN,
    st.builds("{} {}".format, LATIN, LATIN),
    st.builds("{} {}-{}".format, st.sampled_from(["Kim", "Hong"]), st.just("gil"), st.just("dong")),
    st.builds(
        "{}*{}".format, st.text(HANGUL, min_size=1, max_size=1), st.text(HANGUL, min_size=1, max_size=2)
    ),
)
PHONES = st.one_of(
    st.from_regex(r"010-[0-9]{4}-[0-9]{4}", fullmatch=True),
    st.from_regex(r"01[16789] [0-9]{3,4} [0-9]{4}", fullmatch=True),
    st.from_regex(r"0(2|31|64)[1-9][0-9]{6,7}", fullmatch=True),
    st.from_regex(r"\+82 10-[0-9]{4}-[0-9]{4}", fullmatch=True),
    st.from_regex(r"\+1 [2-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"(070|080|0505)-[0-9]{3,4}-[0-9]{4}", fullmatch=True),
    st.from_regex(r"1588-[0-9]{4}", fullmatch=True),
    st.from_regex(r"[0-9]{6,9}", fullmatch=True),
)
EMAILS = st.one_of(
    st.builds(
        "{}@{}".format,
        st.from_regex(r"[a-zA-Z0-9_][a-z0-9_+'%-]{0,30}", fullmatch=True),
        st.sampled_from(["naver.com", "GMAIL.com", "x.kr", "some-company.co.kr", "한글.한국", "example.com"]),
    ),
    st.from_regex(r"[a-z0-9]{1,8}@[a-z0-9]{1,30}\.(com|kr)", fullmatch=True),
)
BEFORE_REGION = ["", "(06236) ", "06236 ", "[06236] ", "우)06236 ", "〒 135-080 ", "대한민국 ", "한국 06236 "]
ADDRESSES = st.builds(
    "{}{} {} {}{}".format,
    st.sampled_from(BEFORE_REGION),
    st.sampled_from(
        [
            *REGIONS,
            "서울강남구",
            "서울 강남구",
            "서울특별시 강남구",
            "경기 수원시",
            "마포구",
            "경기도 성남시 분당구",
            "어딘가",
        ]
    ),
    st.builds(
        str.__add__,
        st.text(HANGUL, min_size=2, max_size=4),
        st.sampled_from(["로", "길", "동", "대로 3번길"]),
    ),
    st.integers(10, 9999),
    st.sampled_from(["", ", 101동 1203호", " (삼평동, 에이치스퀘어)", "-3 A동 2층"]),
)
VALUES: dict[str, st.SearchStrategy[str]] = {
    "person_name": NAMES,
    "person_name_en": NAMES,
    "kr_phone": PHONES,
    "phone": PHONES,
    "kr_landline": PHONES,
    "kr_safe_number": PHONES,
    "email": EMAILS,
    "kr_address": ADDRESSES,
}
MADE = [
    *((item, None) for item in VALUES),
    ("email", "keep_domain"),
    ("kr_address", "keep_region"),
    ("kr_phone", "unreachable"),
]


PLACEHOLDERS = ["미상", "없음", "주소 없음", "(없음)", "N/A", "Ｎ／Ａ", "-", "--", "unknown", "000-0000-0000"]


class Noted:
    """A sink that keeps its events."""

    def record(self, event: Event) -> None:
        pass


def made(values: list[str | None], item: str = "person_name", **settings: Any) -> list[str | None]:
    found: list[str | None] = (
        Surrogate(item=item, **settings).apply(pa.array(values, pa.string()), DOMAIN).to_pylist()
    )
    return found


def one(value: str, item: str = "person_name", **settings: Any) -> str:
    (found,) = made([value], item, **settings)
    assert found is not None
    return found


def permit(ring: Keyring) -> Permit:
    return Permit(ring, "agent-7", "support", "case 12", Noted())


@pytest.mark.parametrize(("item", "form"), MADE)
@given(data=st.data())
def test_different_values_stay_different_and_the_key_leads_back(
    ring_of_module: Keyring, item: str, form: str | None, data: st.DataObject
) -> None:
    values = data.draw(st.lists(st.none() | VALUES[item] | st.sampled_from(PLACEHOLDERS), max_size=12))
    canonical = get(item).canonical
    transform = Surrogate(item=item, form=form, other="token")
    column = pa.array(values, pa.string())
    result = transform.apply(column, DOMAIN).to_pylist()
    pairs = {(None if v is None else canonical(v), r) for v, r in zip(values, result, strict=True)}
    assert len(pairs) == len({value for value, _ in pairs}) == len({found for _, found in pairs})
    back = transform.reverse(DOMAIN, permit(ring_of_module)).apply(pa.array(result, pa.string())).to_pylist()
    for value, found, again in zip(values, result, back, strict=True):
        if found is not None and found.startswith("tk1_"):
            assert again == found
        else:
            assert (value and canonical(value)) == (again and canonical(again))


def test_twenty_thousand_names_have_twenty_thousand_surrogates() -> None:
    draw = random.Random(1)
    people = {
        draw.choice(list(PER_10_000)) + draw.choice(lists.FIRST) + draw.choice(lists.LAST)
        for _ in range(25_000)
    }
    names = sorted(people)[:20_000]
    result = made([*names])
    assert len(names) == len(set(result)) == 20_000
    assert sum(len(name or "") == 3 for name in result) > 0.9 * len(names)


SAMPLES = {
    "person_name": ["John Smith", "Mary Johnson"],
    "person_name_en": ["John Smith", "Mary Johnson"],
    "kr_phone": ["010-2345-6789", "02-345-6789", "070-1234-5678", "011-234-5678"],
    "kr_landline": ["02-345-6789", "031-234-5678"],
    "kr_safe_number": ["0505-123-4567"],
    "phone": ["+12025550123"],
    "email": [
        "hong.gildong87@naver.com",
        "x@some-company.co.kr",
        "a.very.long.mailbox+with-tag@some-company.co.kr",
    ],
    "kr_address": ["서울특별시 마포구 월드컵북로 396, 101동 1203호", "전북 전주시 완산구 효자동 123"],
}


@pytest.mark.parametrize(
    ("item", "spellings"),
    [
        ("person_name", ["홍길동", "홍 길동", "홍 길 동", "홍길동", " 홍길동\t"]),
        ("person_name", ["John Smith", "JOHN SMITH", "john  smith"]),
        ("person_name_en", ["John Smith", "JOHN  SMITH"]),
        ("kr_phone", ["010-2345-6789", "01023456789", "+82 10-2345-6789", "010.2345.6789"]),
        ("email", ["Hong@Naver.com", "hong@naver.com "]),
        ("kr_address", ["서울특별시 마포구 월드컵북로 396", "서울 마포구  월드컵북로 396"]),
    ],
)
def test_spellings_of_one_value_have_one_surrogate(item: str, spellings: list[str]) -> None:
    assert len(set(made([*spellings], item))) == 1


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
)
def test_every_type_of_text_gives_the_same(kind: pa.DataType) -> None:
    values = ["김철수", "홍길동", None, "John Smith", "", "홍길동", "제임스", "남궁민수"]
    column = pa.array(values, pa.string()).cast(kind).slice(1)
    transform = Surrogate(item="person_name")
    assert transform.output(kind) == pa.string()
    assert transform.apply(column, DOMAIN).to_pylist() == made([*values[1:]])
    assert [one(value) if value else value for value in values] == made([*values])


def test_nothing_stays_nothing() -> None:
    assert made([]) == []
    assert made([None, "", " ", None]) == [None, "", "", None]
    assert Surrogate(item="email").apply(pa.nulls(2), DOMAIN).to_pylist() == [None, None]


@pytest.mark.parametrize(
    ("item", "value", "said"),
    [
        ("person_name", "♥", "of which only 1 are possible"),
        ("person_name", "金", "of which only 20,902 are possible"),
        ("person_name", "อานนท์", "no surrogate is made of"),
        ("person_name", "\u200b", "no surrogate is made of"),
        ("kr_phone", "119", "of which only 1,000 are possible"),
        ("kr_phone", "010-2345-6789 (부)", "no surrogate is made of"),
        ("email", "hong at naver", "no surrogate is made of"),
        ("kr_address", "서울 마포구", "of which only"),
    ],
)
def test_what_cannot_be_hidden_is_refused_with_its_row_and_not_told(item: str, value: str, said: str) -> None:
    fitting = SAMPLES[item][0]
    with pytest.raises(Unfit, match=said) as caught:
        made([fitting, None, fitting, value, fitting, value], item)
    assert caught.value.row == 4
    assert value not in str(caught.value).split(";")[0]
    token = Token(item=item).apply(pa.array([value]), DOMAIN)[0].as_py()
    known = one(fitting, item)
    assert made([fitting, value, None], item, other="token") == [known, token, None]
    assert made([value, fitting], item, other="null") == [None, known]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "needs item="),
        ({"item": "nobody"}, "unknown item"),
        ({"item": "credit_card"}, r'FormatPreserving\(item="credit_card"\)'),
        ({"item": "kr_brn"}, r'FormatPreserving\(item="kr_brn"\)'),
        ({"item": "kr_rrn"}, r"use Drop\(\)"),
        ({"item": "kr_passport"}, r'use Token\(item="kr_passport"\)'),
        ({"item": "age"}, r"use Generalise\(\)"),
        ({"item": "device_id"}, r'use Token\(item="device_id"\)'),
        ({"item": "person_name", "version": 2}, "no surrogates of version 2; it has: 1"),
        ({"item": "person_name", "version": "1"}, "version="),
        ({"item": "person_name", "version": True}, "version="),
        ({"item": "person_name", "form": "keep_domain"}, "no form 'keep_domain'; they have: none"),
        ({"item": "email", "form": "x"}, "they have: keep_domain"),
        ({"item": "person_name", "other": "keep"}, "other="),
        ({"item": "person_name", "placeholders": "drop"}, "placeholders="),
        ({"item": "person_name", "locale": "ko_KR"}, "locale="),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Surrogate(**settings)


def test_numbers_are_refused_since_they_have_lost_their_zeros() -> None:
    with pytest.raises(InputError, match="cast it to text first"):
        Surrogate(item="kr_phone").apply(pa.array([1023456789]), DOMAIN)


def test_domains_items_and_forms_are_unlinkable() -> None:
    column = pa.array(["010-2345-6789"])
    results = {
        Surrogate(item=item).apply(column, Domain(name, epoch=epoch))[0].as_py()
        for name in "ab"
        for epoch in (0, 1)
        for item in ("kr_phone", "phone")
    }
    assert len(results) == 8


def test_the_version_is_part_of_the_key_and_of_the_manifest() -> None:
    transform = Surrogate(item="email", form="keep_domain")
    assert transform.parameters() == {
        "version": 1,
        "form": "keep_domain",
        "other": "refuse",
        "placeholders": "keep",
    }
    assert transform._key_purpose == "surrogate/1/keep_domain"
    assert Surrogate(item="email")._key_purpose == "surrogate/1"


def test_no_address_is_one_that_mail_reaches() -> None:
    for value in SAMPLES["email"]:
        assert one(value, "email").endswith("example.com")
        assert one(value, "email", form="keep_domain").endswith(value.partition("@")[2])


def test_unreachable_numbers_are_under_a_prefix_out_of_service() -> None:
    assert one("010-2345-6789", "kr_phone", form="unreachable").startswith("011-")
    with pytest.raises(Unfit):
        made(["02-345-6789"], "kr_phone", form="unreachable")


def test_a_region_can_be_kept() -> None:
    assert one("서울특별시 마포구 월드컵북로 396", "kr_address", form="keep_region").startswith(
        "서울 마포구 "
    )


@pytest.mark.parametrize("before", BEFORE_REGION)
@pytest.mark.parametrize(
    "written", [str, lambda region: region.replace(" ", "")], ids=["spaced", "spaceless"]
)
def test_every_listed_region_is_kept_whatever_stands_before_it(
    ring_of_module: Keyring, before: str, written: Callable[[str], str]
) -> None:
    listed = [written(region) for region in [*REGIONS, "인천 제물포구", "경기 수원시"]]
    values = pa.array([f"{before}{region} 테헤란로 152" for region in listed])
    keeping = Surrogate(item="kr_address", form="keep_region")
    found = keeping.apply(values, DOMAIN)
    kept = Generalise(item="kr_address", region="district")
    assert kept.apply(found, DOMAIN).to_pylist() == kept.apply(values, DOMAIN).to_pylist()
    for value, region, surrogate in zip(values.to_pylist(), listed, found.to_pylist(), strict=True):
        assert f"{region} " in surrogate
        assert "테헤란" not in surrogate
        assert len(surrogate) <= len(value)
    back = keeping.reverse(DOMAIN, permit(ring_of_module)).apply(found).to_pylist()
    assert back == [get("kr_address").canonical(value).upper() for value in values.to_pylist()]
    assert pc.all(keeping.holds(found)).as_py()


@given(data=st.data())
def test_spellings_of_a_region_that_are_different_values_stay_different(data: st.DataObject) -> None:
    rest = data.draw(st.from_regex("[가-힣]{2,4}(로|길) [1-9][0-9]{1,3}", fullmatch=True))
    spellings = ["서울 강남구 ", "서울강남구 ", "서울특별시 강남구 ", "서울 강남구"]
    values = [before + spelling + rest for before in BEFORE_REGION for spelling in spellings]
    # Two syllables of place names and a short number are too few to choose from: those become tokens.
    found = made([*values], "kr_address", form="keep_region", other="token")
    assert len(set(found)) == len(set(map(get("kr_address").canonical, values)))


def test_a_postal_code_is_exchanged_where_the_region_is_kept() -> None:
    found = one("(06236) 서울 강남구 테헤란로 152", "kr_address", form="keep_region")
    assert re.fullmatch(r"0[0-9]{4} 서울 강남구 [가-힣]{3}로 [1-9][0-9]{2}", found)
    assert not found.startswith("06236")
    assert one("06236 서울 강남구 테헤란로 152", "kr_address", form="keep_region") == found


@pytest.mark.parametrize(
    "value",
    [
        "어딘가로 10203 B동",
        "광주시 북구 용봉로 77",
        "서울 테헤란로 15234",
        "서울 없는구 테헤란로 152",
        "06236 강남구 테헤란로 152",
    ],
)
def test_an_address_whose_region_cannot_be_read_is_left_where_the_region_is_to_be_kept(value: str) -> None:
    known = "서울 강남구 테헤란로 152"
    with pytest.raises(Unfit, match="keep_region.*other=") as caught:
        made([known, value], "kr_address", form="keep_region")
    assert caught.value.row == 2
    assert value not in str(caught.value)
    token = Token(item="kr_address").apply(pa.array([value]), DOMAIN)[0].as_py()
    assert made([value], "kr_address", form="keep_region", other="token") == [token]
    assert made([value], "kr_address", form="keep_region", other="null") == [None]
    assert one(value, "kr_address") != value


def test_what_is_no_surrogate_leads_nowhere(ring_of_module: Keyring) -> None:
    back = Surrogate(item="email").reverse(DOMAIN, permit(ring_of_module))
    with pytest.raises(Unfit, match="no surrogate of this domain") as caught:
        back.apply(pa.array([None, "hong@naver.com"]))
    assert caught.value.row == 2


def test_it_is_data_that_travels() -> None:
    transform = transform_from({"transform": "surrogate", "item": "person_name", "other": "token"})
    assert transform == Surrogate(item="person_name", other="token")
    transform.apply(pa.array(["홍길동"]), DOMAIN)
    sent = pickle.dumps(transform)
    assert pickle.loads(sent) == transform
    assert len(sent) < 400
    assert transform.traits.injective
    assert not transform.traits.reversible
    assert Surrogate(item="email").traits.reversible
    assert not Surrogate(item="email", other="null").traits.injective


@pytest.mark.parametrize("item", VALUES)
def test_placeholders_stay_what_they_are_and_become_no_person(item: str) -> None:
    canonical = get(item).canonical
    known = one(SAMPLES[item][0], item)
    values = [*PLACEHOLDERS, SAMPLES[item][0], None]
    assert made(values, item) == [*map(canonical, PLACEHOLDERS), known, None]
    nulls = [None] * len(PLACEHOLDERS)
    assert made(values, item, placeholders="null") == [*nulls, known, None]
    tokens = Token(item=item).apply(pa.array(PLACEHOLDERS), DOMAIN).to_pylist()
    assert made(values, item, placeholders="other", other="token") == [*tokens, known, None]
    assert made(values, item, placeholders="other", other="null") == [*nulls, known, None]
    with pytest.raises(Unfit, match="has a placeholder") as caught:
        made([SAMPLES[item][0], "N/A"], item, placeholders="other")
    assert caught.value.row == 2


def test_placeholders_may_be_exchanged_like_values() -> None:
    found = made(["미상", "unknown"], placeholders="exchange")
    assert found[0] not in {None, "미상"}
    assert found[1] not in {None, "unknown"}


def test_what_a_placeholder_policy_does_is_declared() -> None:
    keeping, nulling = Surrogate(item="email"), Surrogate(item="email", placeholders="null")
    assert keeping.traits.injective
    assert keeping.traits.reversible
    assert not keeping.makes_null
    assert nulling.makes_null
    assert not nulling.traits.injective
    assert not nulling.traits.reversible


@pytest.mark.parametrize("placeholder", ["미상", "모름", "unknown", "missing"])
def test_the_name_whose_surrogate_a_placeholder_would_be_walks_on(
    ring_of_module: Keyring, placeholder: str
) -> None:
    exchanging = Surrogate(item="person_name", placeholders="exchange")
    (before,) = exchanging.reverse(DOMAIN, permit(ring_of_module)).apply(pa.array([placeholder])).to_pylist()
    assert exchanging.apply(pa.array([before]), DOMAIN)[0].as_py().casefold() == placeholder
    beyond = exchanging.apply(pa.array([placeholder]), DOMAIN)[0].as_py()
    assert made([before, placeholder]) == [beyond, placeholder]
    back = Surrogate(item="person_name").reverse(DOMAIN, permit(ring_of_module))
    assert back.apply(pa.array([beyond, placeholder])).to_pylist() == [before, placeholder]


def test_no_name_of_the_lists_is_a_placeholder() -> None:
    """Names of the grids are exchanged as whole columns, without a look at what they say."""
    for text in placeholders._WORDS:
        assert USUAL.rank(text) is None
        assert UNUSUAL.rank(text) is None


@pytest.mark.parametrize(
    "name", ["미정", "나", "na", "Blank", "무명", "010-1234-5678", "02-345-6000", "", " "]
)
def test_what_may_be_a_value_is_no_placeholder(name: str) -> None:
    assert not placeholders.is_placeholder(name)
