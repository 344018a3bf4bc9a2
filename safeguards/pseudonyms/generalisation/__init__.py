"""Coarser values: bands, groups, levels of hierarchies, and rounding."""
