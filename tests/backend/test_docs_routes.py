"""The API's description: complete, true to its tables, readable without a network."""

import re

import pytest

from backend.openapi.operations import OPERATIONS
from backend.parameters import PARAMETERS


@pytest.fixture
def document(client) -> dict:
    return client.get("/openapi.json").get_json()


def operations(document):
    return {each["operationId"]: each for path in document["paths"].values() for each in path.values()}


def test_every_route_has_a_row_and_every_row_a_route(app, document):
    """A new route: say in backend/openapi/operations.py what it takes and answers."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints == set(OPERATIONS) == set(operations(document))


def test_every_parameter_is_used_and_says_what_it_means(document):
    told = {name for each in OPERATIONS.values() for name in each.takes}
    assert told == set(PARAMETERS)
    for each in operations(document).values():
        assert all(one["description"] for one in each["parameters"] if one["in"] == "query")


def test_ranges_and_choices_are_those_that_requests_are_read_by(client, document):
    for parameter in operations(document)["neighbors.neighbors"]["parameters"]:
        schema, name = parameter["schema"], parameter["name"]
        if "enum" in schema:
            refused = client.get("/neighbors", query_string={"track": "x", name: "nosuch"}).get_json()
            assert set(refused["choices"]) <= set(schema["enum"]) or name in ("red", "dataset")
        if "maximum" in schema:
            for value in (schema["minimum"] - 1, schema["maximum"] + 1):
                answer = client.get("/neighbors", query_string={"track": "x", name: value})
                assert answer.status_code == 400


def test_what_a_route_reads_is_what_it_says_it_takes(app, client, document, monkeypatch):
    """Whatever looks up a query parameter is heard; only those of the row may be asked for."""
    from werkzeug.datastructures import ImmutableMultiDict

    asked: set[str] = set()

    class Listening(ImmutableMultiDict):
        def get(self, key, *args, **kwargs):
            asked.add(key)
            return super().get(key, *args, **kwargs)

        def getlist(self, key, *args, **kwargs):
            asked.add(key)
            return super().getlist(key, *args, **kwargs)

    monkeypatch.setattr("flask.Request.parameter_storage_class", Listening)
    heard: set[str] = set()
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint != "jobs.events":
            heard |= asked
            asked.clear()
            client.get(re.sub(r"<[^>]+>", "1", rule.rule), query_string={"track": "x", "red": "acoustic"})
            own = {name.removeprefix("other_") for name in OPERATIONS[rule.endpoint].takes}
            assert asked - {"token"} <= own, rule.rule
    assert {"red", "k", "plus", "metodo"} <= heard


def test_the_page_names_everything_and_loads_nothing_from_elsewhere(client, document):
    page = client.get("/docs").text
    assert all(f'id="{name}"' in page for name in operations(document))
    assert all(f'id="{name}"' in page for name in document["components"]["schemas"])
    assert not re.findall(r"(?:src|href)=[\"\'](?!/|#)", page)
    assert "<script" not in page and "style=" not in page
    assert client.get("/docs.css").mimetype == "text/css"
