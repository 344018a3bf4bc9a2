"""Tokens: what stands for a value and, but for its key, says nothing of it."""
