"""What a pipeline refuses, whoever asks: rules of the law and traps of the trade."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from safeguards import items
from safeguards.errors import AlreadyProtected, InputError
from safeguards.items.text import plain, says
from safeguards.pipeline.leaves import candidates, leaves
from safeguards.pipeline.manifest import METADATA_KEY, Manifest
from safeguards.pipeline.nested import paths
from safeguards.pseudonyms import Drop, Keep, Mask, RedactText, Transform
from safeguards.pseudonyms.domain import RESEARCH, Regime
from safeguards.pseudonyms.protected import refuse_ciphertexts, refuse_tokens

RRN = "kr_rrn"
_RRN_RULE = "is a resident registration number, which may not be passed on, as it is or derived: use Drop()"
# Whole cells are judged. A hyphen makes the validator sure, and few such cells are enough; thirteen digits
# alone may be an order number, of which one in eleven meets the check digit by chance, so there most cells
# must have the form, and a quarter must meet it.
_SURE, _CHECKED = 0.7, 0.6
_SURE_SHARE, _SURE_LEAST = 0.01, 3
_SHARE, _CHECKED_SHARE, _CHECKED_LEAST = 0.5, 0.25, 3
# Check digits say nothing since October 2020. A column of births shows all the same: most of its distinct
# values begin with a day, in more years than milliseconds and most order numbers know.
_FEWEST_VALUES, _FEWEST_YEARS = 20, 8
_DAY = (
    "(?:[0-9]{2}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)"
    "|02(?:0[1-9]|1[0-9]|2[0-8]))|(?:[02468][048]|[13579][26])0229)"
)
_BIRTH = f"^{_DAY}[1-8][0-9]{{6}}$"  # nationals have 1-4, foreigners 5-8
_OF_1900S, _NATIONAL = "^.{6}[1256]", "^.{6}[1-4]"
# What may follow the name of such a number. Its front part alone is a birth date, and no such number.
_BRACKETED = re.compile(r"[(\[{<【〔「](?!\s*(?:앞(?!.*뒤)|front|first))[^)\]}>】〕」]*(?:[)\]}>】〕」]|$)")
_NO_LETTER = re.compile(r"[\W_]+")
_SUFFIX = (
    "(?:no|num|number|nbr|id|val|value|str|string|text|txt|raw|plain|orig|original|full|back|rear|last7|"
    "번호|앞뒤|뒷|뒤|자리|전체|원본|원문|평문|값|정보|란|[0-9])*"
)


# What was decrypted is plain again.
_PLAIN = {Keep.name, Drop.name, "decrypt"}


def check_declared(columns: Mapping[str, Transform]) -> None:
    """Raise InputError for transforms that no table makes right.

    A resident registration number may only be dropped, be it a column or any name of a path. Both masks of
    one item reveal more than either.
    """
    for name, transform in columns.items():
        if isinstance(transform, Drop):
            continue
        if transform.item == RRN or any(map(_names_rrn, paths.names(name))):
            raise InputError(f"column {name!r} {_RRN_RULE}")
    profiles: dict[str | None, str] = {}
    for name, transform in columns.items():
        for item, profile in _masks(transform):
            if profiles.setdefault(item, profile) != profile:
                raise InputError(f"column {name!r} masks {item} by another profile: together they reveal it")


def _masks(transform: Transform) -> Iterator[tuple[str | None, str]]:
    """Yield the items that a transform masks, with the profile."""
    if isinstance(transform, Mask):
        yield transform.item, transform.profile
    elif isinstance(transform, RedactText):
        yield from ((item, transform.masks) for item in transform.masked_items())


def check_kind(column: str, transform: Transform, kind: pa.DataType) -> None:
    """Raise InputError for a nested type with a field that is named as a resident registration number."""
    if not isinstance(transform, Drop):
        try:
            check_names(_field_names(kind))
        except InputError as error:
            raise InputError(f"a field inside column {column!r} {error}") from None


def check_names(names: Iterable[str]) -> None:
    """Raise InputError where one of some names is what resident registration numbers are called."""
    if any(map(_names_rrn, names)):
        raise InputError(_RRN_RULE)


def check_history(columns: Mapping[str, Transform], metadata: Mapping[str, str]) -> None:
    """Raise AlreadyProtected for a column that was transformed before, by the manifest its source carries."""
    carried = metadata.get(METADATA_KEY)
    if carried is None:
        return
    manifest = Manifest.from_json(carried)
    known = [name for name, _ in manifest.output_schema["columns"]]
    done = [
        (paths.resolve(record.column, known), record.transform)
        for record in manifest.columns
        if record.transform not in _PLAIN
    ]
    for name, transform in columns.items():
        path = None if isinstance(transform, Keep | Drop) else paths.resolve(name, known)
        for before, made in done:
            if path and before and path.overlaps(before):
                raise AlreadyProtected(
                    f"column {name!r} was transformed before ({made}), as the file's manifest says: "
                    "use Keep() or Drop()"
                )


def check_regime(regime: Regime, purpose: str | None) -> None:
    """Raise InputError for research without a purpose, which the record must state (PIPA 28-4(2))."""
    if regime == RESEARCH and not (purpose and says(purpose)):
        raise InputError('a research domain needs purpose=, such as "statistics on churn"; it is recorded')


def check_history_regime(regime: Regime, metadata: Mapping[str, str]) -> None:
    """Raise InputError for a source whose manifest says that it was made under the other regime."""
    carried = metadata.get(METADATA_KEY)
    if carried is not None and (made := Manifest.from_json(carried).regime) != regime:
        raise InputError(f"the source was made under the regime {made}, this is {regime}: they never mix")


def check_values(values: Any, transform: Transform) -> None:
    """Raise for values that are protected already, or that are resident registration numbers."""
    for leaf in leaves(values) if pa.types.is_nested(values.type) else [values]:
        refuse_ciphertexts(leaf)
    _refuse_rrn(values)
    if not isinstance(transform, Keep):
        refuse_tokens(values)


def index_hint(column: str) -> str:
    """Explain a column that the user never named: pandas' index."""
    return (
        " (the frame's index; drop it by reset_index(drop=True))"
        if re.match("__index_level_", column)
        else ""
    )


def _names_rrn(column: str) -> bool:
    name = plain(column).casefold()
    exact, begun = _rrn_names()
    return _bare(name) in exact or bool(begun.fullmatch(_bare(_BRACKETED.sub("", name))))


@cache
def _rrn_names() -> tuple[set[str], re.Pattern[str]]:
    """Return the names of such numbers, and a form of those that more may follow: 주민(명) counts people."""
    exact = {_bare(known.casefold()) for known in items.get(RRN).column_names}
    return exact, re.compile(f"(?:{'|'.join(known for known in exact if len(known) > 2)}){_SUFFIX}")


def _bare(name: str) -> str:
    return _NO_LETTER.sub("", name)


def _field_names(kind: Any) -> Iterator[str]:
    for number in range(kind.num_fields):
        yield kind.field(number).name
        yield from _field_names(kind.field(number).type)


def _refuse_rrn(values: Any) -> None:
    """Judge a column by its whole cells: one in a text is the redaction's business."""
    if any(_mostly_rrn(cells, len(leaf)) or _births(cells, leaf) for cells, leaf in candidates(values)):
        raise InputError(_RRN_RULE)


def _mostly_rrn(cells: list[str], total: int) -> bool:
    validate = items.get(RRN).validate
    if validate is None or not cells:
        return False
    scores = [validate(cell).score for cell in cells]
    sure = sum(score >= _SURE for score in scores)
    if sure >= min(_SURE_LEAST, max(1, total * _SURE_SHARE)):
        return True
    checked = sum(score >= _CHECKED for score in scores)
    return len(cells) > total * _SHARE and checked >= max(_CHECKED_LEAST, total * _CHECKED_SHARE)


def _births(cells: list[str], leaf: Any) -> bool:
    """Say whether most distinct values of a leaf are such numbers, whatever their check digits.

    A seventh digit that makes somebody a hundred years old is one of an order number or an hour. Foreigners'
    numbers count beside those of nationals, but are none alone.
    """
    numbers = pc.unique(pc.replace_substring(pa.array(cells, pa.string()), "-", ""))
    numbers = numbers.filter(pc.match_substring_regex(numbers, _BIRTH))
    this_year = pa.scalar(f"{datetime.now(UTC):%y}")
    old = pc.less_equal(pc.utf8_slice_codeunits(numbers, 0, 2), this_year)
    old = pc.and_(old, pc.match_substring_regex(numbers, _OF_1900S))
    numbers = numbers.filter(pc.invert(old))
    if len(numbers) < _FEWEST_VALUES * _SHARE or len(numbers) < (distinct := len(pc.unique(leaf))) * _SHARE:
        return False
    years = pc.unique(pc.utf8_slice_codeunits(numbers, 0, 2))
    national = numbers.filter(pc.match_substring_regex(numbers, _NATIONAL))
    if distinct < _FEWEST_VALUES or len(years) < _FEWEST_YEARS or len(national) < _CHECKED_LEAST:
        return False
    judge = items.get(RRN).judge_column  # vetoes corporations' numbers, which begin with a court's code
    return judge is None or judge(list(map(str, numbers.to_pylist()))) is None
