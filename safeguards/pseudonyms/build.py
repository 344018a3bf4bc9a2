"""Transforms from plain data, as a TOML file holds it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from safeguards.errors import InputError, misspelt, offer
from safeguards.pseudonyms.dates.date_shift import DateShift
from safeguards.pseudonyms.format_preserving.fpe import FormatPreserving
from safeguards.pseudonyms.format_preserving.integers import FormatPreservingInteger
from safeguards.pseudonyms.format_preserving.prefix_preserving import PrefixPreserving
from safeguards.pseudonyms.generalisation.generalise import Generalise
from safeguards.pseudonyms.generalisation.rounding import Round
from safeguards.pseudonyms.mask import Mask
from safeguards.pseudonyms.noise.noise import Noise
from safeguards.pseudonyms.plainly import Drop, Keep
from safeguards.pseudonyms.redaction.redact import RedactText
from safeguards.pseudonyms.suppress import Suppress
from safeguards.pseudonyms.surrogates.surrogate import Surrogate
from safeguards.pseudonyms.tokens.keyed_hash import Hash
from safeguards.pseudonyms.tokens.reversible_token import ReversibleToken
from safeguards.pseudonyms.tokens.token import Token
from safeguards.pseudonyms.transform import Transform

TRANSFORMS: dict[str, type[Transform]] = {
    kind.name: kind
    for kind in (
        Token,
        FormatPreserving,
        FormatPreservingInteger,
        Surrogate,
        Mask,
        Generalise,
        RedactText,
        ReversibleToken,
        Hash,
        FormatPreserving,
        PrefixPreserving,
        DateShift,
        Mask,
        Generalise,
        Round,
        Noise,
        Suppress,
        Keep,
        Drop,
    )
}


def transform_from(described: object) -> Transform:
    """Make a transform of its name, or of a mapping such as ``{"transform": "token", "item": "email"}``.

    Raises:
        InputError: no such transform, or no such setting of it.
    """
    settings = {"transform": described} if isinstance(described, str) else described
    if not isinstance(settings, Mapping):
        raise InputError('is no transform: write "drop" or {transform = "token", item = "email"}')
    options: dict[str, Any] = dict(settings)
    name = options.pop("transform", None)
    if not isinstance(name, str) or name not in TRANSFORMS:
        hint = misspelt("transform", options)
        if name is None:
            raise InputError(
                f'names no transform: write transform = "...", one of {offer(name, TRANSFORMS)}{hint}'
            )
        raise InputError(f"names no transform ({name!r}); known: {offer(name, TRANSFORMS)}{hint}")
    kind = TRANSFORMS[name]
    known = [field.name for field in fields(kind)]
    unknown = [option for option in options if option not in known]
    if unknown:
        raise InputError(f"{name} has no setting {unknown[0]!r}; it has: {offer(unknown[0], known)}")
    return kind(**options)


def rebuilt(name: str, item: str | None, parameters: Mapping[str, object]) -> Transform:
    """Make the transform that a manifest tells of, by its name, item and ``parameters()``.

    Raises:
        InputError: there is no such transform, or what the manifest tells does not make the very same one.
    """
    kind = TRANSFORMS.get(name)
    if kind is None:
        raise InputError(f"was made by {name!r}, which is no transform of this version")
    known = {field.name for field in fields(kind)}
    made = kind(item=item, **{key: value for key, value in parameters.items() if key in known})
    if _plain(made.parameters()) != _plain(parameters):
        raise InputError(f"was made by {name} with settings that the manifest does not tell whole")
    return made


def _plain(parameters: Mapping[str, object]) -> object:
    """Return parameters as they come back from JSON."""
    return json.loads(json.dumps(dict(parameters), default=str))
