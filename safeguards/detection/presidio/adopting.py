"""Adopt Presidio's recognizers, a registry of them, or a whole AnalyzerEngine."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any, Unpack

import regex
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry
from presidio_analyzer.context_aware_enhancers import (
    ContextAwareEnhancer,
    LemmaContextAwareEnhancer,
)
from presidio_analyzer.nlp_engine import NlpEngine
from presidio_analyzer.predefined_recognizers import EmailRecognizer

from safeguards.detection.presidio.adopted import Adopted
from safeguards.detection.presidio.analysis import Analysis, Chosen
from safeguards.detection.presidio.flags import Flags, check
from safeguards.detection.presidio.light import LightNlpEngine
from safeguards.detection.presidio.narrowing import analyses_by_patterns
from safeguards.detection.presidio.offline import offline
from safeguards.errors import InputError

Recognizers = EntityRecognizer | Iterable[EntityRecognizer] | RecognizerRegistry | AnalyzerEngine


def adopt(
    recognizers: Recognizers,
    language: str = "ko",
    *,
    nlp_engine: NlpEngine | None = None,
    context_aware_enhancer: ContextAwareEnhancer | None = None,
    entities: Sequence[str] | None = None,
    ad_hoc_recognizers: Iterable[EntityRecognizer] = (),
    backend: str = "arrow",
    **flags: Unpack[Flags],
) -> Adopted:
    """Return a detector that finds what these recognizers find inside Presidio's AnalyzerEngine.

    Args:
        recognizers: one recognizer, several, a registry, or an engine, whose NLP engine, enhancer and
            threshold are then used. They are taken as they are now; adopt anew after changing them.
        language: the language of the texts; recognizers of other languages are left out, as Presidio does.
        nlp_engine: where recognizers are given; :class:`LightNlpEngine` by default.
        context_aware_enhancer: where recognizers are given; Presidio's own by default.
        entities: look for these only.
        ad_hoc_recognizers: more recognizers.
        backend: how rows are selected, as `Selector` names it.
        flags: ``score_threshold``, ``context``, ``allow_list``, ``allow_list_match`` and ``regex_flags``,
            as `AnalyzerEngine.analyze` takes them.

    Raises:
        InputError: there is no recognizer for that language and these entities, a flag is wrong, or the
            engine was given together with parts of it.
    """
    if isinstance(recognizers, AnalyzerEngine):
        if nlp_engine is not None or context_aware_enhancer is not None:
            raise InputError("an AnalyzerEngine brings nlp_engine and context_aware_enhancer; leave them out")
        engine = copy.copy(recognizers)
    else:
        registry = _registry(recognizers, language)
        engine = AnalyzerEngine(
            registry=registry,
            nlp_engine=nlp_engine or LightNlpEngine(),
            context_aware_enhancer=context_aware_enhancer,
            supported_languages=list(registry.supported_languages),
        )
    check(flags)
    chosen, sought = _chosen(engine.registry, language, list(entities or ()), list(ad_hoc_recognizers))
    private = [_private(recognizer) for recognizer in chosen]
    if any(isinstance(recognizer, EmailRecognizer) for recognizer in private):
        offline()
    every_row = not _only_presidios(engine)
    engine.registry = Chosen(private, supported_languages=[language])
    analysis = Analysis(engine, private, language, sought, flags)
    return Adopted(analysis, private, sought, every_row=every_row, backend=backend)


def _registry(recognizers: Any, language: str) -> RecognizerRegistry:
    if isinstance(recognizers, RecognizerRegistry):
        registry = recognizers
    else:
        one = isinstance(recognizers, EntityRecognizer)
        if not one and not isinstance(recognizers, Iterable):
            raise InputError(f"adopt takes Presidio's recognizers, not {type(recognizers).__name__}")
        listed = [recognizers] if one else list(recognizers)
        if wrong := [type(each).__name__ for each in listed if not isinstance(each, EntityRecognizer)]:
            raise InputError(f"adopt takes Presidio's recognizers, not {wrong[0]}: derive EntityRecognizer")
        registry = RecognizerRegistry(listed, supported_languages=[language])
    if not registry.recognizers:
        raise InputError("there is no recognizer to adopt; call load_predefined_recognizers on the registry")
    return registry


def _chosen(
    registry: RecognizerRegistry, language: str, entities: list[str], ad_hoc: list[EntityRecognizer]
) -> tuple[list[EntityRecognizer], list[str]]:
    """Return the recognizers that AnalyzerEngine would ask, and the entities it would ask them for."""
    try:
        chosen = registry.get_recognizers(
            language=language, entities=entities or None, all_fields=not entities, ad_hoc_recognizers=ad_hoc
        )
        own = registry.get_recognizers(language=language, all_fields=True) if not entities else []
    except ValueError:
        known = ", ".join(sorted({one.supported_language for one in (*registry.recognizers, *ad_hoc)}))
        raise InputError(
            f"no recognizer is for language {language!r} and these entities; there are some for: {known}"
        ) from None
    return chosen, entities or list({entity: 0 for one in own for entity in one.get_supported_entities()})


def _private(recognizer: Any) -> Any:
    """Return the recognizer with patterns of its own, compiled.

    Presidio compiles patterns when they are first used and keeps the result in objects that all instances of
    a class share: two with other flags would overwrite each other's in the midst of another thread.
    """
    if not recognizer.is_loaded:
        recognizer.load()
        recognizer.is_loaded = True
    if not analyses_by_patterns(recognizer) or "patterns" not in vars(recognizer):
        return recognizer
    own = copy.copy(recognizer)
    own.patterns = [copy.copy(pattern) for pattern in recognizer.patterns]
    for pattern in own.patterns:
        pattern.compiled_regex = regex.compile(pattern.regex, flags=own.global_regex_flags or 0)
        pattern.compiled_with_flags = own.global_regex_flags
    return own


def _only_presidios(engine: AnalyzerEngine) -> bool:
    """Say whether engine and enhancer are Presidio's, which add nothing where recognizers find nothing."""
    enhances = type(engine.context_aware_enhancer).enhance_using_context
    return type(engine) is AnalyzerEngine and enhances is LemmaContextAwareEnhancer.enhance_using_context
