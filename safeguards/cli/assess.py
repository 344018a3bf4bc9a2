"""`safeguards assess`: gather the evidence for a further use, and leave the decision to people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import click

from safeguards.cli.output import format_option, print_json, print_table, progress
from safeguards.errors import InputError, SafeguardsError
from safeguards.further_use import Assessment, Evidence, Record, dossier
from safeguards.further_use.dossier import standing
from safeguards.further_use.evidence import Status, status_of
from safeguards.further_use.titles import FACTORS, TITLES
from safeguards.further_use.wording import counted_as
from safeguards.report import LANGUAGES, Text, render
from safeguards.report.catalogue import GRADES, STATUSES, WORDS
from safeguards.report.text import Language, visible
from safeguards.tables.writing import whole_file

_CODES = (
    "Exit codes: 0 the record is complete; 1 an adverse finding or a stop; 2 something is unknown or not "
    "decided yet; 3 the engine failed; 64 usage."
)


@click.command("assess", epilog=_CODES)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default="ko", show_default=True, help="Language of the dossier."
)
@click.option(
    "--html", type=click.Path(path_type=Path), help="Write the dossier as one self-contained HTML file."
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the record as JSON.")
@format_option
def command(file: Path, lang: str, html: Path | None, json_file: Path | None, output_format: str) -> None:
    """Check a further use of personal data, as the TOML FILE declares it.

    Evidence is gathered for the four factors of Decree 14-2; what is missing stays unknown, and no verdict is
    given: a person decides.
    """
    language = cast(Language, lang)
    with _engine():
        assessment = Assessment.load(file)
        _check_targets(assessment, html, json_file)
        with progress("Reading the output") as advance:
            record = assessment.run(advance)
        _write(html, render(dossier(record), language))
        _write(json_file, json.dumps(record.document(), ensure_ascii=False, indent=2))
        if output_format == "json":
            print_json(record.document())
        else:
            _show(record, language)
    click.get_current_context().exit(record.exit_code)


@contextmanager
def _engine() -> Iterator[None]:
    """Turn an unforeseen failure into exit code 3; its own message might quote a value, so it is left out."""
    try:
        yield
    except (SafeguardsError, click.exceptions.Exit, click.ClickException, click.Abort):
        raise
    except Exception as error:
        raise SafeguardsError(f"the assessment failed ({type(error).__name__})") from error


def _check_targets(assessment: Assessment, *targets: Path | None) -> None:
    """Refuse, before a long reading, to write over what is read or into a folder that is not there."""
    inputs = [path.resolve() for path in assessment.files()]
    for target in targets:
        if target is not None and target.resolve() in inputs:
            raise InputError(f"{target}: is read by this assessment; name another file to write to")
        if target is not None and (target.is_dir() or not target.parent.is_dir()):
            raise InputError(f"{target}: cannot be written (no such folder, or a folder itself)")


def _write(path: Path | None, text: str) -> None:
    if path is not None:
        with whole_file(path) as file:
            file.write(text.encode(errors="backslashreplace"))


def _show(record: Record, lang: Language) -> None:
    apart = {"unknown": record.unknown, "stops": record.stops, "against": record.against}
    for name, evidence in apart.items():
        _list(TITLES[name].of(lang), evidence, TITLES[f"no_{name}"].of(lang), lang)
    rest = [one for one in record.evidence if one.status is Status.SUPPORTS and not one.stop]
    _list(TITLES["overview"].of(lang), rest, TITLES["no_evidence"].of(lang), lang)
    facts = [(TITLES[name], counted_as(len(evidence))) for name, evidence in apart.items()]
    facts += [(FACTORS[factor], _standing(evidence)) for factor, evidence in record.factors.items()]
    facts.append((TITLES["decision"], Text.joined([standing(record), *record.objections], ": ")))
    facts.append((TITLES["fingerprint"], Text.same(record.fingerprint)))
    head = [TITLES["what"].of(lang), TITLES["value"].of(lang)]
    print_table(
        visible(record.title), head, [(name.of(lang), visible(value.of(lang))) for name, value in facts]
    )


def _standing(evidence: Sequence[Evidence]) -> Text:
    """Return a factor's status with the count of what is adverse, which no unknown hides."""
    status, adverse = STATUSES[status_of(evidence).value], sum(one.adverse for one in evidence)
    if not adverse:
        return status
    return Text.joined([status, Text.joined([WORDS["adverse"], counted_as(adverse)])], ", ")


def _list(title: str, evidence: Sequence[Evidence], none: str, lang: Language) -> None:
    if not evidence:
        click.echo(f"{title}: {none}")
        return
    rows = [
        (
            STATUSES[one.status.value].of(lang),
            GRADES[one.grade.value if one.grade else "none"].of(lang),
            visible(one.id),
            visible(one.claim.of(lang)),
            visible(one.source.of(lang)),
        )
        for one in evidence
    ]
    columns = [TITLES["status"], WORDS["grade"], TITLES["question"], TITLES["claim"], WORDS["source"]]
    print_table(title, [column.of(lang) for column in columns], rows)
