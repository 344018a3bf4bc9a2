"""Whether the use unfairly infringes anybody's interests (Decree 14-2(1)3), and the stops.

A stop carries no verdict: it says that a person must look before anything goes on.
"""

from __future__ import annotations

from safeguards.further_use.case import Case, Writer
from safeguards.further_use.criteria import minors, protected, recipients, singling_out, uses
from safeguards.further_use.evidence import Evidence, Factor
from safeguards.report import Text


def gather(case: Case) -> list[Evidence]:
    """Look for protected items, minors, declared uses that stop, recipients and ways to single people out."""
    write = Writer(case, Factor.INFRINGEMENT)
    return [
        *protected.gather(case, write),
        *minors.gather(case, write),
        *uses.gather(case, write),
        *recipients.gather(case, write),
        *singling_out.gather(case, write),
        _balance(write),
    ]


def _balance(write: Writer) -> Evidence:
    claim = Text(
        "정보주체나 제3자의 이익을 부당하게 침해하는지는 사람이 비교·형량한다. 아직 진술이 없다.",
        "Whether interests of the persons concerned or of others are unfairly infringed is for a person to "
        "weigh. "
        "Nobody has said it yet.",
    )
    return write.unknown("balance", claim)
