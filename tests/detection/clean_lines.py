"""Lines without personal data that look as if they held some: drawn from a seed, the same on every machine.

Institutions have addresses, but no line holds a full one: those are gold in the development documents.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from safeguards.items.text import words

SEED = 20261126

CITIES = words(
    """
    서울, 부산, 대구, 인천, 광주, 대전, 울산, 세종, 수원, 성남, 고양, 용인, 청주, 전주, 천안, 창원, 김해
    포항, 제주, 안양, 안산, 강릉, 원주, 춘천, 여수, 순천
    """
)
DISTRICTS = words(
    """
    강남구, 서초구, 송파구, 마포구, 노원구, 은평구, 성북구, 중구, 유성구, 수성구, 해운대구, 연수구, 덕양구
    팔달구, 분당구, 남동구
    """
)
STATIONS = words(
    """
    강남역, 시청역, 서울역, 노원역, 홍대입구역, 신도림역, 사당역, 왕십리역, 수원역, 동대구역, 오송역
    정자역, 선릉역, 고속터미널역
    """
)
INSTITUTIONS = words(
    """
    구청, 시청, 주민센터, 세무서, 경찰서, 소방서, 보건소, 우체국, 교육지원청, 도서관, 문화회관, 고용센터
    법원, 등기소
    """
)
FIRMS = words(
    """
    한국전력공사, 대한항공, 현대자동차, 삼성전자, 신한은행, 국민은행, 우리은행, 하나은행, 한화생명
    롯데마트, 신세계백화점, 이마트, 하이트진로, 유한양행, 동아제약, 오뚜기, 농심, 남양유업
    """
)
GOODS = words(
    """
    노트북, 냉장고, 세탁기, 정수기, 공기청정기, 전기밥솥, 이어폰, 모니터, 키보드, 운동화, 원피스, 가죽지갑
    여행가방, 기저귀, 샴푸, 주방세제, 김치, 한우, 고등어, 사과, 배추, 고구마, 이불, 소파, 책상
    """
)
SUBJECTS = words(
    """
    정부, 국회, 경찰, 검찰, 법원, 한국은행, 금융위원회, 서울시, 교육부, 기상청, 소방당국, 노조, 업계
    정치권, 시민단체, 전문가들, 학부모들, 주민들, 소비자들, 이용자들
    """
)
MATTERS = [
    "주택 공급 대책",
    "전기 요금 인상",
    "최저 임금 결정",
    "임대차 보호 대책",
    "고용 안정 방안",
    "노동 시간 단축",
    "이상 기온",
    "정기 점검 결과",
    "예산 편성 방침",
    "연구 개발 투자",
    "학교 급식 지원",
    "유가 하락",
    "금리 인하",
    "주식 시장 변동",
    "공공 기관 이전",
    "신도시 개발 계획",
    "지하철 노선 연장",
    "장마 피해 복구",
    "전통 시장 지원",
    "소득세 개편",
]
VERBS = [
    "발표했다",
    "검토하고",
    "있다",
    "추진한다",
    "논의했다",
    "마련하기로",
    "했다",
    "보류했다",
    "점검했다",
    "확대한다",
    "축소하기로",
    "했다",
    "공개했다",
    "요청했다",
    "강조했다",
    "설명했다",
    "밝혔다",
    "전망했다",
]
WEATHER = words(
    """
    오전, 오후, 밤, 새벽, 내일, 모레, 주말
    """
)
LOOKALIKES = words(
    """
    이유, 이상, 이동, 이용, 이후, 이미지, 정보, 정도, 정상, 정리, 정말, 장기, 장소, 조건, 조사, 한국, 한번
    오늘, 서비스, 서로, 신청, 신호, 주문, 주소, 주말, 전화, 전체, 고객, 고장, 문의, 문제, 손해, 배송
    백화점, 허가, 남은, 심사, 노선, 하루, 성능, 차량, 우편, 구매, 민원, 진행, 지원, 지급, 채널, 원인
    천천히, 방법, 공지, 현재, 함께, 변경, 여기, 추가, 도착, 소식, 선택, 설명, 마지막, 길이, 연락, 위치
    표시, 명단, 기간, 반품, 라면, 왕복, 금액, 옥상, 육아, 인기, 제품, 모델, 탁자, 국내, 어제, 은행, 편의점
    용량
    """
)
PLACES = words(
    """
    정동진, 구룡포, 채석강, 오대산, 한라산, 백두산, 강화도, 남이섬, 선유도, 안면도, 고군산, 주왕산, 천마산
    조치원, 장승포, 노고단, 임진각, 한강공원, 서귀포, 구례군, 고창군, 진안군, 장수군, 임실군, 옥천군
    금산군, 영월군, 인제군, 양구군, 고성군, 정선군, 하동군, 남해군, 함양군, 합천군
    """
)
BRANDS = words(
    """
    오리온, 한샘, 신라면, 양반김, 하림, 동원참치, 오라클, 에어컨, 라이프스타일, 프리미엄, 마이크로소프트
    스타벅스, 유니클로, 아디다스, 코카콜라, 테슬라, 페이스북, 인스타그램, 넷플릭스, 도요타, 캐논, 소니
    필립스, 다이슨, 이케아, 네슬레, 로레알
    """
)
REVIEWS = [
    "배송이 빠르고 포장도 꼼꼼합니다",
    "생각보다 작지만 성능은 좋아요",
    "색상이 화면과 조금 다릅니다",
    "재구매 의사 있습니다",
    "소음이 심해서 반품했어요",
    "가격 대비 만족합니다",
    "설명서가 영어라서 불편해요",
    "아이가 좋아해서 하나 더 주문했어요",
    "유통 기한이 넉넉해서 좋습니다",
    "연기가 어색하고 전개가 지루하다",
    "영상미는 훌륭하지만 이야기가 약하다",
    "기대 이상으로 재미있게 봤다",
    "결말이 아쉬웠지만 음악은 최고",
]
ENGLISH = [
    "The build finished in {n} seconds.",
    "Version {v} fixes a crash on start-up.",
    "Order {o} has been shipped.",
    "Invoice {o} is due in {d} days.",
    "Firmware {v} is available for download.",
    "ISBN {isbn} is out of print.",
    "Part number {part} replaces {part}.",
    "Ticket {o} was closed as a duplicate.",
    "Retrying in {d} seconds (attempt {d}).",
    "Cache hit ratio was {p}% last week.",
    "The meeting room on floor {d} is free.",
    "Batch {o} passed inspection.",
    "Serial {part} is under warranty until {y}.",
    "Shares rose {p}% in early trading.",
    "Disk usage reached {p}% on the backup volume.",
    "Please restart the service after the update.",
    "SKU {part} costs ${n}.00 before tax.",
    "Released on {y}-0{m}-1{m}.",
    "Timestamp {epoch} is in seconds.",
    "Barcode {ean} could not be read.",
]
KOREAN = [
    "주문번호 {o} 상품이 발송되었습니다",
    "주문번호: {date}{o5}",
    "운송장번호 {o} 배송 중",
    "접수번호 {date}-{o5} 처리 완료",
    "{goods} {n}원 특가, 오늘만 {p}% 할인",
    "{goods} 재고 {d}개, 개당 {n}원",
    "바코드 {ean} 입고 처리",
    "ISBN {isbn} 도서 예약 가능",
    "버전 {v} 업데이트 안내",
    "펌웨어 {v}에서 오류를 고쳤습니다",
    "모델명 {part}, 정격 전압 220V",
    "부품번호 {part} 단종 예정",
    "{y}년 {m}월 {d}일 정기 점검",
    "점검 시간은 {y}. {m}. {d}. 02:00부터 04:00까지",
    "타임스탬프 {epoch}",
    "로그 {epoch} 처리 시간 {n}ms",
    "{city} {district} 날씨는 맑음, 기온 {d}도",
    "{station}에서 도보 {d}분 거리",
    "{station} {d}번 출구 앞 공사 안내",
    "{city}{inst} 민원실은 {d}층에 있습니다",
    "{district}청은 {matter} 방안을 {verb}",
    "{subject}은 {matter} 문제를 {verb}",
    "{firm} 주가는 {p}% 올랐다",
    "{firm} 신제품 {goods} 출시",
    "{weather}에 비가 {n}mm 내리겠습니다",
    "{review}",
    "{look} {look} {look}",
    "{look}을 확인하고 {look}를 선택하세요",
    "이번 {look}은 지난번보다 {p}% 늘었다",
    "제{d}조 제{m}항에 따라 {look} 사항을 정한다",
    "문서번호 {inst}-{o5} ({y}. {m}. {d}.)",
    "제{d}차 {look} 회의 자료 {m}부",
    "{goods} 규격 {d}x{m}x{d}cm, 무게 {m}kg",
    "사업비 {n}천원, 집행률 {p}%",
    "참석 대상은 {subject} {d}명",
    "{city} 인구는 {n}명으로 집계됐다",
    "경기 결과는 {d}대 {m}이었다",
    "합계 {n}원 (부가세 별도)",
    "시행 {inst}과-{o5}",
    "우편함 {d}번, 사물함 {m}번",
    "평점 {m}점, 조회수 {n}회",
    "좌석 {m}열 {d}번, 상영관 {m}관",
    "{subject}의 {matter}에 대한 의견은 엇갈렸다",
    "{place} 해돋이 행사에 {n}명이 찾았다",
    "{place}에서 {place}까지 {d}km 구간이 통제된다",
    "{place} 특산물 직거래 장터",
    "{brand} 공식 매장에서 {goods}를 판다",
    "{brand}가 {brand}를 제치고 점유율 {p}%로 올라섰다",
    "{brand} 신제품은 {place} 매장에서 먼저 공개된다",
    "주말 {place} 나들이객 {p}% 증가",
    "{brand}의 {goods} 광고가 화제다",
    "전 {look} 대상 {look} 교육을 실시한다",
    "{firm}과 {firm}이 {matter} 협약을 맺었다",
    "혈압 120/80, 맥박 {d}회",
    "객실 {d}0{m}호 청소 완료",
    "{goods}와 {goods} 가운데 고르세요",
]


def clean_lines(count: int) -> list[str]:
    """Return ``count`` distinct lines, four in five Korean."""
    draw = random.Random(SEED)
    found: dict[str, None] = {}
    while len(found) < count:
        found[_filled(draw, draw.choice(KOREAN if draw.random() < 0.8 else ENGLISH))] = None
    return list(found)


def _filled(draw: random.Random, template: str) -> str:
    parts: Iterator[str] = iter(template.split("{"))
    line = next(parts)
    for part in parts:
        slot, _, rest = part.partition("}")
        line += SLOTS[slot](draw) + rest
    return line


def _number(draw: random.Random, digits: int) -> str:
    return str(draw.randrange(10 ** (digits - 1), 10**digits))


def _part(draw: random.Random) -> str:
    letters = "".join(draw.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=draw.randint(2, 3)))
    return f"{letters}-{_number(draw, draw.randint(3, 5))}{draw.choice('ABKX')}"


def _ean(draw: random.Random, prefix: str) -> str:
    body = prefix + _number(draw, 12 - len(prefix))
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def _date(draw: random.Random) -> str:
    return f"20{draw.randint(18, 26)}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}"


def _one_of(choices: Sequence[str]) -> Callable[[random.Random], str]:
    return lambda draw: draw.choice(choices)


SLOTS: dict[str, Callable[[random.Random], str]] = {
    "o": lambda draw: _date(draw) + _number(draw, 4),
    "o5": lambda draw: _number(draw, 5),
    "date": _date,
    "n": lambda draw: f"{draw.randrange(1_000, 900_000):,}",
    "p": lambda draw: f"{draw.uniform(0.1, 99):.1f}",
    "d": lambda draw: str(draw.randint(2, 30)),
    "m": lambda draw: str(draw.randint(1, 9)),
    "y": lambda draw: str(draw.randint(2015, 2027)),
    "v": lambda draw: f"{draw.randint(0, 12)}.{draw.randint(0, 20)}.{draw.randint(0, 40)}",
    "epoch": lambda draw: str(draw.randint(1_500_000_000, 1_790_000_000)),
    "ean": lambda draw: _ean(draw, "880"),
    "isbn": lambda draw: _ean(draw, "97889"),
    "part": _part,
    "goods": _one_of(GOODS),
    "city": _one_of(CITIES),
    "district": _one_of(DISTRICTS),
    "station": _one_of(STATIONS),
    "inst": _one_of(INSTITUTIONS),
    "firm": _one_of(FIRMS),
    "subject": _one_of(SUBJECTS),
    "matter": _one_of(MATTERS),
    "verb": _one_of(VERBS),
    "weather": _one_of(WEATHER),
    "review": _one_of(REVIEWS),
    "look": _one_of(LOOKALIKES),
    "place": _one_of(PLACES),
    "brand": _one_of(BRANDS),
}
