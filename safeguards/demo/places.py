"""Districts and roads of Korea that the invented people live on."""

from __future__ import annotations

from random import Random

# Province or city, district, its share of the service's members, roads.
DISTRICTS: tuple[tuple[str, str, int, tuple[str, ...]], ...] = (
    ("서울특별시", "강남구", 9, ("테헤란로", "봉은사로", "언주로")),
    ("서울특별시", "송파구", 9, ("올림픽로", "백제고분로", "위례성대로")),
    ("서울특별시", "마포구", 6, ("월드컵북로", "양화로", "성미산로")),
    ("서울특별시", "노원구", 6, ("동일로", "한글비석로", "노해로")),
    ("서울특별시", "관악구", 6, ("남부순환로", "관악로", "신림로")),
    ("부산광역시", "해운대구", 6, ("해운대로", "센텀중앙로", "좌동순환로")),
    ("부산광역시", "부산진구", 4, ("중앙대로", "가야대로", "전포대로")),
    ("대구광역시", "수성구", 5, ("달구벌대로", "동대구로", "무학로")),
    ("인천광역시", "연수구", 5, ("컨벤시아대로", "원인재로", "아트센터대로")),
    ("광주광역시", "북구", 4, ("서하로", "용봉로", "우치로")),
    ("대전광역시", "유성구", 4, ("대학로", "엑스포로", "계룡로")),
    ("울산광역시", "남구", 3, ("삼산로", "문수로", "대공원로")),
    ("세종특별자치시", "", 2, ("한누리대로", "도움로", "보듬로")),
    ("경기도", "수원시 영통구", 6, ("광교중앙로", "영통로", "매영로")),
    ("경기도", "성남시 분당구", 6, ("판교역로", "황새울로", "정자일로")),
    ("경기도", "고양시 일산동구", 5, ("중앙로", "정발산로", "무궁화로")),
    ("강원특별자치도", "춘천시", 2, ("중앙로", "춘천로", "스무숲길")),
    ("충청북도", "청주시 상당구", 3, ("상당로", "단재로", "월평로")),
    ("전북특별자치도", "전주시 완산구", 3, ("전라감영로", "효자로", "백제대로")),
    ("경상남도", "창원시 성산구", 4, ("원이대로", "중앙대로", "창이대로")),
    ("제주특별자치도", "제주시", 2, ("연북로", "노형로", "중앙로")),
)
_SHARES = [share for _, _, share, _ in DISTRICTS]


def address(draw: Random) -> str:
    """Return a road-name address, half of the time with building and flat."""
    province, district, _, roads = draw.choices(DISTRICTS, _SHARES)[0]
    place = f"{province} {district}".rstrip()
    house = f"{place} {draw.choice(roads)} {draw.randrange(1, 600)}"
    if draw.random() < 0.5:
        return house
    return f"{house}, {draw.randrange(101, 121)}동 {draw.randrange(1, 26)}{draw.randrange(1, 7):02d}호"
