"""Names of persons in Korean text, by the house's rules and the morphology of Kiwi."""

from safeguards_kiwi.item import ITEM

__all__ = ["ITEM"]
