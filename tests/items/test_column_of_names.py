"""A column of names is known by how its surnames are spread."""

from __future__ import annotations

import random

from safeguards.items import get

SURNAMES, WEIGHTS = "김이박최정강조윤장임", (22, 15, 8, 5, 4, 3, 3, 2, 2, 2)
JUDGE = get("person_name").judge_column


def names(count: int) -> list[str]:
    draw = random.Random(1)
    return [
        draw.choices(SURNAMES, WEIGHTS)[0] + draw.choice("지서민도하예") + draw.choice("우준연윤은호")
        for _ in range(count)
    ]


def test_names_drawn_as_koreans_are_called_pass() -> None:
    assert JUDGE is not None
    verdict = JUDGE(names(100))
    assert verdict is not None
    assert verdict.score > 0.5


def test_nine_values_are_too_few() -> None:
    assert JUDGE is not None
    assert JUDGE(names(9)) is None


def test_nouns_that_begin_like_names_do_not_pass() -> None:
    assert JUDGE is not None
    nouns = ["정상", "이용", "주문", "배송", "환불", "교환", "신청", "취소", "완료", "대기", "접수", "보류"]
    assert JUDGE(nouns * 3) is None


def test_one_family_is_no_column_of_names() -> None:
    assert JUDGE is not None
    assert JUDGE([f"김{name[1:]}" for name in names(100)]) is None
