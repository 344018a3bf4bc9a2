"""Texts made from the patterns of Presidio's recognizers: values and near misses among other words."""

from __future__ import annotations

import hashlib
import random
import re
import re._constants as codes
import re._parser as parser
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import presidio_analyzer.predefined_recognizers as predefined
from presidio_analyzer import EntityRecognizer, PatternRecognizer

FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")
TRIES = 120
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
IBANS = {
    "DE": "N" * 18,
    "FR": "N" * 10 + "C" * 11 + "NN",
    "GB": "AAAA" + "N" * 14,
    "NL": "AAAA" + "N" * 10,
    "BE": "N" * 12,
}

TEMPLATES = (
    "{}", "{}", "{} ", " {}", "{}.", "({})", "{}, {}", "a {} b", "no:{}", "x{}", "{}y", "1{}",
    "{}2", "{}\n{}",
    "My number is {} today", "{word} {}", "{word}: {}", "the {word} is written here: {}", "{} is my {word}",
    "{word}은 {}", "{word}번호는 {}입니다", "{}으로 보내 주세요", "{}번",
    "{}에서", "고객님의 {word}: {}이고", "번호{}을 확인",
    "가나다 {} 라마바", "주민번호 {}", "「{}」", "{word}\t{}\n\n", "\u200b{}", "가{}나",
)  # fmt: skip
CLEAN = (
    "", " ", "점심은 김치찌개로 할까요?", "nothing to see here",
    "배송이 3일 늦어졌습니다.", "v1.2.3", "가격 12,000원",
    "오늘 회의는 2시에 시작합니다", "ok", "ㅋㅋㅋ 정말요", "12", "2024", "a b c d e f",
)  # fmt: skip


def recognizer_classes() -> list[type[EntityRecognizer]]:
    """Return Presidio's recognizers that need no service and no model, by name."""
    found = [getattr(predefined, name) for name in sorted(dir(predefined))]
    return [
        one
        for one in found
        if isinstance(one, type) and (issubclass(one, PatternRecognizer) or one is predefined.PhoneRecognizer)
    ]


def texts(recognizer: Any, count: int, seed: int = 0) -> list[str]:
    """Return ``count`` texts for one recognizer: valid values, its form, near misses, clean lines."""
    draw = random.Random(f"{seed}{type(recognizer).__name__}")
    made = _values(recognizer, draw)
    words = [*recognizer.context, "memo"]
    found: list[str] = []
    while len(found) < count:
        kind = draw.random()
        if kind < 0.08:
            found.append(draw.choice(CLEAN))
            continue
        value = next(made)
        if kind < 0.3:
            value = _near(value, draw)
        elif kind < 0.34:
            value = value.translate(FULL_WIDTH)
        template = draw.choice(TEMPLATES)
        found.append(template.replace("{word}", draw.choice(words)).replace("{}", value))
    return found


def _values(recognizer: Any, draw: random.Random) -> Iterator[str]:
    if isinstance(recognizer, predefined.PhoneRecognizer):
        while True:
            yield _phone(draw)
    special: Callable[[random.Random], str] | None = {
        "CryptoRecognizer": _bitcoin,
        "EmailRecognizer": _email,
        "FiPersonalIdentityCodeRecognizer": _finnish,
        "IbanRecognizer": _iban,
    }.get(type(recognizer).__name__)  # fmt: skip
    trees = [
        parser.parse(_leading(pattern.regex), recognizer.global_regex_flags)
        for pattern in recognizer.patterns
    ]
    while True:
        if special is not None and draw.random() < 0.6:
            yield special(draw)
        else:
            yield _valid(recognizer, draw.choice(trees), draw)


def _valid(recognizer: Any, tree: Any, draw: random.Random) -> str:
    """Return a value of the pattern's form, mostly one whose check digit holds, if it has one."""
    value = _write(tree, draw, {})
    validates = type(recognizer).validate_result is not PatternRecognizer.validate_result
    if not validates or draw.random() < 0.25:
        return value
    for _ in range(TRIES):
        if _holds(recognizer, value):
            break
        value = _write(tree, draw, {})
    return value


def _holds(recognizer: Any, value: str) -> bool:
    try:
        return recognizer.validate_result(value) is True and not recognizer.invalidate_result(value)
    except (ValueError, IndexError, KeyError):
        return False


def _leading(expression: str) -> str:
    return f"(?i){expression.replace('(?i)', '')}" if "(?i)" in expression else expression


def _write(nodes: Iterable[Any], draw: random.Random, groups: dict[int, str]) -> str:
    return "".join(_node(kind, content, draw, groups) for kind, content in nodes)


def _node(kind: Any, content: Any, draw: random.Random, groups: dict[int, str]) -> str:
    if kind is codes.LITERAL:
        letter = chr(content)
        return letter.swapcase() if draw.random() < 0.05 and letter.swapcase().isascii() else letter
    if kind is codes.NOT_LITERAL or kind is codes.ANY:
        return draw.choice("ab 1")
    if kind is codes.IN:
        return _member(content, draw)
    if kind in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        least, most, inner = content
        times = draw.randint(least, min(int(most), least + 6))
        return "".join(_write(inner, draw, groups) for _ in range(times))
    if kind is codes.BRANCH:
        return _write(draw.choice(content[1]), draw, groups)
    if kind is codes.SUBPATTERN:
        text = _write(content[3], draw, groups)
        if content[0] is not None:
            groups[content[0]] = text
        return text
    return groups.get(content, "") if kind is codes.GROUPREF else ""


def _member(content: Any, draw: random.Random) -> str:
    if content[0][0] is codes.NEGATE:
        return draw.choice("abz09 가")
    kind, member = draw.choice(content)
    if kind is codes.LITERAL:
        return chr(member)
    if kind is codes.RANGE:
        return chr(draw.randint(*member))
    return {"CATEGORY_DIGIT": draw.choice("0123456789"), "CATEGORY_SPACE": " "}.get(
        str(member), draw.choice("abcXYZ019_")
    )


def _near(value: str, draw: random.Random) -> str:
    """Return the value with one thing wrong."""
    if not value:
        return value
    place = draw.randrange(len(value))
    return draw.choice(
        [
            value[:place] + value[place + 1 :],
            value[:place] + draw.choice("0123456789Z- .") + value[place + 1 :],
            value[:place] + draw.choice("0- /가") + value[place:],
            value[:place] + value[place:].swapcase(),
        ]
    )


def _phone(draw: random.Random) -> str:
    shape = draw.choice(
        ["(212) 555-####", "+1 415 555 ####", "+49 30 ########", "212-555-####", "02#-####-####",
         "010-####-####",
         "+82 10-####-####", "+972 50-###-####", "+44 20 7946 0###", "+55 11 9####-####", "0## ### ####"]
    )  # fmt: skip
    return re.sub("#", lambda _: draw.choice("0123456789"), shape)


def _bitcoin(draw: random.Random) -> str:
    if draw.random() < 0.5:
        data = [0, *(draw.randrange(32) for _ in range(32))]
        coder = predefined.CryptoRecognizer
        checked = coder.bech32_polymod(coder.bech32_hrp_expand("bc") + data + [0] * 6) ^ 1
        data += [(checked >> 5 * (5 - place)) & 31 for place in range(6)]
        return "bc1" + "".join("qpzry9x8gf2tvdw0s3jn54khce6mua7l"[one] for one in data)
    body = bytes([draw.choice([0, 5])]) + draw.randbytes(20)
    body += hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4]
    number, text = int.from_bytes(body, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(body) - len(body.lstrip(b"\0"))) + text


def _iban(draw: random.Random) -> str:
    country = draw.choice(sorted(IBANS))
    letters = {"N": "0123456789", "A": "ABCDEFGHXYZ", "C": "0123456789ABCXYZ"}
    body = "".join(draw.choice(letters[one]) for one in IBANS[country])
    digits = "".join(str(int(one, 36)) for one in f"{body}{country}00")
    iban = f"{country}{98 - int(digits) % 97:02d}{body}"
    return (
        " ".join(iban[place : place + 4] for place in range(0, len(iban), 4)) if draw.random() < 0.3 else iban
    )


def _finnish(draw: random.Random) -> str:
    birth = f"{draw.randint(1, 28):02d}{draw.randint(1, 12):02d}{draw.randint(0, 99):02d}"
    serial = f"{draw.randint(2, 899):03d}"
    return f"{birth}{draw.choice('+-A')}{serial}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(birth + serial) % 31]}"


def _email(draw: random.Random) -> str:
    user = draw.choice(["kim", "lee.j", "a+b", "hong_gildong", "x-y", "철수"])
    host = draw.choice(
        ["naver.com", "snu.ac.kr", "example.co.uk", "a.b.org", "local.invalid", "한국.한국", "x.y"]
    )
    return f"{user}{draw.randrange(100)}@{host}"
