"""What was done to a column, in words: the manifest's transforms, and the bands where it states them."""

from __future__ import annotations

from collections.abc import Mapping

from safeguards.further_use.case import UsedColumn
from safeguards.further_use.titles import TITLES, TRANSFORMS
from safeguards.report import Text

_GENERALISE = "generalise"
_UNITS = {
    "ages": ("{}세 단위", "ages by {}"),
    "years": ("{}년 단위", "years by {}"),
    "band": ("{} 단위", "numbers by {}"),
    "bottom": ("{} 미만은 한 묶음", "one group below {}"),
    "top": ("{} 이상은 한 묶음", "one group from {} up"),
}


def steps(column: UsedColumn) -> Text:
    """Return the transforms of a column in order; not known where no manifest tells them."""
    names = [TRANSFORMS.get(name, Text.same(name)) for name in column.transforms]
    if not names:
        return TITLES["not_known"]
    bands = _bands(column.settings) if column.transform == _GENERALISE else []
    if bands:
        names[-1] = Text(
            f"{names[-1].ko}({', '.join(band.ko for band in bands)})",
            f"{names[-1].en} ({', '.join(band.en for band in bands)})",
        )
    return Text.joined(names, " → ")


def _bands(settings: Mapping[str, object]) -> list[Text]:
    found = [
        Text(ko.format(f"{number:,}"), en.format(f"{number:,}"))
        for key, (ko, en) in _UNITS.items()
        if isinstance(number := settings.get(key), int | float)
    ]
    groups = settings.get("groups")
    if isinstance(groups, list):
        names = " / ".join(map(str, groups))
        found.append(Text(f"{len(groups)}개 묶음: {names}", f"{len(groups)} groups: {names}"))
    return found
