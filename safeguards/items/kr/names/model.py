"""The fitted model: a draft's features to the probability that it is a name."""

from __future__ import annotations

import math

from safeguards.items.kr.names.drafts import Features
from safeguards.items.kr.names.weights import BIAS, WEIGHTS


def odds(kind: str, features: Features) -> float:
    """Return the log-odds that a draft of that kind with those features is a name."""
    weigh = WEIGHTS[kind].get
    total = BIAS[kind]
    for feature in features:
        total += weigh(feature, 0.0)
    return total


def probability(odds: float) -> float:
    """Return the probability of log-odds."""
    return 1 / (1 + math.exp(-odds))
