"""The worker: takes one job after the other. Runs in a process of its own, so that nothing it does to memory,
threads or the interpreter is felt by requests.
"""

import logging
import os
import signal
import sys
import threading

from flask import Flask

from backend.context import job_store
from backend.jobs.queue import job_queue
from db.background import give_way

POLL_SECONDS = 0.25  # how often an idle worker looks for a job


def work(app: Flask, ends_with_input: bool) -> None:
    """Until a signal, or the end of the input. A job that is under way then goes on with the next worker.

    One worker a database: a second one waits until the first has ended.
    """
    if ends_with_input:
        threading.Thread(target=end_with_input, daemon=True).start()
    with job_store().database.lock("worker"):
        give_way()
        queue = job_queue()
        queue.recover()
        # In the worker's thread: what runs a job asks the app where things lie.
        queue.huey.on_startup("app")(lambda: app.app_context().push())
        consumer = queue.huey.create_consumer(
            periodic=False, initial_delay=POLL_SECONDS, max_delay=POLL_SECONDS, scheduler_interval=60
        )
        app.extensions["consumer"] = consumer
        consumer.run()


def end_with_input() -> None:
    """The server holds the other end: it closes however the server ends, by SIGKILL too."""
    sys.stdin.buffer.read()
    logging.getLogger(__name__).info("The server has ended, so the worker does.")
    os.kill(os.getpid(), signal.SIGINT)
