"""Syllables of Korean given names, and words that look like names."""

from __future__ import annotations

from safeguards.items.text import words

GIVEN_SYLLABLES = frozenset(
    "가강건겸경고곤관광교구국권규균근금기길김나난남노누다단달담대덕도동두득등라란람랑래량려련렬령례로록룡루류률리림린마만맑매면명모목무묵문"
    "미민바박배백범벼별병보복봉부비빈빛사산삼상새샘생서석선설섭성세소솔송수숙순슬승시식신실심아안애양언엄업여역연열염엽영예오옥온완왕"
    "용우욱운웅원월위유육윤율은을음의이익인일임자장재전정제조종주준중지진찬창채천철청초총춘충치탁태택판평포표풍필하학한해향허헌혁현형혜호홍"
    "화환황회효후훈휘휴흠흥희울린슬결늘봄빛솜찬샛린율준"
)
"""Syllables that occur in registered given names."""

NO_NAMES = frozenset(
    words(
        """
        이상, 정보, 주소, 조건, 정상, 고객, 이용, 신청, 전화, 성명, 한국, 서울, 조사, 전기, 연락처, 정부
        신고, 안내, 이용자, 신청인, 신청서, 고객명, 이메일
        """
    )
)
"""Words of the language that begin with a surname."""
