"""The privacy policy as data: purposes, items, periods, recipients, and a hash that pins the wording down."""

from __future__ import annotations

from safeguards.policy.canonical import fingerprint
from safeguards.policy.checks import INTERNAL
from safeguards.policy.duration import Duration
from safeguards.policy.model import Policy
from safeguards.policy.parts import Controller, PolicyItem, Purpose, Recipient, Retention
from safeguards.policy.section import Section
from safeguards.policy.terms import Basis, RecipientKind, Trigger

__all__ = [
    "INTERNAL",
    "Basis",
    "Controller",
    "Duration",
    "Policy",
    "PolicyItem",
    "Purpose",
    "Recipient",
    "RecipientKind",
    "Retention",
    "Section",
    "Trigger",
    "fingerprint",
]
