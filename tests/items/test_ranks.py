from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.items import all_items, get
from safeguards.items.intl.calling_codes import LENGTHS
from safeguards.items.intl.email_ranks import CLASSES
from safeguards.items.intl.mailboxes_1 import BEFORE, BEHIND, PROVIDERS, SURNAMES
from safeguards.items.kr.names import lists_1 as lists
from safeguards.items.kr.names import romanised_1 as romanised
from safeguards.items.kr.names.grid import NameGrid
from safeguards.items.kr.names.ranks import UNUSUAL, USUAL
from safeguards.items.kr.phone_ranks import KINDS
from safeguards.items.kr.regions_1 import MORE_SYLLABLES, NAMES, REGIONS, SYLLABLES
from safeguards.items.ranks import FEWEST, Ladder
from safeguards.items.ranks.letters import CHOICES
from safeguards.items.ranks.pairs import listed
from safeguards.items.ranks.strings import Strings, strings_like
from safeguards.items.text import words

FROZEN: dict[str, tuple[Iterable[object], str]] = {
    "Korean names": (
        (
            lists.COMMON,
            lists.FAMILIAR,
            lists.RARE,
            *lists.DOUBLE,
            lists.FIRST,
            lists.LAST,
            lists.ALONE,
            lists.SYLLABLES,
        ),
        "14f4ae39704d7f63fe3019b4c6f6661c6234c25647316fd37ad0f7ffc11e387c",
    ),
    "their reach": (
        (*USUAL.reaches, *UNUSUAL.reaches),
        "f35133a6bce32f9d7637cd4d4da9f73ef94ee94e0806ced72a3f97fa4befad05",
    ),
    "romanised names": (
        (*romanised.SURNAMES, *romanised.SYLLABLES),
        "a5499acd1a3ff83b8ed403a5d122f39e50767be1133aabf2a46cf3b6f1783b98",
    ),
    "Latin names": (
        (*listed(False).given.values, *listed(True).given.values, *listed(True).surnames.values),
        "32d4807969d8670f4262b1a768021121619b6c9ff8c82eb63f611ca10c8c7ff6",
    ),
    "alphabets": (
        [(choices.name, choices.values) for choices in CHOICES],
        "67dec44a0808f3b5c96f1debe40b91d1449d401132a269a463b61e12ead841ba",
    ),
    "telephone numbers": (
        [(kind.label, kind.blocks) for kind in KINDS],
        "aad629de475d7eda6328d553057bb487ae0cfe052759cd5470a25a98d8e2e41c",
    ),
    "calling codes": (
        sorted(LENGTHS.items()),
        "3433949ff8675724e4036b47508785f0906d637f5b765345c7b09d66b77505ba",
    ),
    "mailboxes": (
        (*PROVIDERS, *BEFORE, *BEHIND, *SURNAMES, *CLASSES),
        "07a47f786453e671b5dbd0e0ddf60627ee865b00be7446f733398f61196ce04f",
    ),
    "regions": (
        (*REGIONS, *NAMES, SYLLABLES, MORE_SYLLABLES),
        "597597d38231023e99b9523a31565506beb2353fee30354dc7660defb35288c9",
    ),
}


@pytest.mark.parametrize("name", FROZEN)
def test_a_list_of_version_1_never_changes(name: str) -> None:
    content, known = FROZEN[name]
    text = "\n".join(str(tuple(each) if isinstance(each, tuple) else each) for each in content)
    assert hashlib.sha256(text.encode()).hexdigest() == known, (
        "old pseudonyms would change: put another list into a file of another version"
    )


VALUES: dict[str, str] = {
    "person_name": """
        홍길동, 표외수, 제임스, 뷁쉙, John Smith, Kim Min-jun, Qqq, J. Smith, 홍*동
        """,
    "person_name_en": """
        John Smith, Ruth R Montez, Ruth R. Montez, Hong Gildong, Kim Min-jun, Gil Dong Hong
        Mary-Jane O'Neil, Nguyễn Văn, 洪 吉童, Qqq
        """,
    "kr_phone": """
        010-2345-6789, 010-1345-6789, 017-345-6789, 031-234-5678, 070-123-4567, 080-123-4567, 0505-1234-5678
        1588-1234, +12025550123, +46 08 123 45 67, 12345678
        """,
    "kr_phone/unreachable": "010-2345-6789",
    "email": """
        hong@naver.com, hong.gildong@naver.com, hong.gildong-1987@naver.com, x@y.kr, a@한글.한국
        some.name@company-name.co.kr
        """,
    "email/keep_domain": "hong@y.kr, hong.gildong-1987@y.kr",
    "kr_address": """
        서울특별시 마포구 월드컵북로 396 101동 1203호, 마포구 상암동 16-05, 세종 갈매로 477 정부세종청사 4동
        어딘가로 10203 B동
        """,
    "kr_address/keep_region": """
        서울특별시 마포구 월드컵북로 396 101동 1203호, 06236 서울 강남구 테헤란로 152
        서울강남구 테헤란로 15234, [06236] 서울 강남구 테헤란로 152, 대한민국 경기도 수원시 영통구 광교로 1477
        """,
}


def ladder_of(name: str) -> Ladder:
    item, _, form = name.partition("/")
    return get(item).ladder(1, form or None)


@pytest.mark.parametrize("name", VALUES)
@given(data=st.data())
def test_each_number_of_a_space_is_one_surrogate_that_is_found_again(name: str, data: st.DataObject) -> None:
    ladder, values = ladder_of(name), words(VALUES[name])
    place = ladder.place(ladder.canonical(data.draw(st.sampled_from(values))))
    assert place is not None
    assert place.space.size >= FEWEST
    other = place._replace(rank=data.draw(st.integers(0, place.space.size - 1)))
    if ladder.stays(other):
        found = ladder.found(other.space.spell(other.rank))
        assert found is not None
        assert (found.space.label, found.rank) == (other.space.label, other.rank)


@pytest.mark.parametrize("name", VALUES)
def test_each_value_is_found_again_in_a_space_of_its_own_that_mostly_stays(name: str) -> None:
    ladder, values = ladder_of(name), words(VALUES[name])
    draw = random.Random(4)
    labels = []
    for value in values:
        canonical = ladder.canonical(value)
        place = ladder.place(canonical)
        assert place is not None
        assert ladder.stays(place)
        again = ladder.value(place)
        assert again is not None
        assert ladder.canonical(again) == canonical
        labels.append(place.space.label)
        ranks = [draw.randrange(place.space.size) for _ in range(200)]
        assert sum(ladder.stays(place._replace(rank=rank)) for rank in ranks) > 50, "walks would be long"
    assert len(set(labels)) == len(labels)


def test_lists_hold_each_value_once_and_enough_of_them() -> None:
    alphabets = (
        lists.FIRST,
        lists.LAST,
        lists.ALONE,
        lists.SYLLABLES,
        USUAL.surnames,
        SYLLABLES,
        REGIONS,
        NAMES,
    )
    more = (
        MORE_SYLLABLES,
        romanised.SURNAMES,
        romanised.SYLLABLES,
        *(choices.values for choices in CHOICES),
        BEFORE,
        BEHIND,
    )
    for values in (*alphabets, *more, *(choices.values for choices in listed(True))):
        assert len(set(values)) == len(values)
    assert len({before + behind for before in BEFORE for behind in BEHIND}) == 36**2
    assert len(PROVIDERS) == len(set(PROVIDERS.values()))
    assert USUAL.size - _read_otherwise(USUAL) > FEWEST
    assert len({surname[0] for surname in lists.DOUBLE}) == len(lists.DOUBLE)
    assert all(shorter.tail < longer.tail for shorter, longer in pairwise(CLASSES))
    assert all(each.size >= each.members for each in CLASSES)


def _read_otherwise(grid: NameGrid) -> int:
    """Count the numbers of names that are read as a surname of two syllables."""
    singles = [place for place, surname in enumerate(grid.surnames) if len(surname) == 1]
    doubles = {
        surname: grid.reaches[place] for place, surname in enumerate(grid.surnames) if len(surname) == 2
    }
    found = 0
    for place in singles:
        reach = grid.reaches[place]
        for first in grid.first[: reach.first]:
            double = doubles.get(grid.surnames[place] + first)
            found += double is not None and len(
                set(grid.alone[: double.alone]) & set(grid.last[: reach.last])
            )
    return found


def test_every_letter_of_an_alphabet_is_its_own_canonical_form() -> None:
    for item in ("person_name", "person_name_en", "kr_address"):
        canonical = get(item).canonical
        for choices in CHOICES:
            for sign in choices.values:
                assert canonical(sign) == sign == canonical(sign.title()) == canonical(sign.upper())


@given(text=st.text("ab", min_size=1, max_size=24))
def test_strings_are_numbered_by_length_and_letters(text: str) -> None:
    space = strings_like(text, "ab", "ab")
    rank = space.rank(text)
    assert rank is not None
    assert space.spell(rank) == text
    assert space.size >= FEWEST or space.longest == 20
    assert Strings("ab", "ab", 1, 2).size == 6


@pytest.mark.parametrize("item", [one.id for one in all_items() if one.ladders])
def test_every_item_with_surrogates_has_version_1(item: str) -> None:
    ladder = get(item).ladder()
    assert ladder.canonical is get(item).canonical or item in {"kr_landline", "kr_safe_number"}
    assert ladder.canonical("  x ") == "x"
    assert ladder.place("") is None


def test_the_lists_hold_the_names_of_documents_and_all_spaces_those_of_news(shared: Path) -> None:
    def names(corpus: str) -> set[str]:
        lines = (shared / f"data/detection/{corpus}.jsonl").read_text("utf-8").splitlines()
        golds = (gold for line in lines for gold in json.loads(line)["gold"])
        return {gold["text"] for gold in golds if gold["entity"] == "PERSON"}

    documents = {name for name in names("ko_documents") if re.fullmatch("[가-힣]{2,4}", name)}
    assert sum(USUAL.rank(name) is not None for name in documents) > 0.93 * len(documents)
    assert sum(UNUSUAL.rank(name) is not None for name in documents) > 0.98 * len(documents)
    ladder = get("person_name").ladder()
    every = names("ko_documents") | names("ko_sentences")
    placed = [ladder.place(ladder.canonical(name)) for name in every]
    assert sum(place is not None and place.space.size >= FEWEST for place in placed) > 0.98 * len(every)
