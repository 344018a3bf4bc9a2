"""Words in both languages, and text that shows what it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = ("ko", "en")

# Controls, direction marks and lone surrogates: a name must not reorder or cut the page around it.
_INVISIBLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Text:
    """One meaning in Korean and in English."""

    ko: str
    en: str

    @classmethod
    def same(cls, words: object) -> Text:
        """Return words that read alike in both languages, such as a column's name."""
        return cls(str(words), str(words))

    @classmethod
    def joined(cls, parts: list[Text], separator: str = " ") -> Text:
        """Return several meanings as one."""
        return cls(separator.join(part.ko for part in parts), separator.join(part.en for part in parts))

    def of(self, lang: Language) -> str:
        """Return the words in one language."""
        return self.ko if lang == "ko" else self.en


def visible(words: object) -> str:
    """Return words with invisible characters written out, such as ``\\u202e``; line breaks stay."""
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", str(words))
