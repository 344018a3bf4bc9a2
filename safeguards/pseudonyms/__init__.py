"""Values to pseudonyms inside a domain: one-way tokens, masks, bands and groups.

Every transform is a small piece of data that names keys and never holds one. Hashes without a key are not
offered: all phone numbers can be hashed in minutes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from safeguards.plugins import require
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.reversal.permit import Permit

if TYPE_CHECKING:
    from safeguards.pseudonyms.build import transform_from
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
    from safeguards.pseudonyms.reversal.rates import Rate
    from safeguards.pseudonyms.reversal.reversal import Reversal
    from safeguards.pseudonyms.suppress import Suppress
    from safeguards.pseudonyms.surrogates.surrogate import Surrogate
    from safeguards.pseudonyms.tokens.keyed_hash import Hash
    from safeguards.pseudonyms.tokens.reversible_token import ReversibleToken
    from safeguards.pseudonyms.tokens.token import Token
    from safeguards.pseudonyms.transform import Traits, Transform

# Transforms work on Arrow arrays and are imported when they are asked for; a column type of `sqlalchemy`
# makes tokens of single values, by `domain`, `spelling` and `tokeniser`, which need no extra.
_HOMES = {
    "DateShift": "dates.date_shift",
    "Drop": "plainly",
    "FormatPreserving": "format_preserving.fpe",
    "FormatPreservingInteger": "format_preserving.integers",
    "Generalise": "generalisation.generalise",
    "Hash": "tokens.keyed_hash",
    "Keep": "plainly",
    "Mask": "mask",
    "Rate": "reversal.rates",
    "Reversal": "reversal.reversal",
    "RedactText": "redaction.redact",
    "Surrogate": "surrogates.surrogate",
    "Noise": "noise.noise",
    "PrefixPreserving": "format_preserving.prefix_preserving",
    "ReversibleToken": "tokens.reversible_token",
    "Round": "generalisation.rounding",
    "Suppress": "suppress",
    "Token": "tokens.token",
    "Traits": "transform",
    "Transform": "transform",
    "transform_from": "build",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    require("pyarrow", "pipeline")
    require("numpy", "pipeline")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = [
    "DateShift",
    "Domain",
    "Drop",
    "FormatPreserving",
    "FormatPreservingInteger",
    "Generalise",
    "Hash",
    "Keep",
    "Mask",
    "Noise",
    "Permit",
    "PrefixPreserving",
    "Rate",
    "RedactText",
    "Reversal",
    "ReversibleToken",
    "Round",
    "Suppress",
    "Surrogate",
    "Token",
    "Traits",
    "Transform",
    "transform_from",
]
