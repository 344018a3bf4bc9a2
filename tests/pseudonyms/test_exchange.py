from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from safeguards.crypto import ff1
from safeguards.items import get
from safeguards.items.kr.names.ranks import USUAL
from safeguards.pseudonyms.exchange import Exchange
from safeguards.values import Secret

KEY = Secret(bytes(range(32)))
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
    values = pa.array(["-", "홍길동", "金", "", "John Smith", "제임스"])
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
