"""What a request must pass before any route sees it, in this order, and what every answer carries."""

from flask import Flask

from backend.guards.headers import add_security_headers
from backend.guards.hosts import refuse_foreign_hosts
from backend.guards.limits import set_up_limits
from backend.guards.pages import refuse_foreign_pages
from backend.guards.token import refuse_strangers
from backend.request_ids import name_request, tell_id


def set_up_guards(app: Flask) -> None:
    for guard in (name_request, refuse_foreign_hosts, refuse_foreign_pages, refuse_strangers):
        app.before_request(guard)
    set_up_limits(app)
    app.after_request(add_security_headers)
    app.after_request(tell_id)
