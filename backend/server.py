"""`create_app()`, nothing else: `flask --app backend.server …` and every other server start here."""

from typing import Any

from flask import Flask
from flask_compress import Compress
from flask_cors import CORS

import config
from backend.commands import COMMANDS
from backend.errors import register_error_handlers
from backend.foreign_pages import refuse_foreign_pages
from backend.jobs.process import WorkerProcess
from backend.jobs.stream import JobStreams
from backend.responses import FastJson, add_validators
from backend.routes import BLUEPRINTS
from backend.settings import check_settings
from ML.errors import ConfigError

COMPRESSED_TYPES = ["application/json", "text/html", "text/css", "text/javascript", "image/svg+xml"]
MAX_BODY_BYTES = 2**21  # of a request that is no upload


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """The app with every setting of `config`; overrides: settings by name, for tests."""
    try:
        check_settings()
    except ConfigError as error:  # like config.py: there is no command or request yet to answer
        raise SystemExit(str(error)) from error
    app = Flask(__name__, static_folder=None)
    app.config.from_object(config)
    app.config.update(COMPRESS_MIMETYPES=COMPRESSED_TYPES, COMPRESS_ALGORITHM=["br", "gzip"])
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES)
    app.config.update(overrides or {})
    app.json = FastJson(app)
    Compress(app)
    CORS(app, origins=app.config["CORS_ORIGINS"])
    app.after_request(add_validators)
    app.before_request(refuse_foreign_pages)
    app.extensions["worker"] = WorkerProcess(app.config["START_WORKER"])
    app.extensions["job_streams"] = JobStreams(min(config.JOB_STREAMS, config.SERVER_THREADS // 2))
    register_error_handlers(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app
