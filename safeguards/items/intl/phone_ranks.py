"""The spaces of telephone numbers of the world, version 1: those of `kr.phone_ranks`."""

from __future__ import annotations

from safeguards.items.intl import phone
from safeguards.items.kr import phone_ranks
from safeguards.items.ranks.ladder import Ladder

LADDER = Ladder(phone.canonical, phone_ranks.LADDER.spaces, phone_ranks.LADDER.longest)
