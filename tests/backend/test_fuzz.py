"""Whatever is asked, valid or not, the answer is what /openapi.json says, and never a failure of the server.

`make fuzz` runs ten thousand cases, the suite a few of every operation: FUZZ_CASES says how many.
"""

import os
from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backend.context import database as app_database
from backend.parameters import OPTIONS
from db.schema import TrackPair
from ML import registry
from tests.sounds import picture, tag

N_CASES = int(os.environ.get("FUZZ_CASES", "600"))
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance, allow_header_conformance,
]  # fmt: skip
SENDABLE = {"name": "Mine", "track_ids": [1, 2], "kind": "index", "parameters": {}}
WHERE = {"query": "query", "path": "path_parameters"}
TAGS = registry.get("acoustic").tag_names
ENDLESS = "jobs.events"  # test_job_streams looks at what it answers


# An evaluation, an export, the built app, a file of sound: test_evaluation_routes, test_exports, e2e and
# test_uploads have those.
NEVER_ANSWERED = {
    "GET /agreement", "GET /evaluations/{id_}", "GET /evaluations/{id_}/{name}", "GET /assets/{filename}",
    "POST /upload", "GET /exports/{job_id}",
}  # fmt: skip


@pytest.fixture
def library(app, client, music, songs, run):
    """Three songs that have been heard, a playlist, a pair and a job; no limit on what may be asked."""
    app.config.update(WRITE_LIMIT="1000000 per second", UPLOAD_LIMIT="1000000 per second")
    for year, name in enumerate(songs, start=1990):
        tag(music / name, artist="Ann", date=str(year), cover=picture())
    assert run("index-audio").exit_code == 0
    assert run("preprocess-all", "--no-progress").exit_code == 0
    with app.app_context(), app_database().write() as session:
        session.add(TrackPair(first_id=1, second_id=2, kind="version", closeness=0.9))
    assert client.post("/playlists", json={"name": "Mine", "track_ids": [1, 2]}).status_code == 201
    assert client.post("/jobs", json={"kind": "index"}).status_code == 201
    app.config["UI_BUILD_DIR"].mkdir()
    (app.config["UI_BUILD_DIR"] / "index.html").write_text("<title>The app</title>")
    return songs


def existing(operation, case, names: list[str], use: st.DataObject) -> None:
    """Half of the cases ask for what is there, else nothing but 404 would be seen."""
    if not use.draw(st.booleans()):
        return
    there = {
        "red": st.just("acoustic"), "tag": st.sampled_from(TAGS), "artist": st.just("Ann"),
        **dict.fromkeys(("track", "from", "to", "filename"), st.sampled_from(names)),
        **dict.fromkeys(("plus", "minus"), st.lists(st.sampled_from(names), min_size=1)),
        **dict.fromkeys(("playlist_id", "pair_id", "job_id", "track_id"), st.just(1)),
    }  # fmt: skip
    for parameter in operation.definition.raw["parameters"]:
        name, given_values = parameter["name"], getattr(case, WHERE[parameter["in"]])
        if name in there:
            given_values[name] = use.draw(there[name])
    if isinstance(case.body, dict):
        case.body |= {name: value for name, value in SENDABLE.items() if name in case.body}
    for name in ("dataset", "by", *OPTIONS):  # of other models, groups and projections than these
        case.query.pop(name, None)


def test_every_answer_is_what_the_document_says(app, library):
    schema = schemathesis.openapi.from_wsgi("/openapi.json", from_here(app))
    operations = [each.ok() for each in schema.get_all_operations()]
    operations = [each for each in operations if each.definition.raw["operationId"] != ENDLESS]
    operations.sort(key=lambda each: each.method == "delete")  # after those that need what it deletes
    seen: Counter[tuple[str, int]] = Counter()
    n_open = sum(has_freedom(each.definition.raw) for each in operations)  # the others are one case each
    faults = []
    for operation in operations:
        try:
            fuzz(operation, N_CASES // n_open + 1, library, seen)
        except Exception as fault:  # noqa: BLE001 - told together with those of the other operations
            faults.append(fault)
    if faults:
        raise ExceptionGroup(f"{len(faults)} operations answer what the document does not say", faults)
    assert sum(seen.values()) >= N_CASES
    answered = {label for label, status in seen if status < 300}
    assert {each.label for each in operations} - answered <= NEVER_ANSWERED
    if N_CASES > 1000:
        print(f"{sum(seen.values())} cases of {len(operations)} operations: {tally(seen)}")


def has_freedom(described: dict) -> bool:
    return bool(described["parameters"] or "requestBody" in described)


def from_here(app):
    """The app as a program on this machine asks it; schemathesis names no address, and unpacks nothing."""
    return lambda environ, start: app(
        environ | {"REMOTE_ADDR": "127.0.0.1", "HTTP_ACCEPT_ENCODING": ""}, start
    )


def fuzz(operation, n_cases: int, names: list[str], seen: Counter) -> None:
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])

    @seed(9)
    @settings(
        max_examples=n_cases, deadline=None, database=None, phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases, use=st.data())
    def check(case, use) -> None:
        existing(operation, case, names, use)
        answer = case.call()
        seen[operation.label, answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    check()


def tally(seen: Counter) -> dict[int, int]:
    statuses: Counter[int] = Counter()
    for (_, status), n in seen.items():
        statuses[status] += n
    return dict(sorted(statuses.items()))
