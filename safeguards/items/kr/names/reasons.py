"""Why a draft is taken for a name, in words that a person understands and without the value."""

from __future__ import annotations

from safeguards.items.kr.names.drafts import Draft

_KINDS = {
    "full": "Korean surname and given name",
    "other": "given or foreign name",
    "several": "foreign name of several words",
    "surname": "surname alone",
    "letter": "letter that stands for a person",
}
_BEFORE = {
    "label and colon": "behind a label",
    "label": "behind a label",
    "below a label": "below a label",
    "title": "behind a title",
    "title and mark": "behind a title",
    "role": "behind a role",
    "department": "behind a department",
    "introduced": "introduced",
    "number": "behind a number",
    "caller in brackets": "in brackets behind a number",
    "in brackets": "in brackets",
    "personal and colon": "behind a colon",
    "list behind a name": "in a list of names",
    "name": "behind another name",
}
_BEHIND = {
    "title": "before a title",
    "ssi": "before a form of address",
    "mo": "before a form of address",
    "personal details in brackets": "personal details in brackets",
    "number or address": "before a number or address",
    "stage": "before a word of stage or screen",
}
_ONTO = {
    "onto ssi": "form of address",
    "onto form": "title written onto it",
    "onto to": "personal particle",
    "onto said": "particle of saying",
    "onto mo": "form of address",
}
_CELL = {"line": "the end of its line", "cell": "a cell of its own"}
_TABLES = {"before": _BEFORE, "behind": _BEHIND, "shape": _ONTO, "cell": _CELL}


def reason(draft: Draft) -> str:
    """Return the reason as one phrase."""
    said = [_KINDS[draft.kind]]
    for group, feature in draft.features:
        phrase = _TABLES.get(group, {}).get(feature)
        if phrase and phrase not in said:
            said.append(phrase)
    return ", ".join(said)
