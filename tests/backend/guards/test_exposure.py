"""Who may use a library: this machine, its own pages, whoever knows the token; and nobody by a trick."""

import re
import urllib.error
import urllib.request
from html import unescape

import pytest

from backend.guards.headers import SECURITY_HEADERS
from backend.guards.token import COOKIE
from tests.backend.conftest import fetch
from tests.backend.test_errors import assert_error
from tests.processes import PATIENCE_SECONDS

TOKEN = "a-token-that-nobody-guesses"
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def guarded(app, client):
    app.config["TOKEN"] = TOKEN
    return client


def rules(app):
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def all_requests(app):
    """(method, path) of every route, with something in the place of its variables."""
    for rule in rules(app):
        path = re.sub(r"<int:\w+>", "1", re.sub(r"<(path:)?\w+>", "x.wav", rule.rule))
        yield from ((method, path) for method in sorted(rule.methods - {"OPTIONS"}))


def test_without_the_token_nothing_but_the_empty_app_is_told(app, guarded):
    """Every route there is, so also those that somebody adds."""
    for method, path in all_requests(app):
        response = guarded.open(path, method=method)
        is_app = path == "/" or path.startswith("/assets/")
        assert (response.status_code == 401) is not is_app, (method, path)


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_a_wrong_token_is_none(given, guarded):
    answer = assert_error(guarded.get("/audios", headers={"Authorization": given}), 401)
    assert "MELODEX_TOKEN" in answer["error"]
    assert TOKEN not in answer["error"]


def test_a_program_sends_the_token_in_a_header(guarded):
    assert guarded.get("/audios", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_a_browser_opens_the_address_once_and_has_a_cookie(guarded):
    assert_error(guarded.get("/?token=wrong"), 401)
    response = guarded.get(f"/?token={TOKEN}")
    cookie = response.headers["Set-Cookie"]
    assert response.status_code == 200
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert TOKEN not in response.text, "the address it goes on to does not hold it"
    assert guarded.get("/audios").status_code == 200
    assert guarded.get_cookie(COOKIE) is not None


def test_the_cookie_alone_lets_no_foreign_page_in(guarded):
    guarded.get(f"/?token={TOKEN}")
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert_error(guarded.post("/playlists", json={"name": "x"}, headers=foreign), 403)


@pytest.mark.parametrize(
    "link",
    ["?page=library&find=a%26b%3Dc+d&hide=Rock&hide=Blues",
     "?find=%E5%A4%9C%22%3E%3Cscript%3E&camera=1,2,-3,1",
     "?model=musicnn&variant=msd&select=1-5,9&page=map"],
)  # fmt: skip
@pytest.mark.parametrize("is_first", [True, False])
def test_a_token_in_a_link_leaves_the_rest_of_the_view(link, is_first, guarded):
    own = f"token={TOKEN}"
    asked = f"/?{own}&{link[1:]}" if is_first else f"/{link}&{own}"
    assert next_address(guarded.get(asked)) == f"/{link}"


def test_a_link_never_leads_elsewhere_and_holds_no_script(guarded):
    hostile = f'/?token={TOKEN}&x=//evil.example"><script>alert(1)</script>&url=https://evil.example'
    response = guarded.get(hostile)
    assert next_address(response).startswith("/?x=")
    assert "<script" not in response.text
    assert next_address(guarded.get(f"/?token={TOKEN}&t%6fken={TOKEN}")) == "/"


def test_a_browser_with_an_outdated_link_gets_the_app_and_its_field(guarded):
    """Tokens change with every start: a JSON error would be the end of the way."""
    page = guarded.get("/?token=of-yesterday&page=library", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, next_address(page)) == (401, "/?page=library")
    assert "Set-Cookie" not in page.headers


def test_a_link_with_a_token_opens_a_library_that_needs_none(client):
    response = client.get("/?token=of-yesterday&page=library")
    assert (response.status_code, next_address(response)) == (200, "/?page=library")
    assert "Set-Cookie" not in response.headers


def next_address(response) -> str:
    """Where the entrance leads, as a browser reads it."""
    (address,) = re.findall(r'content="0; url=([^"]*)">$', response.text)
    return unescape(address)


@pytest.mark.parametrize(
    "headers", [{}, {"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=203.0.113.9"}]
)
def test_others_are_not_served_by_a_library_without_a_token(headers, client):
    where = {} if headers else ELSEWHERE
    answer = assert_error(client.get("/audios", environ_base=where, headers=headers), 401)
    assert "MELODEX_TOKEN" in answer["error"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        {"Origin": "http://localhost.evil.example"}, {"Origin": "garbage"},
    ],
)  # fmt: skip
def test_foreign_pages_change_nothing(method, headers, client):
    assert_error(client.open("/playlists/1", method=method, headers=headers, json={"name": "x"}), 403)


def test_foreign_pages_do_not_even_read_but_may_link(client):
    picture = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert_error(client.get("/embeddings", headers=picture), 403)
    link = picture | {"Sec-Fetch-Mode": "navigate"}
    assert client.get("/audios", headers=link).status_code == 200
    listed = picture | {"Origin": "http://localhost:3000"}
    assert client.get("/audios", headers=listed).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_the_app_and_programs_may_write(headers, client):
    assert client.post("/playlists", json={"name": "Mine"}, headers=headers).status_code == 201


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:5000", 200), ("LOCALHOST", 200), ("127.0.0.1", 200), ("[::1]:5000", 200),
        ("192.168.1.7:3000", 200), ("music.example.org", 200), ("music.example.org:443", 200),
        ("evil.example", 421), ("localhost.evil.example", 421), ("evil.example:5000", 421),
        ("127.0.0.1.evil.example", 421), ("music.example.org.evil.example", 421), ("", 421), ("[", 421),
    ],
)  # fmt: skip
def test_names_that_are_not_this_machines_are_refused(host, status, app, guarded):
    app.config["ALLOWED_HOSTS"] = ["music.example.org"]
    response = guarded.get("/audios", headers={"Host": host, "Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == status
    if status != 200:
        assert "ALLOWED_HOSTS" in assert_error(response, status)["error"]


def test_every_answer_carries_the_security_headers(app, client):
    answers = [client.open(path, method=method) for method, path in all_requests(app)]
    answers += [client.get("/nowhere"), client.get("/audios", headers={"Host": "evil.example"})]
    for response in answers:
        assert SECURITY_HEADERS.items() <= dict(response.headers).items(), response.request.path
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy and "*" not in policy and "default-src 'none'" in policy


def assert_refused_before_any_route(port: int) -> None:
    """With the security headers all the same."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/upload", b"x", {"Content-Length": str(10**12)})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=PATIENCE_SECONDS)
    assert refused.value.code == 413
    assert SECURITY_HEADERS.items() <= dict(refused.value.headers).items()


def test_too_many_writes_wait_and_reading_goes_on(app, client):
    app.config["WRITE_LIMIT"] = "3 per minute"
    answers = [client.post("/playlists", json={"name": "x"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert "WRITE_LIMIT" in assert_error(answers[-1], 429)["error"]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 61
    assert client.get("/playlists").status_code == 200
    other = client.post("/playlists", json={"name": "x"}, environ_base={"REMOTE_ADDR": "127.0.0.2"})
    assert other.status_code == 201, "others do not wait for it"


def test_uploads_have_a_limit_of_their_own(app, client):
    app.config["UPLOAD_LIMIT"] = "1 per hour"
    assert_error(client.post("/upload"), 400)
    assert "UPLOAD_LIMIT" in assert_error(client.post("/upload"), 429)["error"]


def test_beyond_this_machine_a_token_is_made_printed_once_and_asked_for(serve):
    process, api, app = serve(MELODEX_HOST="0.0.0.0", MELODEX_START_WORKER="false")
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetch(api, "/audios")
    assert refused.value.code == 401
    process.terminate()
    output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    (token,) = re.findall(rf":{app}/\?token=([\w-]{{32}})", output)
    assert (output + errors).count(token) == 1


def test_a_server_asks_for_its_token_on_this_machine_too_and_refuses_what_is_too_large(serve):
    _, port, _ = serve(MELODEX_TOKEN=TOKEN, MELODEX_START_WORKER="false")
    with pytest.raises(urllib.error.HTTPError):
        fetch(port, "/audios")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/audios", headers=headers)
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
        assert response.read() == b"[]"
    passed_on = urllib.request.Request(
        f"http://127.0.0.1:{port}/audios", headers={"X-Forwarded-For": "203.0.113.9"}
    )
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(passed_on, timeout=PATIENCE_SECONDS)
    assert_refused_before_any_route(port)
