"""Values to pseudonyms inside a domain: one-way tokens, masks, bands and groups.

Every transform is a small piece of data that names keys and never holds one. Hashes without a key are not
offered: all phone numbers can be hashed in minutes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from safeguards.plugins import require
from safeguards.pseudonyms.domain import Domain
from safeguards.pseudonyms.permit import Permit

if TYPE_CHECKING:
    from safeguards.pseudonyms.build import transform_from
    from safeguards.pseudonyms.date_shift import DateShift
    from safeguards.pseudonyms.fpe import FormatPreserving
    from safeguards.pseudonyms.generalise import Generalise
    from safeguards.pseudonyms.integers import FormatPreservingInteger
    from safeguards.pseudonyms.keyed_hash import Hash
    from safeguards.pseudonyms.mask import Mask
    from safeguards.pseudonyms.noise import Noise
    from safeguards.pseudonyms.plainly import Drop, Keep
    from safeguards.pseudonyms.prefix_preserving import PrefixPreserving
    from safeguards.pseudonyms.rates import Rate
    from safeguards.pseudonyms.redact import RedactText
    from safeguards.pseudonyms.reversal import Reversal
    from safeguards.pseudonyms.reversible_token import ReversibleToken
    from safeguards.pseudonyms.rounding import Round
    from safeguards.pseudonyms.suppress import Suppress
    from safeguards.pseudonyms.surrogate import Surrogate
    from safeguards.pseudonyms.token import Token
    from safeguards.pseudonyms.transform import Traits, Transform

# Transforms work on Arrow arrays and are imported when they are asked for; a column type of `sqlalchemy`
# makes tokens of single values, by `domain`, `spelling` and `tokeniser`, which need no extra.
_HOMES = {
    "DateShift": "date_shift",
    "Drop": "plainly",
    "FormatPreserving": "fpe",
    "FormatPreservingInteger": "integers",
    "Generalise": "generalise",
    "Hash": "keyed_hash",
    "Keep": "plainly",
    "Mask": "mask",
    "Rate": "rates",
    "Reversal": "reversal",
    "RedactText": "redact",
    "Surrogate": "surrogate",
    "Noise": "noise",
    "PrefixPreserving": "prefix_preserving",
    "ReversibleToken": "reversible_token",
    "Round": "rounding",
    "Suppress": "suppress",
    "Token": "token",
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
