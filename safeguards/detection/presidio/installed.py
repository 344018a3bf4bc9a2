"""NLP engines with a model, through Presidio's own configuration, where the model is at hand."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from presidio_analyzer.nlp_engine import (
    NlpEngine,
    NlpEngineProvider,
    SpacyNlpEngine,
    StanzaNlpEngine,
    TransformersNlpEngine,
)

from safeguards.detection.presidio.light import LightNlpEngine
from safeguards.errors import InputError

_ENGINES = (LightNlpEngine, SpacyNlpEngine, StanzaNlpEngine, TransformersNlpEngine)


def nlp_engine(configuration: Mapping[str, Any] | str | Path) -> NlpEngine:
    """Make an NLP engine by Presidio's configuration, without ever downloading a model.

    Presidio itself downloads a spaCy model that is not installed, and a transformers or stanza model that is
    not in its cache.

    Args:
        configuration: what `NlpEngineProvider` takes: a dict, or a YAML file's path. spaCy models are
            names of installed packages or paths, other models paths; ``light`` is an engine too.

    Raises:
        InputError: the engine's package, or a model, is not installed.
    """
    provider = _provider(configuration)
    name = provider.nlp_configuration["nlp_engine_name"]
    if name not in provider.nlp_engines:
        known = ", ".join(provider.nlp_engines)
        raise InputError(f"NLP engine {name!r} is not installed; installed are: {known}")
    for model in _models(provider.nlp_configuration) if name != LightNlpEngine.engine_name else ():
        if not (Path(model).exists() or (name != StanzaNlpEngine.engine_name and _is_package(model))):
            raise InputError(
                f"model {model!r} is not installed, and nothing is downloaded; install it, or name its path"
            )
    return provider.create_engine()


def _provider(configuration: Mapping[str, Any] | str | Path) -> NlpEngineProvider:
    given: Any = configuration
    if not configuration:
        raise InputError("the configuration of the NLP engine is empty; name nlp_engine_name and models")
    try:
        if isinstance(configuration, str | os.PathLike):
            return NlpEngineProvider(nlp_engines=_ENGINES, conf_file=given)
        return NlpEngineProvider(nlp_engines=_ENGINES, nlp_configuration=dict(given))
    except ValueError as error:
        raise InputError(f"Presidio refuses the configuration of the NLP engine: {error}") from None


def _models(configuration: Mapping[str, Any]) -> Iterator[str]:
    for model in configuration["models"]:
        name = model["model_name"]
        yield from name.values() if isinstance(name, Mapping) else (name,)


def _is_package(model: str) -> bool:
    import spacy

    return bool(spacy.util.is_package(model))
