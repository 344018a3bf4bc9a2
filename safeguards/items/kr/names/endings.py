"""What may be written onto a name: particles, which agree with its last sound, and forms of address."""

from __future__ import annotations

from collections.abc import Iterator

from safeguards.items.kr.names.titles import ADDRESS_FORMS, TITLES
from safeguards.items.text import words

_KINDS: dict[str, tuple[str, str, str]] = {
    # kind: behind any sound, behind a consonant, behind a vowel
    "subject": (
        "께서, 께서는, 께서도",
        "이, 이가, 이는",
        "가",
    ),
    "topic": (
        "",
        "은",
        "는",
    ),
    "object": (
        "",
        "을",
        "를",
    ),
    "of": (
        "의",
        "",
        "",
    ),
    "with": (
        "하고, 하고는",
        "과, 이랑, 과는, 과의, 과도",
        "와, 랑, 와는, 와의, 와도",
    ),
    "to": (
        "에게, 에게는, 에게도, 에게서, 에겐, 한테, 한테는, 께, 에게만, 한테서",
        "",
        "",
    ),
    "place": (
        "에, 에서, 에는, 에도, 에서는, 에서도, 엔, 까지, 까지도",
        "으로, 으로는, 으로서",
        "로, 로는, 로서",
    ),
    "also": (
        "도, 만, 만의, 만은, 만이, 처럼, 보다, 보다도, 부터, 마저, 조차, 뿐, 뿐만, 때문에, 땜에, "
        "같은, 같이, 빼고, 빼고는, 대신, 답게, 만큼",
        "이나, 이든",
        "나, 든",
    ),
    "said": (
        "입니다, 라고, 라는, 라며, 인데, 인가, 이다, 인지, 임, 일까, 였던, 역, 역의, 역을, 역에, "
        "역할, 측, 측은, 측이, 표, 편, 등, 등이, 등은, 등을, 외, 팬, 류",
        "이라고, 이라는, 이라며, 이란, 이었다, 이고, 이며, 이에요, 이라, 이죠, 이네, 이여, 이고요, "
        "이세요, 이요, 이네요, 이었습니다",
        "란, 였다, 고, 며, 예요, 라, 여, 네, 고요, 죠, 요, 였습니다",
    ),
    "call": (
        "",
        "아",
        "야",
    ),
}


def _particles(column: int) -> dict[str, str]:
    return {
        ending: kind
        for kind, columns in _KINDS.items()
        for cell in (columns[0], columns[column])
        for ending in words(cell)
    }


PARTICLES = (_particles(2), _particles(1))
"""Particles to kinds: behind a vowel, and behind a consonant."""

FORMS = frozenset(ADDRESS_FORMS | TITLES) | frozenset(
    words(
        """
        형님, 누님, 행님, 옹, 언냐, 언니, 오빠, 누나, 형, 짱, 님, 측, 아저씨, 여사, 여사님, 감독님, 배우님
        선수, 장군, 대왕, 공주, 왕자, 왕, 황제, 교주, PD, 셰프, 작가님, 샘, 쌤, 사부, 할매, 아줌마, 이모님
        군단, 전하, 박사님, 의원님, 선배, 선배님, 후배, 대표팀
        """
    )
)
"""Forms of address, ranks, professions and kinship that are written onto names or stand behind them."""


def ends_closed(word: str) -> bool:
    """Say whether the last syllable of ``word`` ends in a consonant."""
    return (ord(word[-1]) - 0xAC00) % 28 != 0


def _with_particles(form: str) -> Iterator[str]:
    yield form
    for particle in PARTICLES[ends_closed(form)] if form[-1] >= "가" else ():
        yield form + particle


def _written(column: int) -> dict[str, str]:
    forms = {
        ending: "ssi" if form in ("씨", "님") else "form"
        for form in sorted(FORMS, key=len)
        for ending in _with_particles(form)
    }
    return {"": "bare", **forms, **PARTICLES[column]}


BEHIND = (_written(0), _written(1))
"""Everything that may be written onto a name to its kind: behind a vowel, and behind a consonant.

Kinds are those of particles, ``bare`` (nothing), ``form`` (form of address or title, with or without a
particle) and ``ssi`` (씨 and 님, the commonest forms).
"""

ALONE: dict[str, str] = {
    **{ending: "title" for form in words(
        "대통령, 감독, 의원, 회장, 장관, 대표, 교수, 시장, 후보, 총리, 지사, 팀장, 부장, 과장, 대리, 사장"
    ) for ending in _with_particles(form)},
    **{ending: "child" for form in ("군", "양") for ending in _with_particles(form)},
    **{ending: "mo" for form in ("모", "모씨", "모군", "모양") for ending in _with_particles(form)},
    **dict.fromkeys(_with_particles("씨"), "ssi"),
}  # fmt: skip
"""What may be written onto a surname alone (박씨는) to its kind."""


def onto(name: str, rest: str) -> str:
    """Say what kind of ending ``rest`` is behind ``name``; empty where it is none."""
    return BEHIND[ends_closed(name)].get(rest, "")
