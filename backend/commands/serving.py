"""serve."""

import secrets
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click
from flask import current_app

import config
from backend.commands.edge import command
from backend.context import audio_dir, database
from backend.guards.hosts import is_loopback
from backend.jobs.stream import job_streams
from backend.logs import set_up_logs
from backend.refusals import RefusingChannel
from backend.web import set_up_web
from db.uploads import sweep_uploads
from ML.errors import MelodexError

PORT_SETTINGS = ("API_PORT", "APP_PORT")
ANY_ADDRESS = ("0.0.0.0", "::")  # of every network of this machine
TOKEN_BYTES = 24
MOST_CONNECTIONS = 400  # each with an open file: many systems allow a process 1024
LOOKAHEAD = 1  # requests read ahead: what makes waitress notice that a page has stopped listening


@command("serve")
@click.option("--host", default=config.HOST, show_default=True, help="The address to serve on.")
def serve(host: str) -> None:
    """Serve the API and the app on both ports, with a production server, until Ctrl-C."""
    from waitress import create_server

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    sweep_uploads(database(), audio_dir())
    app.config["TOKEN"] = token_for(host)
    set_up_logs(app.config["TOKEN"])
    set_up_web(app)  # now: the first request would wait for it
    server = create_server(
        app,
        sockets=open_sockets(host, {name: getattr(config, name) for name in PORT_SETTINGS}),
        threads=config.SERVER_THREADS,
        ident="Melodex",
        channel_request_lookahead=LOOKAHEAD,
        clear_untrusted_proxy_headers=False,  # whoever comes through a proxy is not from here
        connection_limit=MOST_CONNECTIONS,
        asyncore_use_poll=True,  # select() knows no more than 1024 files
    )
    RefusingChannel.used_by(server)
    with worker_beside():
        tell_ready(host, app.config["TOKEN"])
        server.run()


def token_for(host: str) -> str:
    """That of the settings. A new one where others may come, also through a proxy, and none is set."""
    is_local = is_loopback(host) and not (config.ALLOWED_HOSTS or config.TRUSTED_PROXIES)
    return config.TOKEN or ("" if is_local else secrets.token_urlsafe(TOKEN_BYTES))


def tell_ready(host: str, token: str) -> None:
    """On the terminal, and nowhere else: the address with the token in it opens the library."""
    name = "localhost" if is_loopback(host) else socket.gethostname() if host in ANY_ADDRESS else host
    name = f"[{name}]" if ":" in name else name
    entrance = f"/?token={token}" if token else ""
    click.secho(f"\nMelodex is ready: open http://{name}:{config.APP_PORT}{entrance}", bold=True)
    click.echo(f"API and app on http://{name}:{config.API_PORT} too. Ctrl-C stops it.")
    if token:
        click.echo(
            "Who has this address may hear and change the library; programs send `Authorization: Bearer …`."
        )


@contextmanager
def worker_beside() -> Iterator[None]:
    """Jobs run while the server does; a SIGTERM ends both as Ctrl-C does."""
    worker, streams = current_app.extensions["worker"], job_streams()

    def end(signal_number: int, frame: FrameType | None) -> None:
        streams.closing.set()
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    worker.ensure()
    try:
        yield
    finally:
        worker.stop()


def open_sockets(host: str, ports: dict[str, int]) -> list[socket.socket]:
    """A listening socket for each port; ports: by the name of their setting. Raises MelodexError."""
    by_port: dict[int, socket.socket] = {}
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for name, port in ports.items():
        if port in by_port:
            continue
        try:
            by_port[port] = socket.create_server((host, port), family=family)
        except OSError as error:
            raise MelodexError(
                f"Cannot serve on {host}, port {port}: {error.strerror}. Stop what uses it, or set "
                f"MELODEX_{name}."
            ) from error
    return list(by_port.values())
