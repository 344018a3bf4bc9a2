"""What the two regimes allow to whoever wants to go back, or to link pseudonyms.

``safeguard`` (PIPA 15(3), 17(4)): persons keep all their rights, and answering them takes going back.
``research`` (28-2): nobody may process pseudonyms in order to identify anybody (28-5(1)). Whoever meets a
person who has become identifiable stops, recalls and destroys (28-5(2)): that ground, stated and recorded,
opens a few rows in memory, and never a file.
"""

from __future__ import annotations

from safeguards.errors import InputError
from safeguards.pseudonyms.domain import RESEARCH, Domain
from safeguards.pseudonyms.reversal.permit import RECALL, Permit

RECALL_ROWS = 100
"""Rows that one call may show on the ground of recall: those of a person, and no data set."""

_CLOSED = (
    "its pseudonyms may not be processed in order to identify anybody (PIPA 28-5(1)); where somebody has "
    f'become identifiable, ground="{RECALL}" opens at most {RECALL_ROWS} rows a call, '
    "to stop, recall and destroy"
)


def check_showing(domain: Domain, permit: Permit, *rows: int | None) -> None:
    """Raise InputError unless persons behind the pseudonyms of ``rows`` rows may be shown.

    None stands for a file or a stream, whose rows nobody has counted.
    """
    if domain.regime != RESEARCH:
        return
    if permit.ground != RECALL or any(count is None or count > RECALL_ROWS for count in rows):
        raise InputError(f"domain {domain.name!r} is of research: {_CLOSED}")


def check_linking(domain: Domain, to: Domain, permit: Permit, rows: int | None) -> None:
    """Raise InputError unless pseudonyms of ``domain`` may become those of ``to``, nobody being shown.

    Under research that is another epoch of the domain; another one takes the ground of recall.
    """
    if domain.regime != to.regime:
        raise InputError(
            f"domain {domain.name!r} is of {domain.regime} and {to.name!r} of {to.regime}: they never mix"
        )
    if (domain.name, domain.epoch, domain.keyring) == (to.name, to.epoch, to.keyring):
        raise InputError(f"domain {domain.name!r} is linked to itself: name another epoch or domain")
    if domain.name != to.name or domain.keyring != to.keyring:
        check_showing(domain, permit, rows)
