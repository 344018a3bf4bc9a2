"""The fitted model: a draft's features to the probability that it is a name."""

from __future__ import annotations

import math
from collections.abc import Mapping

from safeguards.items.kr.names.drafts import Features
from safeguards.items.kr.names.weights import BIAS, WEIGHTS


def odds(kind: str, features: Features) -> float:
    """Return the log-odds that a draft of that kind with those features is a name."""
    return weigh(BIAS[kind], WEIGHTS[kind], features)


def weigh(bias: float, weights: Mapping[str, float], features: Features) -> float:
    """Return ``bias`` and the weights of ``features`` together; a feature without weight says nothing."""
    weight = weights.get
    for feature in features:
        bias += weight(feature, 0.0)
    return bias


def probability(odds: float) -> float:
    """Return the probability of log-odds."""
    return 1 / (1 + math.exp(-odds))
