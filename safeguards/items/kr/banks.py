"""Banks and the forms of their account numbers, as data: names, and lengths of the groups between
hyphens.

Forms as the banks print them; banks also sell numbers of the customer's own choice (10 to 14 digits), so
a form makes a number surer, and none rejects it.
"""

from __future__ import annotations

from safeguards.items.text import words

FULL = words(
    """
    국민은행, KB국민은행, KB은행, 신한은행, 우리은행, 하나은행, KEB하나은행, 외환은행, 농협은행
    NH농협은행, NH농협, 농협중앙회, 단위농협, 지역농협, 축협, 기업은행, IBK기업은행, IBK기업, IBK
    산업은행, KDB산업은행, 수협은행, Sh수협은행, SC제일은행, 제일은행, SC은행, 스탠다드차타드, 씨티은행
    한국씨티은행, 시티은행, 대구은행, iM뱅크, 아이엠뱅크, 부산은행, BNK부산은행, 경남은행, BNK경남은행
    광주은행, 전북은행, JB전북은행, 제주은행, 카카오뱅크, 카뱅, 토스뱅크, 토뱅, 케이뱅크, K뱅크
    새마을금고, MG새마을금고, 신협, 신용협동조합, 우체국, 우체국예금, 산림조합, 저축은행, SBI저축은행
    OK저축은행, 웰컴저축은행, 페퍼저축은행, 한국투자저축은행, 상호저축은행, HSBC은행, 도이치은행
    중국은행, 중국공상은행, 수출입은행, 미래에셋증권, 삼성증권, 한국투자증권, 키움증권, NH투자증권
    KB증권, 신한투자증권, 대신증권, 유안타증권, 하나증권, 메리츠증권, 토스증권, 카카오페이증권, 농협
    수협, Kookmin Bank, Shinhan Bank, Woori Bank, Hana Bank, KB Bank, NH Bank, Kakao Bank, KakaoBank
    Toss Bank, K bank
    """
)
"""Names that can only be a bank's (or an investment firm's)."""

SHORT = words(
    "국민, KB국민, KB, 신한, 우리, 하나, KEB, 기업, 산업, 제일, SC제일, SC, 씨티, 대구, 부산, 경남, 광주"
)
SHORT += words("전북, 제주, 카카오, 토스, 케이, NH, 외환, 새마을, MG, 우리WON, 신한SOL")
"""Names that mean other things as well: right before a number, and only in a form that nothing else has."""

FORMS: dict[str, tuple[str, ...]] = {
    "국민": ("6-2-6", "3-2-4-3", "3-2-7", "4-2-7", "2-3-6-3", "3-2-5-2", "3-2-6-1"),
    "신한": ("3-3-6", "3-2-6", "3-6-5", "3-3-8", "3-2-5-1"),
    "우리": ("4-3-6", "3-6-2-3", "3-2-6", "3-8-2-3", "1-3-3-6"),
    "하나": ("3-6-5", "3-2-5-1", "3-6-2-3", "3-5-5-1", "3-8-3"),
    "농협": ("3-4-4-2", "3-2-6", "4-2-6", "6-2-6", "3-2-6-1", "3-4-4-3", "6-6-2"),
    "기업": ("3-6-2-3", "3-7", "3-8", "3-3-6", "3-6-5", "3-2-6-1", "5-2-6", "2-7-2-3"),
    "카카오": ("4-2-7",),
    "토스": ("4-4-4", "3-2-6-1", "4-4-5", "4-2-7"),
    "케이": ("3-3-6", "3-3-7"),
    "제일": ("3-2-6", "3-2-9"),
    "씨티": ("3-6-3", "3-6-4", "1-6-3-2", "3-5-3"),
    "대구": ("3-2-6-1", "3-2-6", "3-2-5-1", "3-2-5-2"),
    "부산": ("3-4-4-2", "3-2-6-1", "3-4-6", "3-2-6"),
    "경남": ("3-2-7", "3-4-4-2", "4-2-7"),
    "광주": ("3-3-6", "4-3-6", "3-2-6"),
    "전북": ("3-2-7", "4-2-7", "3-2-6"),
    "제주": ("2-2-6", "2-2-6-1", "3-2-6", "3-3-6"),
    "수협": ("4-4-4", "3-4-4-2", "3-2-6", "3-2-6-1"),
    "우체국": ("6-2-6",),
    "새마을금고": ("4-4-4-1", "4-2-6-1", "4-2-6", "4-10", "4-3-6", "4-4-5"),
    "신협": ("3-3-6", "5-2-6", "5-1-6", "3-2-6"),
    "산업": ("3-4-4-3", "3-8-3", "3-2-6"),
    "저축은행": ("3-2-2-6-1", "3-2-6", "3-2-7", "3-3-7"),
    "증권": ("3-2-6", "4-4-2", "3-2-6-3", "8-2", "8-3"),
}
"""Bank to the forms of its numbers."""

ALL_FORMS = frozenset(form for forms in FORMS.values() for form in forms)
"""Every form of some bank."""
