"""serve."""

import logging

import click
from flask import current_app

import config
from backend.commands.edge import command
from backend.context import database
from ML.errors import MelodexError


@command("serve")
def serve() -> None:
    """Serve the API and the app on both ports, with a production server, until Ctrl-C."""
    from waitress import create_server

    database()
    logging.basicConfig(level=logging.INFO)
    ports = (config.API_PORT, config.APP_PORT)
    try:
        server = create_server(
            current_app._get_current_object(),  # type: ignore[attr-defined]
            listen=" ".join(f"{config.HOST}:{port}" for port in ports),
            threads=config.SERVER_THREADS,
            ident="Melodex",
        )
    except OSError as error:
        raise MelodexError(
            f"Cannot serve on {config.HOST}, ports {ports}: {error.strerror}. Stop what uses them, or set "
            "MELODEX_API_PORT and MELODEX_APP_PORT."
        ) from error
    click.secho(f"\nMelodex is ready: open http://localhost:{config.APP_PORT}", bold=True)
    click.echo(f"API and app on http://localhost:{config.API_PORT} too. Ctrl-C stops it.")
    server.run()
