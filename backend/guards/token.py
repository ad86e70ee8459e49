"""A library that others can reach asks for a token: in a header, or in the cookie that `/?token=…` leaves."""

import hmac
from html import escape
from http import HTTPStatus
from urllib.parse import quote, unquote_plus

from flask import Response, current_app, request
from werkzeug.exceptions import Unauthorized

from backend.guards.hosts import host_name, is_loopback
from backend.guards.proxies import comes_from_proxy, is_https, is_passed_on

COOKIE = "melodex_token"
COOKIE_SECONDS = 30 * 24 * 3600
OPEN_ENDPOINTS = ("app_files.index", "app_files.asset")  # the app itself, which then says what is missing
# Not a redirect: a browser that followed a link from elsewhere would not send a strict cookie along with it.
ENTRANCE = '<!doctype html><title>Melodex</title><meta http-equiv="refresh" content="0; url={}">'
URL_CHARACTERS = "%/:?@!$&'()*+,;=~-._"  # that stay as they are in a query


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
    """Whether a program on this machine asks, under a local name; a proxy speaks for others."""
    is_local = is_loopback(request.remote_addr or "") and is_loopback(host_name(request.host))
    return is_local and not (comes_from_proxy() or is_passed_on())


def given_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")


def is_token(given: str) -> bool:
    token = current_app.config["TOKEN"]
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def let_in(token: str) -> Response:
    """On to the same view without the token in its address, which the browser would keep and pass on.

    Raises Unauthorized. A browser gets the app instead, which has a field for the right token.
    """
    is_right = is_token(token)
    if not is_right and needs_token() and "text/html" not in request.headers.get("Accept", ""):
        raise Unauthorized("This is not the token: Melodex printed it when it started.")
    status = HTTPStatus.OK if is_right or not needs_token() else HTTPStatus.UNAUTHORIZED
    response = Response(ENTRANCE.format(escape(address_without_token())), status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    if is_right:
        response.set_cookie(
            COOKIE, token, COOKIE_SECONDS, httponly=True, samesite="Strict", secure=is_https()
        )
    return response


def address_without_token() -> str:
    """Of the app's page, with every other parameter as it was written."""
    query = quote(request.query_string, safe=URL_CHARACTERS)
    rest = [part for part in query.split("&") if part and unquote_plus(part.split("=")[0]) != "token"]
    return "/" + ("?" + "&".join(rest) if rest else "")
