"""Keep Presidio off the network: at the first address, e-mails would have it fetch the public suffix list."""

from __future__ import annotations

import sys
from functools import cache
from types import SimpleNamespace
from typing import Any

import tldextract
from presidio_analyzer.predefined_recognizers import EmailRecognizer


def offline() -> None:
    """Have Presidio's e-mail recognizers use the public suffix list that tldextract's package holds.

    It holds for all of them in this process, also in engines of one's own; other users of tldextract are left
    as they are. :func:`adopt` calls it.
    """
    module: Any = sys.modules[EmailRecognizer.__module__]
    module.tldextract = SimpleNamespace(extract=_snapshot())


@cache
def _snapshot() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)
