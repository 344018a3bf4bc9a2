"""Rules that find addresses in Latin letters: a street with its number, and what follows it down to
the country.

The street is told by its kind (Street, Rue, -straße, -katu, ...), by numbers on both sides, or by a
cue before it (lives at, address:). A tail of unit, city, region, country and postal code is taken
along, over line ends too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeguards.items.en.address_words import (
    LEADING,
    NO_STREETS,
    SPACED_SUFFIXES,
    SUFFIXES,
    SURE_TYPES,
    TYPES,
    UNITS,
)
from safeguards.items.en.letters import LETTER, UPPER
from safeguards.items.en.places import COUNTRIES
from safeguards.items.item import Candidate

_NUMBER = r"[0-9]{1,6}[A-Za-z]?(?:[/\-][0-9]{1,5}[A-Za-z]?)?"
_NUMBERS = rf"{_NUMBER}(?: {_NUMBER})?"
_W = rf"[{UPPER}][{LETTER}'’.\-]{{0,30}}"
_LOW = (
    r"(?:(?!(?:and|since|until|in|at|on|for|from|with|by|the|to|is|was|has|had|as|or|a|an|i)[ .])"
    rf"[{LETTER}][{LETTER}'’\-]{{0,20}}\.?)"
)
_WORDS = (
    rf"{_W}(?: (?:{_W}|(?:de|del|della|dei|di|da|do|dos|das|du|des|van|von|der|den|la|le|el|al|z|"
    rf"na|pod|av|í|i|à|l')(?= ))){{0,5}}?"
)
_DOT = r"(?:\.(?=[,\n]| ?[a-z0-9]| (?:Apt|Suite|Ste|Unit)))?"
_PLACE = rf"{_W}(?: {_W}){{0,5}}"
_TYPE = rf"(?:{'|'.join(TYPES)}|str|street|sq)(?![{LETTER}])"
_NAMED = rf"(?!(?:St|Apt|Suite|Ste|Unit)(?![{LETTER}]))(?:{_W}|{_LOW})"
_LEADING = rf"(?:{'|'.join(LEADING)})"
_SUFFIXED = rf"[{UPPER}][{LETTER}'’\-]{{0,40}}?(?:{'|'.join(map(re.escape, SUFFIXES))})(?![{LETTER}])"
_BREAK = r"(?:,? |,?[ \t]{0,3}\n[>?| \t]{0,6}(?:, ?)?)"

_BOX = r"(?i:p\. ?o\. ?|p\.?o\.? |post office )(?i:box) [0-9]{1,6}"
_MILITARY = re.compile(
    r"(?:(?:PSC|CMR|Unit|UNIT) [0-9]{1,5},? (?:Box|BOX) [0-9]{1,5}|(?:USNS|USS|USCGC|USNV) "
    r"[^\n,0-9]{2,30}),?\s{1,3}"
    r"(?:APO|FPO|DPO),? (?:AA|AE|AP) [0-9]{5}(?:-[0-9]{4})?(?![0-9])"
)
_STREETS = (
    ("box", rf"(?:[0-9]{{1,6}} )?{_BOX}"),
    ("leading", (
        rf"(?:(?P<lead_n>{_NUMBERS}) )?{_LEADING} (?:{_W}|{_LOW})(?: {_NAMED}){{0,4}}?(?: "
        rf"(?P<lead_end>{_NUMBERS})(?![0-9A-Za-z])|(?! {_NAMED}))"
    )),
    ("type", (
        rf"(?P<type_n>{_NUMBERS}) (?P<type_s>{_WORDS}) (?P<kind>{_TYPE}){_DOT}(?: "
        rf"{_NUMBER}(?![0-9A-Za-z]))?"
    )),
    ("suffix", (
        rf"(?:(?P<suf_n>{_NUMBERS}) )?(?:{_W} ){{0,3}}(?:{_SUFFIXED}|{_W} "
        rf"(?:{'|'.join(SPACED_SUFFIXES)})(?![{LETTER}]))(?: {_LOW})? "
        rf"(?P<suf_end>{_NUMBER})(?![0-9A-Za-z])"
    )),
    ("both", (
        rf"(?P<both_n>{_NUMBERS}) (?P<both_s>{_WORDS}(?: {_LOW}){{0,2}}) "
        rf"(?P<both_end>{_NUMBER})(?![0-9A-Za-z%:])"
    )),
    ("behind", (
        rf"(?P<beh_s>{_WORDS}(?: {_LOW}){{0,2}}) "
        r"(?P<beh_end>[0-9]{1,4}[A-Za-z]?)(?![0-9A-Za-z%:,])"
    )),
)  # fmt: skip
_STREET = re.compile(
    rf"(?<![{LETTER}0-9$€£#.,:/\-])(?:" + "|".join(f"(?P<{name}>{form})" for name, form in _STREETS) + ")"
)
_ROAD = (
    rf"(?:{_NUMBER} )?(?:[a-z]{{2,5}}\. )?{_PLACE}(?: (?:de|do|da|del|della|van|la) "
    rf"{_PLACE})?(?: (?:str|street|kapu|utca|út)\.?)?"
    rf"(?: {_NUMBER}(?![0-9A-Za-z])\.?(?= and))?"
)
_CORNER = re.compile(rf"(?i:the corner of) {_ROAD} and {_ROAD}(?: {_NUMBER}(?![0-9A-Za-z]))?")
_C = rf"(?:St\. )?[{UPPER}][{LETTER}'’\-]{{0,30}}"
_CITY = rf"{_C}(?:[ ](?:{_C}|u|de|del|la|of|do|da|am|an der|sur|upon|[0-9](?![0-9]))){{0,4}}"
_COUNTRY = (
    rf"(?:{'|'.join(map(re.escape, sorted(COUNTRIES, key=len, reverse=True)))})(?![{LETTER}])(?: "
    rf"\([A-Z][a-z]{{2,12}}\))?"
)
_POSTAL = (
    r"(?:[0-9]{4,6}(?:-[0-9]{3,4})?|[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}|[0-9]{4} [A-Z]{2}|"
    r"[A-Z][0-9][A-Z] [0-9][A-Z][0-9])(?![0-9A-Za-z])"
)
_REGION = rf"(?:[A-Z]{{1,3}}|nan|[0-9]{{1,2}})(?![{LETTER}0-9])"
"""``nan`` is what a program writes where a region is missing."""

_EXTRA = rf"(?: (?:van |de |la )?{_W}(?: {_W}){{0,2}}(?={_BREAK}(?:{UNITS})))?"
_UNIT = re.compile(rf"{_EXTRA}(?P<units>(?:{_BREAK}(?:{UNITS})(?![0-9A-Za-z])){{1,2}})")
_TAILS = tuple(
    re.compile(tail)
    for tail in (
        rf"{_BREAK}{_CITY}{_BREAK}(?:{_REGION}{_BREAK})?(?:{_C} ){{0,3}}{_POSTAL}",
        rf"{_BREAK}{_CITY}(?:{_BREAK}{_REGION})?{_BREAK}{_COUNTRY}(?:,? {_POSTAL})?",
        rf"{_BREAK}(?:[A-Z]{{1,2}}-)?[0-9]{{4,5}} {_CITY}(?:{_BREAK}{_COUNTRY})?",
        rf"{_BREAK}{_CITY},? {_POSTAL}",
        rf"{_BREAK}{_CITY}(?:,|\n),? ?\n? ?{_REGION}",
    )
)
_LOOSE_TAIL = re.compile(rf"{_BREAK}{_CITY} {_REGION}|{_BREAK}{_CITY}(?=[.?!\n]|$)")
_STRONG_CUE = re.compile(
    r"(?i:(?<![a-z])(?:address(?: is| was| with| to|:)?|located (?:at|on|in)|liv(?:es?|ed|ing) "
    r"(?:at|on|in)|office is (?:at|on)|"
    r"meet (?:me|you|us) (?:at|on)|return to|sen[dt] (?:it |this |one |them )?to|taxi to|"
    r"arrived at|(?:station|stop|house|shop|store) is (?:at|on)|"
    r"you off at|side of|enter on|shipp?(?:ed)? to|deliver(?:ed)? (?:it )?(?:at|to)|"
    r"resid(?:es?|ed|ing) (?:at|on|in)|moved to|home at|"
    r"same:|it is|it's (?:at|in|on)|sent to\? user:|what's the address\?)) {0,12}$|[Aa]ddress:?\s{1,8}$"
)
_WEAK_CUE = re.compile(r"(?i:(?<![a-z])(?:at|on|to|of|is|in|near|from|with|one to|user:)) $")
_BEHIND_CUE = re.compile(r" (?:[Ss]treet|St\.)(?![a-z])")
_HUNGARIAN = re.compile(r" (?:utca|u\.|út|útja|tér|tere|körút|krt\.|köz|sor) [0-9]{1,4}$")
_CROSSING = re.compile(rf"{_C}(?: {_C})? and $")
_SCORES = {
    "type": (0.7, 0.88), "leading": (0.6, 0.85), "suffix": (0.7, 0.88),
    "both": (0.4, 0.8), "behind": (0.1, 0.62), "box": (0.85, 0.9),
}  # fmt: skip
"""What a street of a kind scores without and with a cue."""

_UNITS = re.compile(UNITS)
_LAST_CODE = re.compile(rf"\n[>?| \t]{{0,6}}{_W}(?: {_W}){{0,3}}(?: \([A-Z][a-z]+\))? (?P<code>{_POSTAL})")
_WHOLE = 0.92
_NUMBERED = frozenset({"both", "behind", "suffix"})
_UNSURE_TYPE = 0.45
_UNSURE_SUFFIX = 0.35
_NUMBERLESS = 0.3
_COUNTED = re.compile(r"(?<![A-Za-z])(?i:top|over|about|around|nearly|almost|only|some|than) $")
_YEAR = re.compile(r"1[89][0-9]{2}|20[0-9]{2}")
_ENGLISH_END = re.compile(
    r"(?:ring|hof|pad|tie|weg|tee|gate|gata|veg|vei|ranta|tori|kaari|damm|steig|kade|ufer|str|rinne|nitz) "
)
_BEFORE = 40
_NO_STREET = frozenset(word.lower() for word in NO_STREETS)


def candidates(text: str) -> Iterator[Candidate]:
    """Yield addresses, whole where they have a tail."""
    for found in _MILITARY.finditer(text):
        yield Candidate(*found.span(), 0.96, "military post address")
    for found in _CORNER.finditer(text):
        yield Candidate(*found.span(), 0.8, "corner of two streets")
    place = 0
    while (street := _STREET.search(text, place)) is not None:
        spans = list(_judged(text, street))
        yield from spans
        place = max((span.end for span in spans), default=street.start() + 1)


def _judged(text: str, found: re.Match[str]) -> Iterator[Candidate]:
    kind = _kind(found)
    end = found.end() + (text.startswith(".", found.end()) and _HUNGARIAN.search(found.group()) is not None)
    score, reason = _street_score(text, found, kind, end)
    tail, unit_end = _tail(text, end, loose=score >= 0.5)
    if tail > end:
        score = max(score, _WHOLE if kind != "behind" or unit_end else 0.75)
        reason += ", with what follows a street"
    if not score:
        return
    if crossing := _crossing(text, found.start()):
        yield Candidate(crossing, tail, _WHOLE + 0.03, "crossing of two streets, behind a cue")
        return
    parts = list(_parts(text, found, end, unit_end, tail))
    if parts:
        yield from (Candidate(start, end, max(score, 0.7), f"{reason}, in parts") for start, end in parts)
    else:
        yield Candidate(found.start(), tail, score, reason)


def _kind(found: re.Match[str]) -> str:
    return next(name for name, _ in _STREETS if found[name] is not None)


def _street_score(text: str, found: re.Match[str], kind: str, end: int) -> tuple[float, str]:
    left = text[max(0, found.start() - _BEFORE) : found.start()]
    words = found[{"both": "both_s", "behind": "beh_s"}.get(kind, 0)] or ""
    if kind in _NUMBERED and any(word.lower().rstrip(".") in _NO_STREET for word in words.split(" ")):
        return 0.0, ""
    strong, weak = _STRONG_CUE.search(left), _WEAK_CUE.search(left)
    behind = _BEHIND_CUE.match(text, end)
    alone, cued = _SCORES[kind]
    if kind == "type" and found["kind"].rstrip(".") not in SURE_TYPES and "str" not in found["kind"]:
        alone = _UNSURE_TYPE
    if kind == "suffix" and (_ENGLISH_END.search(words) or _YEAR.fullmatch(found["suf_end"])):
        alone = _UNSURE_SUFFIX
    if _COUNTED.search(left):
        return 0.0, ""
    if kind == "leading" and not (found["lead_n"] or found["lead_end"]):
        return _NUMBERLESS, "street without a number"
    year = _YEAR.fullmatch(found["beh_end"] or found["lead_end"] or "")
    if year and (kind == "behind" or (kind == "leading" and not strong)):
        return 0.0, ""
    if strong or behind:
        return cued, "street behind a cue"
    if weak and kind != "behind":
        return (alone + cued) / 2, "street behind a preposition"
    return alone, "street and number"


def _tail(text: str, end: int, *, loose: bool) -> tuple[int, int]:
    """Return where the address ends, and where its units end (0 where it has none)."""
    unit = _UNIT.match(text, end)
    unit_end = unit.end() if unit else 0
    start = unit_end or end
    matches = [match.end() for tail in _TAILS if (match := tail.match(text, start))]
    if matches:
        return max(matches), unit_end
    if unit and loose and (match := _LOOSE_TAIL.match(text, start)):
        return match.end(), unit_end
    return start, unit_end


def _crossing(text: str, start: int) -> int:
    """Return where another street begins that ``and`` joins to this one behind a strong cue, or 0."""
    joined = _CROSSING.search(text, max(0, start - _BEFORE), start)
    cued = joined and _STRONG_CUE.search(text[max(0, joined.start() - _BEFORE) : joined.start()])
    return joined.start() if joined and cued else 0


def _parts(text: str, found: re.Match[str], end: int, unit_end: int, tail: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of an address that is written in parts: a number before a street that has its own.

    So it is on an envelope, number and street on one line and the unit alone on the next, and where nothing
    follows the street.
    """
    numbers = next((found[name] for name in ("type_n", "lead_n", "suf_n", "both_n") if found[name]), "")
    own = found["both_end"] or found["suf_end"] or found["lead_end"] or " " in numbers
    if not numbers or not own:
        return
    first_end = found.start() + len(numbers.split(" ")[0])
    envelope = unit_end and "\n" in text[end:unit_end] and _begins_line(text, found.start())
    if tail == end or envelope:
        yield from ((found.start(), first_end), (first_end + 1, end))
    if envelope and tail > end:
        yield from (unit.span() for unit in _UNITS.finditer(text, end, unit_end))
        if code := _LAST_CODE.search(text, unit_end, min(len(text), unit_end + 80)):
            yield code.span("code")


def _begins_line(text: str, start: int) -> bool:
    left = text[max(0, start - 8) : start].rstrip(" \t>?|")
    return not left or left.endswith("\n")
