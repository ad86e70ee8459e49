"""What answers requests: routes, errors, compression, streams. Commands do without it."""

from threading import RLock

from flask import Flask
from flask_compress import Compress
from flask_cors import CORS

import config
from backend.bodies import COMPRESSED_TYPES
from backend.errors import register_error_handlers
from backend.guards import set_up_guards
from backend.jobs.stream import JobStreams
from backend.ranges import RangeResponse
from backend.responses import FastJson, add_validators
from backend.routes import BLUEPRINTS

_setting_up = RLock()


def set_up_web(app: Flask) -> None:
    """Give an app its routes, once: who comes second waits, and finds them there."""
    with _setting_up:
        if app.blueprints:  # they are there, or this thread is just adding them
            return
        app.config.update(COMPRESS_MIMETYPES=COMPRESSED_TYPES, COMPRESS_ALGORITHM=["br", "gzip"])
        app.json = FastJson(app)
        app.response_class = RangeResponse
        Compress(app)
        CORS(app, origins=app.config["CORS_ORIGINS"])
        app.after_request(add_validators)
        set_up_guards(app)
        register_error_handlers(app)
        app.extensions["job_streams"] = JobStreams(min(config.JOB_STREAMS, config.SERVER_THREADS // 2))
        for blueprint in BLUEPRINTS:
            app.register_blueprint(blueprint)
