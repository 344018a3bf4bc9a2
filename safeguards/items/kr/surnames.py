"""Korean surnames of the 2015 Population and Housing Census, Statistics Korea."""

from __future__ import annotations

DOUBLE = frozenset(
    {"남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방", "망절", "어금", "강전", "장곡"}
)
"""Surnames of two syllables."""

PER_10_000: dict[str, int] = {
    "김": 2150, "이": 1470, "박": 843, "최": 470, "정": 437, "강": 243, "조": 222, "윤": 205, "장": 200,
    "임": 174, "한": 156, "오": 153, "서": 153, "신": 155, "권": 142, "황": 140, "안": 138, "송": 137,
    "류": 33, "유": 96, "전": 118, "홍": 112, "고": 95, "문": 93, "양": 93, "손": 92, "배": 81, "백": 77,
    "허": 66, "남": 55, "심": 55, "노": 51, "하": 46, "곽": 41, "성": 40, "차": 39, "주": 45, "우": 39,
    "구": 42, "나": 32, "민": 35, "진": 37, "지": 32, "엄": 29, "채": 26, "원": 26, "천": 24, "방": 20,
    "공": 18, "현": 18, "함": 16, "변": 18, "염": 14, "여": 13, "추": 12, "도": 12, "소": 11, "석": 11,
    "선": 9, "설": 9, "마": 8, "길": 8, "연": 7, "위": 6, "표": 6, "명": 6, "기": 6, "반": 6, "라": 5,
    "왕": 5, "금": 5, "옥": 5, "육": 4, "인": 4, "맹": 4, "제": 4, "모": 4, "탁": 4, "국": 4, "어": 4,
    "은": 3, "편": 3, "용": 3,
}  # fmt: skip
"""Bearers among 10,000 Koreans, of the surnames that three or more bear; namesakes of other clans joined."""

COMMON = frozenset(name for name, bearers in PER_10_000.items() if bearers >= 17)
"""The surnames of 97 in 100 Koreans."""

SINGLE = frozenset(PER_10_000) | frozenset("예경봉사부가복태목형피두감호음빈동온범좌팽승간상갈단견당시")
"""All of one syllable that more than a few hundred bear."""

RARE = SINGLE - COMMON
"""Surnames of the others, many of them common syllables of other words."""

TOP_FIVE = frozenset("김이박최정")
"""The surnames of 54 in 100 Koreans."""
