"""Realistic values in place of the true ones."""
