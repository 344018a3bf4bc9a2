"""The first level of Korean addresses: provinces and metropolitan cities, with their short forms.

Local Autonomy Act 2 and 3; names in force and those replaced (강원도 until 2023, 전라북도 until 2024).
"""

from __future__ import annotations

from safeguards.items.text import words

PROVINCES = dict(
    pair.split("=")
    for pair in words(
        """
        서울특별시=서울, 서울시=서울, 부산광역시=부산, 부산시=부산, 대구광역시=대구, 대구시=대구
        인천광역시=인천, 인천시=인천, 광주광역시=광주, 대전광역시=대전, 대전시=대전, 울산광역시=울산
        울산시=울산, 세종특별자치시=세종, 세종시=세종, 경기도=경기, 강원특별자치도=강원, 강원도=강원
        충청북도=충북, 충청남도=충남, 전북특별자치도=전북, 전라북도=전북, 전라남도=전남
        경상북도=경북, 경상남도=경남, 제주특별자치도=제주, 제주도=제주
        """
    )
)
"""Full name to short name."""

SHORT = frozenset(PROVINCES.values())
