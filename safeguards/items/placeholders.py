"""Texts that stand where a value is missing: 미상, 주소 없음, N/A, unknown, -, 000-0000-0000.

Words that are somebody's name too (미정, Na, Blank) are none, so that nobody is taken for a gap.
"""

from __future__ import annotations

import re

from safeguards.items.text import words

LONGEST = 24
"""Characters; whatever is longer tells more than that a value is missing."""

_OF = words(
    """
    주소, 거주지, 이름, 성명, 성함, 고객명, 연락처, 전화, 전화번호, 번호, 휴대폰, 휴대폰번호, 휴대전화, 핸드폰
    이메일, 이메일주소, 메일, 메일주소, 정보, 자료, 데이터, 값, 내용, 기록
    """
)
_STATES = words(
    """
    없음, 없슴, 미상, 불명, 불상, 모름, 알수없음, 확인불가, 확인안됨, 미확인, 미기재, 미기입, 미입력, 미등록
    미제공, 비공개
    """
)
_WORDS = frozenset(
    (
        *_STATES,
        *(of + state for of in _OF for state in _STATES),
        *words("해당없음, 해당사항없음, 익명, 결측, 결측치, 주거불명, 거소불명, 소재불명"),
        *words(
            "none, null, unknown, unspecified, undisclosed, undefined, missing, anonymous, noname, noaddress"
        ),
        *words("nophone, noemail, nodata, novalue, noinformation, nameunknown, addressunknown, phoneunknown"),
        *words("notavailable, notapplicable, notprovided, notgiven, notknown, notspecified"),
    )
)
_SIGNS = re.compile(r"[\s\-_.,:;/|*#?!'\"()\[\]{}<>~=·]+")
_NOT_AVAILABLE = re.compile(r"#?n[./]a\.?")
# Numbers of a plan end in seven zeros nowhere.
_ZEROS = re.compile(r"0+|0[0-9]{0,2}0{7,8}")


def is_placeholder(text: str) -> bool:
    """Say whether a text, folded as canonical forms are, stands for no value; a blank one does not."""
    if not text or len(text) > LONGEST:
        return False
    if text[0].isdigit() and text[-1].isdigit() and text[-1] != "0":  # as most numbers are
        return False
    bare = _SIGNS.sub("", text).casefold()
    if not bare:
        return not text.isspace()
    return (
        bare in _WORDS
        or _ZEROS.fullmatch(bare) is not None
        or _NOT_AVAILABLE.fullmatch(text.casefold()) is not None
    )
