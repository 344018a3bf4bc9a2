"""Expressions that find titles, made of `title_words`: labels, neighbours, brackets, verbs."""

from __future__ import annotations

import re

from safeguards.items import rows
from safeguards.items.kr.surnames import COMMON, DOUBLE, RARE
from safeguards.items.kr.title_words import CALLINGS, COMPOUND, GIVEN_FIRST, GIVEN_SECOND, RANKS

TITLES = frozenset({*RANKS, *CALLINGS})
_PHRASES = tuple(sorted((title for title in TITLES if " " in title), key=len, reverse=True))
_SURNAME = "".join(sorted(COMMON | RARE))
_NAME = (
    rf"(?:[{_SURNAME}][{GIVEN_FIRST}][{GIVEN_SECOND}]|(?:{'|'.join(sorted(DOUBLE))})[{GIVEN_FIRST}]["
    rf"{GIVEN_SECOND}])"
)
_PHRASE = "|".join(map(re.escape, _PHRASES))
_WORD = r"[가-힣A-Za-z]{2,12}"
_TITLE = rf"(?:{_PHRASE}|(?:(?:시니어|주니어|수석|책임|선임|총괄) )?{_WORD})"
_LABEL = (
    r"(?:직\s{0,8}위|직\s{0,8}급|직\s{0,8}책|직\s{0,8}업란?|직\s{0,8}무|직\s{0,8}종|직\s{0,8}함|"
    r"지원\s?분야|지원\s?부문|모집\s?분야|채용\s?분야|(?i:job title|position|occupation|job))"
)
FIELD = re.compile(
    rf"(?P<label>{_LABEL})(?:/[가-힣]{{2,4}})?(?:\s?\([^()\n]{{1,10}}\))?"
    r"(?P<sign>\s{0,3}[:=┃|│▶][ \t]{0,4}|[은는이가] |[ \t]{1,8}|→\s?)(?P<field>[^\n]{2,50})"
)
WEAK_SCORE = 0.25
"""Of a word before a name that is mostly a field's label or a calling: 대표, 판사."""

LED_LENGTH = 3
LED = re.compile(r"(?:^|[^가-힣A-Za-z]|지원 ?|희망 ?|담당)$")
PARTS = re.compile(r"(?:[^/,()|;→]|\([A-Z]{2,5}\))+")
PARTICLE = re.compile(
    r"(?:으로써?|로써?|으로서|로서|이며|이고|이다|입니다|이었[가-힣]*|였[가-힣]*|이셨[가-힣]*|이세요|"
    r"이에요|예요|이십니다|에서|에게|을|를|이지만|이라|인데|인|이|가|은|는|의|로)$"
)
AFTER_NAME = re.compile(
    rf"(?<![가-힣])(?P<name>{_NAME})(?=(?:\s?\([^()\n]{{1,20}}\))? {{1,2}}(?P<title>[가-힣]{{2,"
    r"10})(?=$|[^가-힣]))"
)
ADDRESSED = re.compile("님[가-힣]{0,3}$")
UNIT = re.compile(r"(?:[가-힣](?:과|팀|서|대|계|청|소)|육군|해군|공군|해병대?|예비역) ?$")
UNIT_LENGTH = 4
DECIDES = re.compile(r" (?:전결|대결)")
BEFORE_NAME = re.compile(
    r"(?<![가-힣A-Za-z])(?P<title>[가-힣]{2,12})(?:\([A-Z]{2,4}\))?(?: ?: ?| {1,"
    rf"2}})(?=(?P<name>{_NAME})(?:$|[^가-힣]|"
    r"님|씨|에게|께|이|가 |은 |는 |의 |와 |과 |을 |를 ))"
)
DOCTOR = re.compile(
    r"(?<![가-힣])(?P<title>[가-힣]{1,8}과 (?:전문의|당직의|전공의|"
    rf"레지던트))(?=:? ?{_NAME}(?![가-힣])|$|[\s)])"
)
BRACKETED = re.compile(
    r"\((?:現 ?|현 ?|[^()\n]{1,24}?(?:팀|부|실|과|센터|본부|지점|그룹|파트|국|처|[0-9A-Za-z])[, ]{1,2})?"
    rf"(?P<title>{_TITLE})\)"
)
LISTED = re.compile(rf"(?:팀|부|실|과|센터|본부|지점|그룹|파트) ?[,/·] ?(?P<title>{_WORD})(?= ?[,)/\n]|$)")
WORKS = re.compile(
    rf"(?<=에서 )(?P<title>(?:[가-힣A-Za-z]{{2,8}} )?{_WORD}?)(?=(?:으?로서?|을|를) ?(?:근무|재직|일하|"
    r"일했|활동|재임|맡|종사))"
)
UNIT_OF = re.compile(
    r"(?<=[가-힣A-Za-z0-9])(?:팀|(?<!정)부|실|본부|센터| ?파트|지점|본점|그룹|약국|병원|"
    rf"의원) (?P<title>{_WORD})(?=$|[^가-힣A-Za-z])"
)
BECOMES = re.compile(r"(?:승진|임명|임용|선임|발령|내정|취임|승격|위촉|재직)(?!일|자|식|률)")
BECOMING = re.compile(
    rf"(?<![가-힣A-Za-z])(?P<title>최고[가-힣]{{2,6}}책임자(?:\([A-Z]{{3,4}}\))?|{_WORD}?)(?:으로|로)? $"
)
BECOMING_REACH = 24
NOW = re.compile(rf"현재 (?P<title>(?:[가-힣A-Za-z]{{2,8}} )?{_WORD}?)(?=(?:으로|로) ?(?:근무|재직|일하))")
ACCUSED = re.compile(rf"(?<=\)), (?P<title>{_WORD})(?=$|\n|, )")
CAREER = re.compile(
    r"(?:[12][0-9]{3}[.년/-] ?[0-9]{1,2}[.월]?|현재)(?: ?\([^()\n]{1,12}\))?[ :,/]{1,3}(?:\(주\)|㈜|"
    r"주식회사 )?"
    rf"[가-힣A-Za-z0-9&()]{{2,16}} (?:[가-힣A-Za-z0-9]{{2,12}} )?(?P<title>{_WORD})(?=\n|$| \()"
)
SELF = re.compile(
    rf"(?:저는|나는|제가|남편은|아내는|아버지는|어머니는|아들은|딸은|본인은|직업이|현재) "
    rf"(?P<title>(?:초등학교 |중학교 |고등학교 |대학 |유치원 )?{_WORD}?)(?=(?:입니다|이에요|예요|이고|"
    r"인데|이며|이라|였|이었))"
)
YEARS_OF = re.compile(rf"[0-9]{{1,2}}년 ?차 (?P<title>{_TITLE})(?=$|[^가-힣A-Za-z])")
EMPLOYER = re.compile(
    r"(?:직장|근무처|근무지|회사)(?:명)?(?:\s?[:(]\s?| )(?:\(주\)|주식회사 ?|㈜)?[가-힣A-Za-z0-9&()]{2,16}"
    rf" (?:[가-힣A-Za-z0-9]{{1,8}}(?:점|팀|부|지점|본부|센터|과|실) )?(?P<title>{_WORD})(?=[)\s,./]|$)"
)
cells_under_titles = rows.finder(rf"(?<![가-힣]){_LABEL}(?![가-힣])")
APPROVAL = re.compile(r"[^\n]{0,60}(?:전결|대결|협조자|결재)")
CHIEF = re.compile(r"최고[가-힣]{2,6}책임자(?:\([A-Z]{3,4}\))?|C[EFTIOMPS][OS]?O")
DEPARTMENT = re.compile(r".*(?:팀|부|실|과|본부|지점|파트|그룹|연구소|공장|국|처)$")
MANY = 3
SHORTEST_NAME = 3
TAIL = re.compile(r" ?(?:겸직|겸임|대우|재직(?:중| 중)?|근무(?:중| 중)?|퇴직|휴직(?:중| 중)?)$")
_ENDS: dict[str, set[str]] = {}
for _title in (*TITLES, *COMPOUND):
    _ENDS.setdefault(_title[-1], set()).add(_title[-2])
_LAST = "|".join(
    [*(f"[{''.join(sorted(firsts))}]{last}" for last, firsts in sorted(_ENDS.items())), "C[EFTIOMPS]"]
)
_ANY = "[가-힣A-Za-z ]{0,24}"
_TEAM = "(?:팀|부|실|과|센터|본부|지점|본점|그룹|파트|약국|병원|의원)"
ANCHOR = "|".join(
    (
        r"직 {0,8}[위급책업무종함]|(?:지원|모집|채용) ?(?:분야|부문)|[Pp][Oo][Ss][Ii][Tt][Ii][Oo][Nn]",
        r"[Oo][Cc][Cc][Uu][Pp]|[Jj][Oo][Bb]|최고[가-힣]{2,6}책임자|과 (?:전문의|당직의|전공의|레지던트)",
        rf"{_NAME}(?:\s?\([^()\n]{{1,20}}\))? {{1,2}}[가-힣]{{0,8}}(?:{_LAST})",
        rf"(?:{_LAST})(?:\([A-Z]{{2,4}}\))?(?: ?: ?| {{1,2}}){_NAME}",
        rf"\((?:[^()\n]{{0,36}})(?:{_LAST})\)|\), {_ANY}(?:{_LAST})|{_TEAM}(?: | ?[,/·] ?){_ANY}(?:{_LAST})",
        rf"(?:{_LAST})(?:으로|로)? ?(?:승진|임명|임용|선임|발령|내정|취임|승격|위촉|재직)",
        rf"(?:에서|현재) {_ANY}(?:{_LAST})(?:으?로서?|을|를) ?(?:근무|재직|일하|일했|활동|재임|맡|종사)",
        rf"(?:[12][0-9]{{3}}[.년/-] ?[0-9]{{1,2}}|현재)[가-힣A-Za-z0-9&()㈜.월:,/ ]{{0,48}}"
        rf"(?:{_LAST})(?:\n|$| \()",
        rf"(?:[는가]|본인은|직업이|현재) {_ANY}(?:{_LAST})(?:입니다|이에요|예요|이고|인데|이며|이라|였|이었)",
        rf"년 ?차 {_ANY}(?:{_LAST})|(?:직장|근무처|근무지|회사)[^\n]{{0,60}}(?:{_LAST})",
    )
)
"""Without one of these there is no title: the expressions above, and a title's last two syllables."""
