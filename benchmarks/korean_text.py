"""A column of invented Korean text, a share of whose rows hold invented personal data, some of it evasive."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pyarrow as pa

SEED = 20261125
_SLOTS = {
    slot: choices.split("/")
    for slot, choices in {
        "when": "어제/지난주/올해 상반기/지난 2024년/3월 15일/오전 9시 30분/지난달 말/2023년 10월/이번 주말",
        "who": "회사/정부/시민단체/연구진/소비자/관계자/업계/주민들/학생들/관람객/전문가/위원회",
        "what": "새 정책/신제품/공사 계획/영화/연극/보고서/예산안/조사 결과/행사/서비스/도로/공원/경기/전시",
        "how": "조용히/크게/다시/처음으로/생각보다 빨리/예정대로/여러 번/꾸준히/뜻밖에/차분하게",
        "number": "1,200명/3억 5천만 원/12.5%/약 40곳/1만 2,000건/7개월/2대 1/100여 가지/5.7점/30년",
        "did": "발표했다/마쳤다/미뤘다/반겼다/지켜봤다/늘렸다/줄였다/바꿨다/살펴봤다/내놓았다/돌아봤다",
    }.items()
}
_FORMS = (
    "{who}는 {when} {what}을 {how} {did}.",
    "{when} 열린 {what}에는 {number}이 참여해 지난해보다 {how} 늘었다고 {who}가 {did}",
    "기대 안 하고 봤는데 {what} 정말 좋았어요!! {number} 줘도 아깝지 않음",
    "{what}에 따르면 {number} 가운데 절반이 {how} {did}. {who}는 이를 두고 의견이 갈렸다.",
    "솔직히 {what}는 {how} 지루했다... 그래도 {who} 덕분에 끝까지 {did}",
    "{when} {who}가 {how} {did}는 소식이 전해지자 {what} 관련 문의가 {number} 넘게 이어졌다.",
    "'{what}'이라는 말이 {who} 사이에서 {how} 쓰이고 있다. {number}라는 분석도 나왔다.",
)
_HANGUL_DIGITS = str.maketrans("0123456789", "공일이삼사오육칠팔구")
_FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


def column(megabytes: float, share: float = 0.02, *, names: bool = False) -> pa.Array:
    """Return a string column of about that size; in ``share`` of its rows stands a value."""
    draw = random.Random(SEED)
    rows: list[str] = []
    size = 0
    while size < megabytes * 1e6:
        text = _sentence(draw)
        if draw.random() < share:
            text = f"{text} {_value(draw, names=names)}"
        rows.append(text)
        size += len(text.encode())
    return pa.array(rows, pa.string())


def document(characters: int) -> str:
    """Return one text of that length, with a value in each thirtieth sentence."""
    return " ".join(_until(random.Random(SEED), characters))[:characters]


def _until(draw: random.Random, characters: int) -> Iterator[str]:
    length = 0
    while length < characters:
        text = _sentence(draw)
        if draw.random() < 1 / 30:
            text = f"{text} {_value(draw, names=True)}"
        length += len(text) + 1
        yield text


def _sentence(draw: random.Random) -> str:
    words = {slot: draw.choice(choices) for slot, choices in _SLOTS.items()}
    return draw.choice(_FORMS).format(**words)


def _value(draw: random.Random, *, names: bool) -> str:
    digits = "".join(str(draw.randrange(10)) for _ in range(16))
    phone = f"010-{digits[:4]}-{digits[4:8]}"
    born = f"{draw.randrange(60, 100)}{draw.randrange(1, 13):02d}{draw.randrange(1, 29):02d}"
    values = [
        f"연락처는 {phone}입니다",
        f"주민등록번호 {born}-{draw.choice('12')}{digits[:6]}",
        f"user{digits[:4]}@example.com으로 보내 주세요",
        f"카드번호 4{digits[:3]}-{digits[3:7]}-{digits[7:11]}-{digits[11:15]} 분실",
        f"사업자등록번호 {draw.randrange(110, 700)}-{draw.randrange(10, 90)}-{digits[:5]}",
        f"접속 IP {draw.randrange(1, 224)}.{digits[:2].lstrip('0') or '1'}.0.{draw.randrange(1, 255)}에서",
        f"여권번호 M{digits[:8]}",
        phone.translate(_FULL_WIDTH),
        f"번호 {phone.replace('-', ' ').translate(_HANGUL_DIGITS)}",
        f"메일 user{digits[:3]} 골뱅이 example 점 com",
        "\u200b".join(phone),
    ]
    if names:
        values += ["담당자: 김민수 과장", "이영희 님이 접수", "서울특별시 마포구 월드컵북로 396, 12층"]
    return draw.choice(values)
