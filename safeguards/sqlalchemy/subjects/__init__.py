"""Columns whose values belong to persons: bound when written, read as theirs, destroyed with their key."""
