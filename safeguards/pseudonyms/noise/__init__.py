"""Noise on numbers, with what it tells of a row accounted."""
