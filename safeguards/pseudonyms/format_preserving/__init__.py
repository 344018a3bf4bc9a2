"""Encryption that keeps a form: digits, letters, whole numbers, and the prefixes of networks."""
