"""The command line: thin faces over the rooms below."""

from __future__ import annotations

import sys

from safeguards.errors import MissingExtra


def main() -> None:
    """Start the `safeguards` command, or say how to install what it needs."""
    try:
        from safeguards.cli.app import run
    except ModuleNotFoundError as error:
        if error.name not in {"click", "rich"}:
            raise
        print(
            'safeguards: the command needs click and rich: pip install "pii-safeguards[cli]"', file=sys.stderr
        )
        sys.exit(MissingExtra.exit_code)
    run()
