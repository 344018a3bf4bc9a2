"""What stands before and behind a reading, each said as one named feature."""

from __future__ import annotations

import re

from safeguards.items.kr.names import titles as known
from safeguards.items.kr.names.endings import FORMS, onto
from safeguards.items.kr.names.lexicon import FOREIGN, GIVEN, KNOWN
from safeguards.items.kr.names.scene import Scene
from safeguards.items.kr.surnames import COMMON
from safeguards.items.text import words

_LONG_LABELS = frozenset(label for label in known.LABELS if len(label) == 3)
_LONG_TITLES = frozenset(title for title in known.TITLES if len(title) >= 2)
_LABEL_TAIL = frozenset("명은는이가")
_PERSONAL_END = frozenset("자인주원의사관장생수명모부님분")
_ROLE_END = frozenset("자인")
_DEPARTMENT_END = frozenset("팀과실부처터당서")
_COLON = re.compile(r"[:=▶┃│|→>]")
_QUOTES = frozenset("'\"‘’“”`<《「『")
_STAGE = words(
    """
        연기, 주연, 출연, 역할, 목소리, 얼굴, 나오, 나온, 나옴, 매력, 캐릭, 작품, 노래, 커플, 팬, 배역
        미모, 눈빛, 등장, 작가, 특유, 목소리, 감독, 형님, 누나, 언니, 오빠, 코미디, 액션, 영화, 때문, 나왔
        나와, 결혼, 짱, 최고, 좋, 예쁘, 이쁘, 멋, 귀여, 완전, 너무, 진짜, 정말, 역시
        """
)
_SENTENCE = 200
_SPEAKS = re.compile(
    r"(?:말했|밝혔|전했|설명했|덧붙였|강조했|주장했|지적했|당부했|털어놨|고백했|토로했|비판했|답했)"
)
_IN_PARENTHESIS = re.compile(
    r"\s?\((?:[0-9]{1,3}[),세살·]|만 ?[0-9]|[0-9]{6}|[0-9]{2,4}[-.년]|☎|전화|연락처|휴대|010|"
    r"[남여男女MF][,)/ ]|印|인\)|서명|"
    r"한자|가명|본명|생년월일|주민|외국인등록|[一-龥]{2,4}|배우자|[부모자처]\)|[^()\n]{0,24}@)"
)
_ROLE_IN_BRACKETS = re.compile(r"\s?\([가-힣]{2,4}(?: 분)?\)")
_CONTACT = re.compile(
    r"[\s,/|:·;님의-]{1,14}"
    r"(?:\(?(?:01[016789]|0[2-6][1-5]?|070)[-. )]?[0-9]{3,4}|[0-9]{6}-[0-9*]|[\w.+-]{1,64}@)"
)
_CELL_MARKS = frozenset("|/,┃│·▶>-")
_CELL_RIGHT = re.compile(r"[ \t]{2,}|\t| ?[|/┃│]|,(?=\S)")


def is_label(word: str) -> bool:
    """Say whether ``word`` announces a person's name."""
    if word in known.LABELS or (word[0] < "가" and word.lower() in known.LATIN_LABELS):
        return True
    bare = word[:-1] if len(word) > 2 and word[-1] in _LABEL_TAIL else word
    return bare in known.LABELS or bare[-3:] in _LONG_LABELS


def is_title(word: str) -> bool:
    """Say whether ``word`` is, or ends in, a rank, profession or kinship."""
    return word in FORMS or word[-2:] in _LONG_TITLES or word[-3:] in _LONG_TITLES


def namelike(word: str) -> bool:
    """Say whether ``word`` alone is a likely name: surname and known given name, or a known foreign one."""
    if word in FOREIGN:
        return word not in KNOWN
    return word[0] in COMMON and len(word) == 3 and word[1:] in GIVEN and word not in KNOWN


def before(scene: Scene, place: int, end: int) -> str:
    """Name what stands before the word at ``place``, whose reading ends at ``end``."""
    if not place:
        return "left: opens" if not scene.starts[place] else "left: opens behind a mark"
    gap = scene.gap(place)
    word = scene.announcing(place)
    closed = scene.text[end : end + 1] == ")"
    if len(gap) > 12:
        return "left: far"
    if word[0].isdigit():
        return _behind_number(word, gap, closed=closed)
    if is_label(word):
        return _behind_label(gap)
    if "\n" in gap:
        return "left: opens its line"
    if is_title(word):
        return "left: title" if gap == " " else "left: title and mark"
    return _behind_word(word) if gap == " " else _behind_mark(word, gap, closed=closed)


def _behind_number(number: str, gap: str, *, closed: bool) -> str:
    if len(number) >= 4:
        if gap.strip() == "(" and closed:
            return "left: caller in brackets"
        if gap.isspace() and "\n" not in gap:
            return "left: number"
    return "left: opens its line" if "\n" in gap else "left: digit"


def _behind_label(gap: str) -> str:
    lines = gap.count("\n")
    if lines:
        return "left: below a label" if lines == 1 else "left: opens its line"
    if not gap:
        return "left: label glued"
    return "left: label and colon" if _COLON.search(gap) else "left: label"


def _behind_word(word: str) -> str:
    last = word[-1]
    if last in _ROLE_END and len(word) >= 3:
        return "left: role"
    if last in _DEPARTMENT_END and len(word) >= 2:
        return "left: department"
    if namelike(word):
        return "left: name"
    if last == "의":
        return "left: of"
    if last in "은는":
        return "left: topic"
    if word in known.INTRODUCING:
        return "left: introduced"
    if word in ("고", "故", "전", "현", "신임", "씨"):
        return "left: late or former"
    return "left: known word" if word in KNOWN else "left: word"


def _behind_mark(word: str, gap: str, *, closed: bool) -> str:
    last = gap[-1:]
    if last == "(":
        return "left: in brackets" if closed else "left: open bracket"
    if _COLON.search(gap):
        return "left: personal and colon" if word[-1] in _PERSONAL_END else "left: colon"
    if last in _QUOTES:
        return "left: quote"
    if "," in gap or "·" in gap or "ㆍ" in gap or "/" in gap or "-" in gap:
        return "left: list behind a name" if namelike(word) else "left: list"
    if "." in gap or "!" in gap or "?" in gap or "~" in gap:
        return "left: sentence"
    return "left: word" if gap.isspace() else "left: mark"


def behind(scene: Scene, place: int, end: int) -> str:
    """Name what stands behind the reading that ends at ``end``, in or at the end of the word at ``place``."""
    text, word_end = scene.text, scene.ends[place]
    mark = text[word_end : word_end + 1]
    if not mark:
        return "right: closes"
    if mark == "(" or text[word_end : word_end + 2] == " (":
        if _IN_PARENTHESIS.match(text, word_end):
            return "right: personal details in brackets"
        if _ROLE_IN_BRACKETS.match(text, word_end):
            return "right: word in brackets"
    if end == word_end and mark in " ,/|:·;-\t\n" and _CONTACT.match(text, end):
        return "right: number or address"
    if place + 1 < len(scene.words) and mark in " \t":
        return _before_word(scene, place, whole=end == word_end)
    return _MARKS.get(mark, "right: mark")


_MARKS = {
    **dict.fromkeys(",·ㆍ/", "right: list"),
    **dict.fromkeys(".!?", "right: sentence"),
    **dict.fromkeys("'\"’”", "right: quote"),
    ")": "right: closing bracket",
    "(": "right: bracket",
    "\n": "right: line",
}


def _before_word(scene: Scene, place: int, *, whole: bool) -> str:
    gap = scene.text[scene.ends[place] : scene.starts[place + 1]]
    following = scene.words[place + 1]
    if gap.strip(" \t") or len(gap) > 3:
        return "right: mark"
    if whole and following[0] >= "가":
        kind = _title_kind(following)
        if kind:
            return kind
    if following.startswith(_STAGE):
        return "right: stage"
    if namelike(following):
        return "right: name"
    return "right: digit" if following[0].isdigit() else "right: word"


def _title_kind(word: str) -> str:
    if word[0] == "씨" and onto("가", word) == "ssi":
        return "right: ssi"
    if word in FORMS:
        return "right: title"
    kind = onto("가", word)
    if kind in ("form", "ssi"):
        return "right: title"
    if word == "전" or word == "현":
        return "right: former"
    return "right: title" if is_title(word) else ""


def cell(text: str, start: int, end: int) -> str:
    """Say whether the reading fills a cell, a line or a numbered entry; empty where it does not."""
    mark = text[end : end + 1]
    line_ends = mark in ("", "\n")
    if not (line_ends or _CELL_RIGHT.match(text, end)):
        return ""
    if not _begins_cell(text[max(0, start - 3) : start]):
        return ""
    return "cell: line" if line_ends else "cell: cell"


def _begins_cell(left: str) -> bool:
    if not left or left[-1] in "\n\t" or left[-2:] == "  ":
        return True
    mark = left.removesuffix(" ")
    return mark[-1:] in _CELL_MARKS or (mark[-1:] in {".", ")"} and mark[-2:-1].isdigit())


def speaks(text: str, start: int) -> bool:
    """Say whether somebody says something soon behind ``start``."""
    return _SPEAKS.search(text, start, start + _SENTENCE) is not None
