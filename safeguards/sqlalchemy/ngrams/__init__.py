"""Substring search: one row for each different n-gram of a text, in a side table kept in step with it."""

from safeguards.sqlalchemy.ngrams.rebuild import Rebuilt, ngram_table, rebuild_ngrams

__all__ = ["Rebuilt", "ngram_table", "rebuild_ngrams"]
