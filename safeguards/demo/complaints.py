"""What members write to the service: free text with personal data, and with numbers that are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from string import Formatter

from safeguards.demo import numbers, places
from safeguards.demo.people import TODAY, Person

# Particles and counters stand right after the values, as people write them.
_TEMPLATES = (
    "주문번호 {order} 상품이 아직 오지 않았습니다. {phone}으로 연락 주세요.",
    "회원 {name}입니다. 이메일을 {email}로 바꿔 주세요.",
    "카드 {card}번으로 결제했는데 두 번 청구되었습니다. 확인 부탁드립니다.",
    "본인확인이 안 됩니다. 주민등록번호 {rrn}, 이름 {name} 맞습니다.",
    "배송지를 {address}(으)로 변경해 주세요. 받는 사람은 {name}이고 전화는 {phone}입니다.",
    "바코드 {barcode} 상품의 사이즈가 표시와 다릅니다. 교환 가능한가요?",
    "앱 오류가 납니다. 로그에 timestamp={epoch} code=5021 이라고 나옵니다.",
    "세금계산서를 사업자번호 {business}로 다시 발행해 주세요. 메일은 {email}입니다.",
    "해외배송 통관용으로 여권번호 {passport}를 보냅니다.",
    "렌터카 쿠폰 신청합니다. 운전면허번호 {licence}, 생년월일 {birth}입니다.",
    "외국인등록번호 {foreigner}로 가입이 되지 않아요.",
    "어제 {ip} 에서 로그인했다는 알림이 왔는데 저는 접속한 적이 없습니다.",
    "주문 {order}, {order_too} 두 건을 합배송해 주세요.",
    "적립금이 언제 소멸되는지 알려 주세요. 고객센터 1588 번호는 늘 통화 중입니다.",
    "포장이 아주 꼼꼼해서 좋았습니다. 다음에도 이용할게요.",
    "앞번호가 010인 문자를 받았는데 귀사에서 보낸 것이 맞나요?",
)


_Maker = Callable[[Person, date, Random], str]
_SLOTS: dict[str, _Maker] = {
    "name": lambda person, day, draw: person.name,
    "phone": lambda person, day, draw: person.phone,
    "email": lambda person, day, draw: person.email,
    "rrn": lambda person, day, draw: person.rrn,
    "birth": lambda person, day, draw: f"{person.birth:%Y.%m.%d}",
    "address": lambda person, day, draw: places.address(draw),
    "licence": lambda person, day, draw: person.driver_licence or numbers.driver_licence(draw, day),
    "passport": lambda person, day, draw: person.passport or numbers.passport(draw),
    "card": lambda person, day, draw: numbers.card(draw),
    "business": lambda person, day, draw: numbers.business_registration(draw),
    "foreigner": lambda person, day, draw: numbers.foreigner_registration(draw, person.birth, True, day),
    "ip": lambda person, day, draw: f"203.0.113.{draw.randrange(1, 255)}",  # TEST-NET-3, RFC 5737
    "order": lambda person, day, draw: numbers.order_number(draw, day),
    "order_too": lambda person, day, draw: numbers.order_number(draw, day),
    "barcode": lambda person, day, draw: numbers.barcode(draw),
    "epoch": lambda person, day, draw: str(numbers.epoch_seconds(draw, day)),
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One letter of a member."""

    id: int
    member_id: int
    opened: date
    body: str


def complaint(number: int, person: Person, draw: Random) -> Complaint:
    """Write one complaint of ``person``."""
    opened = person.joined + timedelta(days=draw.randrange((TODAY - person.joined).days + 1))
    template = draw.choice(_TEMPLATES)
    named = [slot for _, slot, _, _ in Formatter().parse(template) if slot]
    values = {slot: _SLOTS[slot](person, opened, draw) for slot in named}
    return Complaint(number, person.id, opened, template.format(**values))
