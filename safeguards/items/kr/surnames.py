"""Korean surnames of the 2015 Population and Housing Census, Statistics Korea."""

from __future__ import annotations

DOUBLE = frozenset(
    {"남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방", "망절", "어금", "강전", "장곡"}
)
"""Surnames of two syllables."""

COMMON = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구나민진지엄채원천방공현"
)
"""The surnames of 97 in 100 Koreans."""

RARE = frozenset(
    "함변염여추도소석선설마길연위표명기반왕라금옥육인맹제모탁국어은편용예경봉사부가복태목형피두감호음빈동온범좌팽승간상갈단견당시"
)
"""Surnames of the others, many of them common syllables of other words."""

SINGLE = COMMON | RARE

TOP_FIVE = frozenset("김이박최정")
"""The surnames of 54 in 100 Koreans."""
