"""`create_app()`, nothing else: `flask --app backend.server …` and every other server start here."""

from typing import Any

from flask import Flask
from werkzeug.routing import Map

import config
from backend.commands import COMMANDS
from backend.jobs.process import WorkerProcess
from backend.logs import set_up_logs_of_run
from backend.settings import check_settings
from ML.errors import ConfigError

MAX_BODY_BYTES = 2**21  # of a request that is no upload
MAX_FORM_PARTS = 10


class Melodex(Flask):
    """Its commands are there at once; its routes, most of a start, when somebody first asks for one."""

    @property
    def url_map(self) -> Map:
        from backend.web import set_up_web

        set_up_web(self)
        return self._url_map

    @url_map.setter
    def url_map(self, url_map: Map) -> None:
        self._url_map = url_map


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """The app with every setting of `config`; overrides: settings by name, for tests."""
    set_up_logs_of_run()
    try:
        check_settings()
    except ConfigError as error:  # like config.py: there is no command or request yet to answer
        raise SystemExit(str(error)) from error
    app = Melodex(__name__, static_folder=None)
    app.config.from_object(config)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, MAX_FORM_PARTS=MAX_FORM_PARTS)
    app.config.update(overrides or {})
    app.extensions["worker"] = WorkerProcess(app.config["START_WORKER"])
    for command in COMMANDS:
        app.cli.add_command(command)
    return app
