"""A proxy speaks for others: without a token nobody gets past it, whatever it says or leaves out."""

import http.client
import re

import pytest

from backend.guards.token import COOKIE
from tests.backend.conftest import fetch
from tests.backend.test_errors import assert_error
from tests.processes import PATIENCE_SECONDS

TOKEN = "a-token-that-nobody-guesses"
STRANGER, FRIEND = "203.0.113.9", "198.51.100.4"
SIGNS = {
    "Via": "1.1 proxy", "X-Forwarded-Host": "music.example.org", "X-Forwarded-Proto": "https",
    "X-Forwarded-Server": "proxy", "X-Real-IP": STRANGER, "X-Client-IP": STRANGER, "True-Client-IP": STRANGER,
    "CF-Connecting-IP": STRANGER, "X-Envoy-External-Address": STRANGER, "X-Original-Host": "a.org",
    "X-Forwarded": STRANGER, "Fastly-Client-IP": STRANGER, "X-Amzn-Trace-Id": "Root=1",
    "Forwarded": "proto=https",
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNS)
def test_whatever_a_proxy_adds_shows_it(name, client):
    assert client.get("/audios").status_code == 200
    assert_error(client.get("/audios", headers={name: SIGNS[name]}), 401)


def test_a_proxy_that_adds_nothing_but_speaks_the_old_protocol_is_seen(client):
    """As nginx does by default, with `Host: 127.0.0.1:5000`."""
    old = {"SERVER_PROTOCOL": "HTTP/1.0"}
    assert_error(client.get("/audios", headers={"Host": "127.0.0.1:5000"}, environ_overrides=old), 401)


@pytest.mark.parametrize("host", ["music.example.org", "192.168.1.7:3000"])
def test_a_name_of_the_network_on_a_local_connection_is_a_proxys(host, app, client):
    app.config["ALLOWED_HOSTS"] = ["music.example.org"]
    assert_error(client.get("/audios", headers={"Host": host}), 401)


@pytest.mark.parametrize("proxies", [["127.0.0.1"], ["127.0.0.0/8", "10.0.0.0/8"]])
@pytest.mark.parametrize("said", [{}, {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}])
def test_through_a_named_proxy_everybody_needs_the_token(proxies, said, app, client):
    """Even where it says nothing and the Host header is local."""
    app.config["TRUSTED_PROXIES"] = proxies
    assert_error(client.get("/audios", headers=said | {"Host": "localhost:5000"}), 401)
    app.config["TOKEN"] = TOKEN
    known = said | {"Host": "localhost:5000", "Authorization": f"Bearer {TOKEN}"}
    assert client.get("/audios", headers=known).status_code == 200


def n_writes_until_refused(client, **said: str) -> int:
    """How many playlists one visitor may still make; at most 9."""
    headers = {name.replace("_", "-"): value for name, value in said.items()}
    headers["Authorization"] = f"Bearer {TOKEN}"
    for number in range(9):
        if client.post("/playlists", json={"name": "x"}, headers=headers).status_code == 429:
            return number
    return 9


@pytest.mark.parametrize(
    ("first", "same", "other"),
    [
        ({"X_Forwarded_For": STRANGER}, {"X_Forwarded_For": f"1.2.3.4, {STRANGER}"},
         {"X_Forwarded_For": FRIEND}),
        ({"X_Forwarded_For": STRANGER}, {"X_Forwarded_For": f"{STRANGER}, 127.0.0.1"}, {"X_Real_IP": FRIEND}),
        ({"Forwarded": f"for={STRANGER}"}, {"Forwarded": f"for=1.2.3.4, For={STRANGER};proto=https"},
         {"Forwarded": 'for="[2001:db8::1]"'}),
        ({}, {"X_Forwarded_For": "unknown"}, {"X_Forwarded_For": FRIEND}),
    ],
)  # fmt: skip
def test_limits_are_those_of_the_visitor_whom_a_trusted_proxy_names(first, same, other, app, client):
    """What the visitor wrote into the header before the proxy does not count."""
    app.config |= {"TRUSTED_PROXIES": ["127.0.0.1"], "TOKEN": TOKEN, "WRITE_LIMIT": "3 per minute"}
    assert n_writes_until_refused(client, **first) == 3
    assert n_writes_until_refused(client, **same) == 0
    assert n_writes_until_refused(client, **other) == 3


def test_limits_of_who_is_no_trusted_proxy_cannot_be_escaped(app, client):
    app.config |= {"TOKEN": TOKEN, "WRITE_LIMIT": "3 per minute"}
    assert n_writes_until_refused(client, X_Forwarded_For=STRANGER) == 3
    assert n_writes_until_refused(client, X_Forwarded_For=FRIEND) == 0


@pytest.mark.parametrize(
    ("proxies", "scheme", "is_secure"),
    [(["127.0.0.1"], "https", True), (["127.0.0.1"], "http", False), ([], "https", False)],
)
def test_the_cookie_is_secure_where_a_trusted_proxy_encrypts(proxies, scheme, is_secure, app, client):
    app.config |= {"TRUSTED_PROXIES": proxies, "TOKEN": TOKEN}
    cookie = client.get(f"/?token={TOKEN}", headers={"X-Forwarded-Proto": scheme}).headers["Set-Cookie"]
    assert cookie.startswith(COOKIE)
    assert ("Secure" in cookie.split("; ")) is is_secure


def status_of(port: int, protocol: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    connection._http_vsn_str = protocol  # type: ignore[attr-defined]  # no public way to speak the old one
    connection.request("GET", "/audios")
    return connection.getresponse().status


def test_a_server_is_closed_to_a_proxy_that_adds_nothing(serve):
    process, port, _ = serve(MELODEX_START_WORKER="false")
    assert fetch(port, "/audios") == b"[]"
    assert (status_of(port, "HTTP/1.1"), status_of(port, "HTTP/1.0")) == (200, 401)


@pytest.mark.parametrize("name", ["TRUSTED_PROXIES", "ALLOWED_HOSTS"])
def test_a_server_that_expects_a_proxy_makes_a_token(name, monkeypatch):
    import config
    from backend.commands.serving import token_for

    assert token_for("127.0.0.1") == ""
    monkeypatch.setattr(config, name, ["127.0.0.1"])
    assert re.fullmatch(r"[\w-]{32}", token_for("127.0.0.1"))
