"""The edge of every command: errors become one line on stderr and status 1; progress is a bar on stderr."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
