"""Why a draft is taken for a name, in words that a person understands and without the value."""

from __future__ import annotations

from safeguards.items.kr.names.drafts import Draft

_KINDS = {
    "full": "Korean surname and given name",
    "other": "given or foreign name",
    "several": "foreign name of several words",
    "surname": "surname alone",
    "letter": "letter that stands for a person",
    "proper noun": "proper noun by its morphology",
}
_SAID = {
    "left: label and colon": "behind a label",
    "left: label": "behind a label",
    "left: below a label": "below a label",
    "left: title": "behind a title",
    "left: title and mark": "behind a title",
    "left: role": "behind a role",
    "left: department": "behind a department",
    "left: introduced": "introduced",
    "left: number": "behind a number",
    "left: caller in brackets": "in brackets behind a number",
    "left: in brackets": "in brackets",
    "left: personal and colon": "behind a colon",
    "left: list behind a name": "in a list of names",
    "left: name": "behind another name",
    "right: title": "before a title",
    "right: ssi": "before a form of address",
    "right: mo": "before a form of address",
    "right: personal details in brackets": "personal details in brackets",
    "right: number or address": "before a number or address",
    "right: stage": "before a word of stage or screen",
    "onto ssi": "form of address",
    "onto form": "title written onto it",
    "onto to": "personal particle",
    "onto said": "particle of saying",
    "onto mo": "form of address",
    "onto title": "before a title",
    "cell: line": "the end of its line",
    "cell: cell": "a cell of its own",
}


def reason(draft: Draft) -> str:
    """Return the reason as one phrase."""
    said = [_SAID[feature] for feature in draft.features if feature in _SAID]
    return ", ".join(dict.fromkeys([_KINDS[draft.kind], *said]))
