"""An NLP engine for Presidio that needs no model, and with which its context words work, Korean included.

`spacy.blank` gives empty lemmas, so that Presidio's context silently never fires; here a lemma is the token's
text. It finds no entities.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, NlpEngine

from safeguards.detection.presidio.tokens import STOP_WORDS, Token, is_punctuation, tokens

LANGUAGES = ("ko", "en")
_NO_WORDS: frozenset[str] = frozenset()


class Keywords(list[str]):
    """The keywords of a text; Presidio asks of each word whether it is one, and must not search them all."""

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(self)

    def __contains__(self, word: object) -> bool:
        return word in self._words


class LightArtifacts(NlpArtifacts):
    """What Presidio asks of an NLP engine's work; texts in which nothing was found are never tokenised."""

    def __init__(self, text: str, nlp_engine: LightNlpEngine, language: str) -> None:
        self.text = text
        self.nlp_engine = nlp_engine
        self.language = language
        self.entities: list[Any] = []
        self.scores: list[float] = []

    @cached_property
    def tokens(self) -> list[Token]:  # type: ignore[override]  # as an attribute it would be made at once
        """The tokens in order."""
        return list(tokens(self.text))

    @cached_property
    def tokens_indices(self) -> list[int]:  # type: ignore[override]
        """Where each token begins, in code points."""
        return [token.idx for token in self.tokens]

    @cached_property
    def lemmas(self) -> list[str]:  # type: ignore[override]
        """Each token as context words are written."""
        return [token.lemma_ for token in self.tokens]

    @cached_property
    def keywords(self) -> list[str]:  # type: ignore[override]
        """The lemmas that are words, by Presidio's own rule."""
        return Keywords(self.set_keywords(self.nlp_engine, self.lemmas, self.language))

    def to_json(self) -> str:
        """Return the artifacts as Presidio's log of decisions writes them."""
        _ = self.tokens_indices, self.keywords  # it writes what has been made
        return super().to_json()


class LightNlpEngine(NlpEngine):
    """Tokens by a regular expression, for any language; nothing is loaded or downloaded.

    Args:
        models: as in Presidio's configuration, a ``lang_code`` each; ``ko`` and ``en`` by default.
        ner_model_configuration: taken for `NlpEngineProvider`'s sake; there is no model to configure.

    It takes texts of any language: ``models`` only says for which ones Presidio adds recognizers. Threads may
    share it.
    """

    engine_name = "light"
    is_available = True

    def __init__(
        self,
        models: Sequence[dict[str, Any]] | None = None,
        ner_model_configuration: NerModelConfiguration | None = None,
    ) -> None:
        languages = [model["lang_code"] for model in models] if models else LANGUAGES
        self.nlp: dict[str, None] = dict.fromkeys(languages)  # Presidio's provider prints its keys
        self.ner_model_configuration = ner_model_configuration

    def load(self) -> None:
        """Do nothing: there is nothing to load."""

    def is_loaded(self) -> bool:
        """Return True."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Return the artifacts of one text; its tokens are made when they are asked for."""
        return LightArtifacts(text, self, language)

    def process_batch(
        self, texts: Iterable[Any], language: str, batch_size: int = 1, n_process: int = 1, **kwargs: Any
    ) -> Iterator[tuple[Any, ...]]:
        """Yield each text with its artifacts, and with its context where ``as_tuples`` is given."""
        for text in texts:
            if kwargs.get("as_tuples"):
                text, context = text
                yield str(text), self.process_text(str(text), language), context
            else:
                yield str(text), self.process_text(str(text), language)

    def is_stopword(self, word: str, language: str) -> bool:
        """Say whether a word carries no meaning: an English function word, or a Korean particle."""
        return word.lower() in STOP_WORDS.get(language, _NO_WORDS)

    def is_punct(self, word: str, language: str) -> bool:
        """Say whether a word holds neither letter nor digit."""
        return is_punctuation(word)

    def get_supported_entities(self) -> list[str]:
        """Return no entity: there is no model."""
        return []

    def get_supported_languages(self) -> list[str]:
        """Return the languages for which Presidio adds recognizers."""
        return list(self.nlp)
