from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from safeguards.crypto import ff1
from safeguards.items import get
from safeguards.items.kr.names import lists_1 as lists
from safeguards.items.kr.names.ranks import USUAL
from safeguards.items.ranks import Space
from safeguards.pseudonyms.surrogates.exchange import Exchange
from safeguards.pseudonyms.surrogates.permutation import LONGEST_WALK, Turn
from safeguards.values import Secret

KEY = Secret(bytes(range(32)))
SAMPLES = {
    "person_name": ["홍길동", "김철수", "John Smith"],
    "person_name_en": ["John Smith", "Mary Johnson"],
    "kr_phone": ["010-2345-6789", "02-345-6789", "070-1234-5678", "011-234-5678"],
    "kr_phone/unreachable": ["010-2345-6789"],
    "kr_landline": ["02-345-6789", "031-234-5678"],
    "kr_safe_number": ["0505-123-4567"],
    "phone": ["+12025550123"],
    "email": ["hong.gildong87@naver.com", "x@some-company.co.kr", "a.long.mailbox+tag@some-company.co.kr"],
    "email/keep_domain": ["hong.gildong87@naver.com"],
    "kr_address": ["서울특별시 마포구 월드컵북로 396, 101동 1203호", "전북 전주시 완산구 효자동 123"],
    "kr_address/keep_region": ["서울특별시 마포구 월드컵북로 396, 101동 1203호"],
}
ANSWERS = json.loads((Path(__file__).parents[1] / "vectors/surrogates_1.json").read_text("utf-8"))


@pytest.mark.parametrize("name", ANSWERS)
def test_version_1_gives_what_it_always_gave(name: str) -> None:
    item, _, form = name.partition("/")
    ladder = get(item).ladder(1, form or None)
    values, answers = pa.array(ANSWERS[name].keys()), pa.array(ANSWERS[name].values())
    assert Exchange(ladder, KEY).apply(values).values.to_pylist() == answers.to_pylist()
    back = Exchange(ladder, KEY, back=True).apply(answers).values.to_pylist()
    assert list(map(ladder.canonical, back)) == list(map(ladder.canonical, values.to_pylist()))


def test_a_surrogate_is_ff1_of_a_number_walked_until_it_is_a_name() -> None:
    radix = 1
    while radix**2 < USUAL.size:
        radix += 1
    number = USUAL.rank("홍길동")
    assert number is not None
    while True:
        first, second = ff1.encrypt(KEY, b"usual", divmod(number, radix), radix)
        number = first * radix + second
        if number < USUAL.size and USUAL.rank(USUAL.spell(number)) == number:
            break
    (found,) = Exchange(get("person_name").ladder(), KEY).apply(pa.array(["홍길동"])).values.to_pylist()
    assert found == USUAL.spell(number)


def test_equal_numbers_of_two_spaces_have_different_numbers() -> None:
    ladder = get("kr_phone").ladder()
    values = pa.array(["070-123-4567", "080-123-4567"])
    one, other = Exchange(ladder, KEY).apply(values).values.to_pylist()
    assert one[3:] != other[3:]


def test_what_has_no_surrogate_is_left_null_with_its_problem_in_any_place() -> None:
    values = pa.array(["♥", "홍길동", "金", "", "John Smith", "제임스"])
    found, left = Exchange(get("person_name").ladder(), KEY).apply(values)
    assert [value is None for value in found.to_pylist()] == [True, False, True, False, False, False]
    assert sorted(left) == [0, 2]
    assert Exchange(get("person_name").ladder(), KEY).apply(values.slice(1, 1)).left == {}


@pytest.mark.parametrize("text", ["홍" * 257, "김" + "ab" * 200, "010" * 100])
def test_texts_are_no_values(text: str) -> None:
    for item in ("person_name", "kr_phone", "kr_address"):
        found, left = Exchange(get(item).ladder(), KEY).apply(pa.array([text]))
        assert found.to_pylist() == [None]
        assert "more than 256 characters" in left[0]


@pytest.mark.parametrize(
    "text", ["가로 " * 85, "서 " * 128, "픽 서 " * 64, "가가로 뷁로 " * 30, "a-" * 128, "산 1 " * 60]
)
def test_no_address_makes_the_walk_long(text: str) -> None:
    started = []
    turn = Exchange.turn

    def counted(self: Exchange, space: Space) -> Turn:
        walk = turn(self, space)

        def step(numerals: Any, radix: int) -> Any:
            started.append(radix)
            return walk(numerals, radix)

        return step

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Exchange, "turn", counted)
        Exchange(get("kr_address").ladder(), KEY).apply(pa.array([text]))
    assert len(started) <= LONGEST_WALK / 5


def test_most_surrogates_of_names_look_like_names_of_koreans() -> None:
    draw = random.Random(2)
    given = [first + last for first in lists.FIRST[:80] for last in lists.LAST[:80]]
    people = pa.array({draw.choice(lists.COMMON) + draw.choice(given) for _ in range(1_000)})
    found = Exchange(get("person_name").ladder(), KEY).apply(people).values.to_pylist()
    validate = get("person_name").validate
    assert sum(bool(validate(name)) for name in found) > 0.95 * len(found)
    assert sum(name[0] in lists.COMMON for name in found) > 0.5 * len(found)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_surrogate_is_of_the_same_kind(name: str) -> None:
    item, _, form = name.partition("/")
    validate = get(item).validate
    assert all(map(validate, SAMPLES[name]))
    found = Exchange(get(item).ladder(1, form or None), KEY).apply(pa.array(SAMPLES[name])).values.to_pylist()
    assert all(map(validate, found))
    assert not set(found) & set(SAMPLES[name])
