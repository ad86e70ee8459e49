"""work."""

import click
from flask import current_app

import config
from backend.commands.edge import command
from backend.jobs.worker import work as work_on
from backend.logs import set_up_logs


@command("work")
@click.option(
    "--beside-server", is_flag=True, help="End when the standard input does: a server holds its other end."
)
def work(beside_server: bool) -> None:
    """Run the jobs that the app queues, until Ctrl-C; a server starts this beside itself.

    A job that is under way when it is stopped goes on with the next worker.
    """
    set_up_logs(config.TOKEN)
    work_on(current_app._get_current_object(), beside_server)  # type: ignore[attr-defined]
