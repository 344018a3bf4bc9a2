"""Dates: what they are in any spelling, their periods, and how they are moved."""
