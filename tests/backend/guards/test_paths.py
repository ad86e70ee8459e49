"""No name, however written, gets a byte from outside the music folder; of every route there is."""

import io
import json
import re
from itertools import product

import pytest

from tests.backend.test_media import OUTSIDE
from tests.sounds import noise, picture, tag, write_sound

MARK = "Nobody may read this"
ATTACKS = [
    *OUTSIDE,
    "..%2f..%2f..%2f..%2fetc%2fpasswd", "..%252f..%252fsecret.wav", "%252e%252e%252fsecret.wav",
    "..%c0%afsecret.wav",
    "..%ef%bc%8fsecret.wav", "．．/secret.wav", "‥/secret.wav", "..∕secret.wav", "..;/secret.wav",
    "C:\\secret.wav", "C:secret.wav", "\\\\server\\share\\secret.wav",
    "%5c%5c.%5csecret.wav", "..\\..\\secret.wav",
    "NUL",
    "secret.wav::$DATA", "secret.wav%00", "%00/../secret.wav", "../secret.wav%0d%0aX-Evil:%201",
    "../music-of-others/secret.wav", "~/secret.wav", "$HOME/secret.wav", "../secret",
]  # fmt: skip
NAMING = ("track", "from", "to", "plus", "minus", "evaluation", "artist", "tag", "format")
TOLD_IN = ("application/json", "text/html")


@pytest.fixture
def outside(app, music, tmp_path):
    """Files beside the music folder, and links to them in it."""
    secret = write_sound(tmp_path / "secret.wav", noise(9))
    tag(secret, title=MARK, cover=picture())
    (tmp_path / "secret.json").write_text(json.dumps({"rows": [], "labels": MARK}))
    (tmp_path / "music-of-others").mkdir()
    (tmp_path / "music-of-others/secret.wav").write_bytes(secret.read_bytes())
    for folder in ("build/assets", "library.db.evaluations"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "build/index.html").write_text("<title>The app</title>")
    for name in ("link.wav", "song.wav.lnk"):
        (music / name).symlink_to(secret)
    (music / "linked").symlink_to(tmp_path)
    return secret.read_bytes()


@pytest.fixture
def attacks(tmp_path) -> list[str]:
    return [attack.format(folder=str(tmp_path)[1:]) for attack in ATTACKS]


def told_nothing(response, outside: bytes) -> bool:
    body = response.data
    return MARK.encode() not in body and outside[500:700] not in body and b"root:" not in body


def routes_with_names(app) -> list[str]:
    return [rule.rule for rule in app.url_map.iter_rules() if re.search(r"<(path:)?\w+>", rule.rule)]


def test_names_in_paths(app, client, attacks, outside):
    routes = routes_with_names(app)
    assert len(routes) >= 5
    for attack, route in product(attacks, routes):
        path = re.sub(r"<(path:)?\w+>", lambda _, attack=attack: attack, route)
        response = client.get(path, follow_redirects=True)
        assert response.status_code < 500 and response.mimetype in TOLD_IN, (route, attack)
        assert told_nothing(response, outside), (route, attack)
        assert "X-Evil" not in response.headers


def test_names_in_queries(app, client, attacks, outside):
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and "<" not in rule.rule]
    for attack, rule in product(attacks, rules):
        if rule.endpoint != "jobs.events":  # never ends
            query = dict.fromkeys(NAMING, attack) | {"red": "acoustic"}
            response = client.get(rule.rule, query_string=query)
            assert response.status_code < 500 and told_nothing(response, outside), (rule.rule, attack)


def test_an_index_does_not_leave_the_folder_either(client, run, outside):
    assert run("index-audio").exit_code == 0
    assert client.get("/tracks").get_json()["tracks"] == []


def test_names_of_files_that_are_sent(client, music, tmp_path, attacks, outside, loads):
    song = write_sound(tmp_path / "sent.wav", noise(2)).read_bytes()
    for number, attack in enumerate(attacks):
        before = files_beside(tmp_path)
        content = song + str(number).encode()  # the same again would be found, not stored
        answer = client.post("/upload", data={"file": (io.BytesIO(content), attack)})
        if answer.status_code == 400:  # no name at all
            continue
        stored = music / answer.get_json()["filename"]
        assert files_beside(tmp_path) - before == {stored}, attack
        assert stored.parent == music and stored.read_bytes() == content
        assert (tmp_path / "secret.wav").read_bytes() == outside


def files_beside(folder):
    """All but those of the database, and what is only reached through links."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.resolve() == path)
    return {path for path in found if not path.relative_to(folder).parts[0].startswith("library.db")}
