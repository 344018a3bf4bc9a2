"""What stands before and behind a stretch that may be a name, as evidence in log-odds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from safeguards.items.en import name_words as known
from safeguards.items.en.letters import LETTER
from safeguards.items.en.places import COUNTRIES, STATES

TITLE = 4.2
ROLE = 1.6
INTRODUCED = 4.0
LABEL = 3.2
SPEECH = 2.0
DEED = 1.6
OURS = 1.4
TOWARDS = 2.6
QUOTED = 1.6
RENAMED = 1.8
CREATED = 1.0
WORKS = 3.6
SERVES = 1.6
HAILS = 1.0
ADDRESSED = 1.4
POSSESSIVE = 0.3
OWNED = 1.6
IS = 0.6
DIALOGUE = 2.2
CALLED_ON = 2.0
OWN_LINE = 1.6
DETAILS = 1.8
NUMBER = -3.0
REGION = -2.6
PARTNER = -3.0
THING = -2.6

Evidence = tuple[float, str]

_WORD_BEFORE = re.compile(rf"(?:^|[^{LETTER}'’\-])([{LETTER}'’\-]{{1,24}}) ?[\"“(]?$")
_INTRODUCED = re.compile(
    r"(?i:(?:(?<![a-z])(?:my|his|her|their|your|[a-z]{2,12}['’]s|first|last|full|maiden|real|legal|birth|middle|family|given|"
    r"contact) (?:[a-z]{3,8} )?names? ?(?:is|are|was|['’]s)?(?: \?|\?|:)?|(?:calls?|call) "
    r"(?:me|him|her)|named (?:him|her)|"
    r"speaking with|spoke (?:to|with)|tribute to|follow up with|assistant to|behalf of|attn:?|"
    r"attention:?|directed by:?|"
    r"written by:?|signed by:?|sincerely,|regards,|cheers,|(?:this|it) is|i am|i'm|i’m|name on "
    r"the account\?(?: user:)?))"
    r"[ \t\n]{1,6}$"
)
_NAME_OF = re.compile(r"(?i:name)[^.\n]{0,30}\? (?:[A-Za-z]{2,12}: )?$")
_WEAK = re.compile(r"(?i:this is|it is|i am|i'm|i’m)[ \t\n]{1,6}$")
_LABEL = re.compile(rf"(?<![{LETTER}\-])([{LETTER}]{{2,16}}(?: [{LETTER}]{{2,12}})?) ?: {{0,12}}$")
_NUMBER_BEFORE = re.compile(r"[0-9][0-9.\-]*,? $")
_NUMBER_BEHIND = re.compile(r",? [0-9]{1,5}(?![0-9]| (?:year|y/o))|[0-9]")
_NEXT = re.compile(rf"[,]? ([{LETTER}'’\-]+)")
_REGION = re.compile(
    rf", ?(?:(?:{'|'.join(STATES)})(?![{LETTER}])|(?:{'|'.join(map(re.escape, COUNTRIES))})(?![{LETTER}]))"
)
_DETAILS = re.compile(
    r" ?\((?:[0-9]{1,3}\)|aged? |age:|born|b\. ?[0-9]|[0-9]{4} ?-)|, (?:aged? )?[0-9]{1,3},|, "
    r"who |,? [\w.+\-]{1,40}@|,? \(?\+?[0-9]{3}[) \-]"
)
_CALLED_ON = re.compile(
    r", (?:can|could|please|would|will|you|your|are|do|did|have|what|i'm|i am|we|thank)(?![a-z])",
    re.IGNORECASE,
)
_PARTNER_BEFORE = re.compile(r"[&+/] $")
_IS_THING = re.compile(
    r" (?:is|was|are|were|remains|became) (?:now |also |still )?(?:a|an|the|one of the|our|"
    r"your) (?:[A-Za-z\-]+ ){0,3}"
    r"(?:capital|city|town|village|state|country|island|province|district|river|mountain|company|firm|brand|bank|language|"
    r"framework|library|database|tool|program|product|software|system|platform|protocol|service|website|holiday|planet|"
    r"university|school|festival|ship|film|novel|song|album|band|game|club|agency|studio)(?![a-z])"
)
_IS = re.compile(r" (?:is|was|has|had|will|would|can|isn't|wasn't|should|'s)(?![a-z])")
_IS_PERSONAL = re.compile(
    r" (?:is|was|has been|will be) (?:a|an|the|very|from|not|my|our|his|her|their|so|always|talking|speaking|"
    r"working|coming|going|married|retired|[0-9]{1,3}) ?"
)
_LINE_BEHIND = re.compile(r"[ \t]*(?:\n|$)|,\n")
_QUOTED = re.compile(r": ?[\"“'A-Z]")
_PARTNER = re.compile(rf" ?(?:&|\+|/) ?[{LETTER}]|-[{LETTER}]")


_PHRASES_BEFORE = (
    (
        re.compile(
            r"(?i:(?<![a-z])(?:shout(?:ed|s)?|yell(?:ed|s)?|scream(?:ed|s)?|look(?:ed|s)?|smil(?:ed|es?)|laugh(?:ed|s)?|"
            r"swore|glanced|winked) at|(?<![a-z])(?:talk(?:ed|s|ing)?|sp(?:eak|eaks|eaking|"
            r"oke)|listen(?:ed|s|ing)?|"
            r"married|engaged|grateful|thanks|related|said [^ ]{1,20}) (?:to|with)) $"
        ),
        TOWARDS,
        "somebody speaks or looks to it",
    ),
    (
        re.compile(
            r"(?i:(?<![a-z])(?:sung|written|directed|composed|performed|painted|narrated|authored|played|voiced|penned|"
            r"choreographed|photographed|translated|sculpted|drawn|scored)) by $"
        ),
        CREATED,
        "behind what persons do",
    ),
    (
        re.compile(
            rf"(?i:(?<![a-z])(?:my|his|her|our|their|your) (?:[a-z]{{2,12}} "
            rf")?({'|'.join(sorted(known.ROLES))})) $"
        ),
        OURS,
        "somebody's relation",
    ),
    (
        re.compile(rf"[\"”’'],? (?:{'|'.join(sorted(known.SPEECH))}) $"),
        QUOTED,
        "behind what somebody said",
    ),
    (
        re.compile(
            r"(?i:(?<![a-z])(?:change[ds]?|correct(?:ed)?|updated?|set) (?:it |this |that |"
            r"my name |the name )to) $"
        ),
        RENAMED,
        "a name is corrected",
    ),
    (re.compile(r"(?<![A-Za-z])[Ee]x-[A-Za-z]{3,16} $"), ROLE, "behind a former trade"),
)
_WORKS = re.compile(
    r" (?:novel|book|film|album|song|biography|family|brothers|sisters|case|affair|theory|"
    r"estate|household|version|poem|play|"
    r"painting|murder|trial|diaries|letters|memoir)s?(?![a-z])"
)
_SERVES = re.compile(rf" as (?:a|an|my|our|the|his|her|their) (?:{'|'.join(sorted(known.ROLES))})(?![a-z])")
_OWNED = re.compile(
    rf"['’]s (?:own |new |old |late |younger |elder |older )?(?:{'|'.join(sorted(known.ROLES))}"
    rf"|parents|family|children|house|"
    r"car|phone|birthday|death|life|email|e-mail|address|account|salary|passport|desk|room|hand|voice|face|eyes)(?![a-z])"
)
_HAILS = re.compile(rf" (?:from|of) [{LETTER}0-9]")
_ADDRESSED = re.compile(r"[?!](?:[\s\"”']|$)")


def before(text: str, start: int, dropped: Sequence[str], *, many: bool) -> list[Evidence]:
    """Return the evidence left of a name; ``dropped`` are capitalised words that stood before it."""
    evidence = [_weight_of(word, many=many) for word in dropped[-1:]]
    left = text[max(0, start - 60) : start]
    if not dropped:
        word = _WORD_BEFORE.search(left)
        label = _LABEL.search(left)
        if label and _is_label(label[1].lower().split(" ")):
            evidence.append((LABEL, "behind a label"))
        elif word:
            evidence.append(_weight_of(word[1].lower(), many=many))
        abbreviated = re.search(rf"(?:^|[^{LETTER}])([a-z]{{2,4}})\. $", left)
        if abbreviated and abbreviated[1] in known.TITLES:
            evidence.append((TITLE, "behind a title"))
    if not _labelled(evidence) and (_INTRODUCED.search(left) or _NAME_OF.search(left)):
        weak = _WEAK.search(left) is not None
        evidence.append((1.2 if weak else INTRODUCED, "introduced"))
    for form, weight, reason in _PHRASES_BEFORE:
        if form.search(left):
            evidence.append((weight, reason))
    if _PARTNER_BEFORE.search(left):
        evidence.append((PARTNER, ""))
    if _NUMBER_BEFORE.search(left):
        evidence.append((NUMBER, ""))
    return [(weight, reason) for weight, reason in evidence if weight]


def _labelled(evidence: Sequence[Evidence]) -> bool:
    return (LABEL, "behind a label") in evidence


def _is_label(label: Sequence[str]) -> bool:
    word = label[-1]
    if len(label) > 1 and label[0] in known.THINGS:
        return False
    return word in known.LABELS or word in known.ROLES or word.removesuffix("s") in known.ROLES


def _weight_of(word: str, *, many: bool) -> Evidence:
    if word in known.TITLES:
        return TITLE, "behind a title"
    if word in known.ROLES:
        return ROLE, "behind a trade or relation"
    weight = known.BEFORE.get(word, 0.0)
    if weight < 0 and many:
        weight /= 2
    return weight, "behind a word that names follow" if weight > 0 else ""


def after(text: str, start: int, end: int, count: int, *, possessive: bool) -> list[Evidence]:
    """Return the evidence right of a name of ``count`` words."""
    right = text[end : end + 60]
    evidence: list[Evidence] = [(POSSESSIVE, "possessive")] if possessive else []
    if possessive and _OWNED.match(right):
        evidence.append((OWNED, "before a relation or something of one's own"))
    following = _NEXT.match(right)
    word = following[1].lower() if following else ""
    if word in known.SPEECH:
        evidence.append((SPEECH, "before a verb of speech"))
    elif word in known.DEEDS and right[:1] == " ":
        evidence.append((DEED, "before what persons do"))
    elif _IS_THING.match(right):
        evidence.append((THING, ""))
    elif _IS_PERSONAL.match(right):
        evidence.append((IS + 0.8, "before what is said of persons"))
    elif _IS.match(right):
        evidence.append((IS, "before a verb"))
    return evidence + _signs(text, start, right, count)


def _signs(text: str, start: int, right: str, count: int) -> list[Evidence]:
    evidence: list[Evidence] = []
    begins = _begins_line(text, start)
    the = text[max(0, start - 4) : start].lower() == "the "
    if the and count < 3 and _WORKS.match(right):
        evidence.append((WORKS, "names a work or a family"))
    if _SERVES.match(right):
        evidence.append((SERVES, "before a trade or relation"))
    if begins and count > 1 and _HAILS.match(right):
        evidence.append((HAILS, "before where somebody is from"))
    if text[max(0, start - 2) : start] == ", " and _ADDRESSED.match(right):
        evidence.append((ADDRESSED, "called on"))
    if begins and _QUOTED.match(right):
        evidence.append((DIALOGUE, "speaker of a dialogue"))
    if begins and count > 1 and _LINE_BEHIND.match(right):
        evidence.append((OWN_LINE, "on a line of its own"))
    if _DETAILS.match(right):
        evidence.append((DETAILS, "before personal details"))
    if begins and _CALLED_ON.match(right):
        evidence.append((CALLED_ON, "called on"))
    if _NUMBER_BEHIND.match(right):
        evidence.append((NUMBER, ""))
    if _REGION.match(right):
        evidence.append((REGION, ""))
    if _PARTNER.match(right):
        evidence.append((PARTNER, ""))
    return evidence


def _begins_line(text: str, start: int) -> bool:
    left = text[max(0, start - 8) : start].rstrip(' \t>"“')
    return not left or left.endswith("\n")
