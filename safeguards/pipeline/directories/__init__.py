"""Directories of parts, worked on in runs that can be resumed."""
