"""How the values of an item are numbered, so that one can stand for another: rank and unrank.

A surrogate is the value whose number the first one's is encrypted to. What an item's values are, and in which
order they are counted, is data of the item, has a version and never changes.
"""

from __future__ import annotations

from safeguards.items.ranks.ladder import FEWEST, LONGEST_VALUE, Ladder, Place, Space

__all__ = ["FEWEST", "LONGEST_VALUE", "Ladder", "Place", "Space"]
