"""The `safeguards` command: one file a subcommand, loaded when it is called."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import current_thread, main_thread
from typing import NoReturn

import click

from safeguards import __version__
from safeguards.errors import InputError, SafeguardsError, offer

COMMANDS = ("demo", "scan", "plan-index", "keys", "encrypt", "reencrypt", "pseudonymise", "reverse", "assess")
USAGE = 64
FAILED = 3
_HOME = Path(__file__).parents[1]


class _Commands(click.Group):
    """Imports a subcommand's module only when that subcommand runs, so that `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            raise InputError(f"no command {cmd_name!r}; there are: {offer(cmd_name, COMMANDS)}")
        command: click.Command = import_module(f"safeguards.cli.{cmd_name.replace('-', '_')}").command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="safeguards")
def app() -> None:
    """Keep a privacy policy's technical promises: find, encrypt, pseudonymise and assess personal data.

    Exit codes: 0 done; 1 adverse finding; 2 record incomplete; 3 the engine failed; 64 usage.
    """


class _Terminated(BaseException):
    """SIGTERM came: what is half done is undone on the way out, as after an interruption."""


def run() -> None:
    """Run the command line; every failure is one line on standard error and an exit code."""
    try:
        with _ending_on_sigterm():
            code = app(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        code = USAGE
    except click.ClickException as error:
        click.echo(f"safeguards: {error.format_message()}", err=True)
        code = USAGE
    except SafeguardsError as error:
        click.echo(f"safeguards: {error}", err=True)
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("safeguards: interrupted", err=True)
        code = FAILED
    except _Terminated:
        click.echo("safeguards: ended by SIGTERM", err=True)
        code = FAILED
    except SystemExit:  # so click ends where nobody reads the output any further
        code = FAILED
    except Exception as error:
        click.echo(f"safeguards: the engine failed: {type(error).__name__} {_place(error)}", err=True)
        code = FAILED
    sys.exit(code if isinstance(code, int) else 0)


@contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    """Raise where SIGTERM would end the process at once; a parent's wish to ignore it is kept."""
    if signal.getsignal(signal.SIGTERM) != signal.SIG_DFL or current_thread() is not main_thread():
        yield
        return
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _terminate(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one does not end the undoing
    raise _Terminated


def _place(error: Exception) -> str:
    """Say where in this package an error arose; what it says itself may quote a value."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _HOME in Path(frame.filename).parents]
    return f"in {Path(own[-1].filename).relative_to(_HOME)}, line {own[-1].lineno}" if own else ""
