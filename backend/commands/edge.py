"""The edge of every command: errors become one line on stderr and status 1; progress is a bar on stderr."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from threading import Event
from types import FrameType
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DatabaseError

from ML.errors import MelodexError

no_progress_option = click.option("--no-progress", is_flag=True, help="No progress bar, for log files.")


def command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A Flask CLI command whose MelodexErrors are told, not traced."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> None:
            try:
                function(*args, **kwargs)
            except MelodexError as error:
                raise click.ClickException(str(error)) from error
            except DatabaseError as error:  # a full disk, tables dropped by another process
                raise click.ClickException(f"The database cannot be used: {error.orig}.") from error

        return click.command(name)(with_appcontext(run))

    return decorate


@contextmanager
def progress_bar(description: str, unit: str, hidden: bool, total: int = 0) -> Iterator[Any]:
    """A tqdm bar on stderr, gone when the work is done: the summary says the rest."""
    from tqdm import tqdm

    with tqdm(total=total, desc=description, unit=unit, disable=hidden, leave=False) as bar:
        yield bar


class StagedBars:
    """A bar for each part of the work, one after the other; what could not be done is a line on stderr."""

    def __init__(self, bars: ExitStack, hidden: bool):
        self._bars, self._hidden = bars, hidden
        self._show: Callable[[int, int], None] | None = None

    def begin(self, stage: str, total: int = 0, unit: str = "") -> None:
        self._bars.close()
        self._show = count_up_to(self._bars.enter_context(progress_bar(stage, unit, self._hidden, total)))

    def count(self, n_done: int, n_total: int) -> None:
        if self._show:
            self._show(n_done, n_total)

    def fail(self, what: str, reason: str) -> None:
        click.echo(f"{what}: {reason}", err=True)


@contextmanager
def staged_progress(hidden: bool) -> Iterator[StagedBars]:
    with ExitStack() as bars:
        yield StagedBars(bars, hidden)


@contextmanager
def stop_on_interrupt() -> Iterator[Event]:
    """The first Ctrl-C sets the event, for work that ends by itself then; the second interrupts as ever."""
    stop = Event()

    def ask(signal_number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        click.echo("Finishing what is in hand; Ctrl-C again drops it.", err=True)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def count_up_to(bar: Any) -> Callable[[int, int], None]:
    """A callback (n_done, n_total) that moves a bar."""

    def show(n_done: int, n_total: int) -> None:
        bar.total = n_total
        bar.update(n_done - bar.n)

    return show
