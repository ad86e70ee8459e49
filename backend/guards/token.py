"""A library that others can reach asks for a token: in a header, or in the cookie that `/?token=…` leaves."""

import hmac
from http import HTTPStatus

from flask import Response, current_app, request
from werkzeug.exceptions import Unauthorized

from backend.guards.hosts import is_loopback

COOKIE = "melodex_token"
COOKIE_SECONDS = 30 * 24 * 3600
OPEN_ENDPOINTS = ("app_files.index", "app_files.asset")  # the app itself, which then says what is missing
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")
# Not a redirect: a browser that followed a link from elsewhere would not send a strict cookie along with it.
ENTRANCE = '<!doctype html><title>Melodex</title><meta http-equiv="refresh" content="0; url=/">'


def refuse_strangers() -> Response | None:
    """Raises Unauthorized."""
    if request.path == "/" and "token" in request.args:
        return let_in(request.args["token"])
    is_preflight = request.method == "OPTIONS"  # browsers send those without cookies
    if request.endpoint in OPEN_ENDPOINTS or is_preflight or not needs_token() or is_token(given_token()):
        return None
    raise Unauthorized(
        "This library asks for a token: open the address that Melodex printed when it started, or send "
        "`Authorization: Bearer …`. MELODEX_TOKEN sets it."
    )


def needs_token() -> bool:
    """Wherever there is one, and for whoever is not on this machine."""
    return bool(current_app.config["TOKEN"]) or not is_from_here()


def is_from_here() -> bool:
    """A proxy on this machine speaks for others."""
    is_passed_on = any(name in request.headers for name in FORWARDED)
    return is_loopback(request.remote_addr or "") and not is_passed_on


def given_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")


def is_token(given: str) -> bool:
    token = current_app.config["TOKEN"]
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def let_in(token: str) -> Response:
    """On to the app's page, without the token in its address, which the browser would keep and tell.

    Raises Unauthorized.
    """
    if not is_token(token):
        raise Unauthorized("This is not the token: Melodex printed it when it started.")
    response = Response(ENTRANCE, HTTPStatus.OK, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        COOKIE, token, COOKIE_SECONDS, httponly=True, samesite="Strict", secure=request.is_secure
    )
    return response
