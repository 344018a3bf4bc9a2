"""Bytes in, bytes out: the primitives and the envelope. For people who know; others use the faces above.

The path is the warning: nothing here knows about columns, keyrings or people.
"""
