"""work."""

import logging

import click
from flask import current_app

from backend.commands.edge import command
from backend.jobs.worker import work as work_on


@command("work")
@click.option(
    "--beside-server", is_flag=True, help="End when the standard input does: a server holds its other end."
)
def work(beside_server: bool) -> None:
    """Run the jobs that the app queues, until Ctrl-C; a server starts this beside itself.

    A job that is under way when it is stopped goes on with the next worker.
    """
    logging.basicConfig(level=logging.INFO)
    for name in ("huey", "openTSNE"):  # they tell every step
        logging.getLogger(name).setLevel(logging.WARNING)
    work_on(current_app._get_current_object(), beside_server)  # type: ignore[attr-defined]
