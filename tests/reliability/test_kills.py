"""A few of the kills of `make torture`.

Extraction is killed in tests/backend/test_stopping.py, a worker in test_worker.py, an upload at each of its
moments in test_uploads.py, training in tests/test_train_cli.py and
tests/test_train_contrastive_cli.py.
"""

import pytest

from tests.reliability.scenarios import SCENARIOS
from tests.reliability.torture import N_SONGS, Torturer
from tests.reliability.workspace import fill_shelf

pytestmark = pytest.mark.xdist_group("stopping")
N_KILLS = {"index": 2, "migrate": 2}
MOST_KILLS = 12
SEED = 2


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return fill_shelf(tmp_path_factory.mktemp("torture") / "shelf", N_SONGS, seconds=0.5)


@pytest.mark.parametrize(
    "scenario", [each for each in SCENARIOS if each.name in N_KILLS], ids=lambda each: each.name
)
def test_killed_at_random_it_ends_as_if_nobody_had(scenario, shelf, tmp_path):
    torturer, n_kills = Torturer(scenario, tmp_path, shelf, SEED), N_KILLS[scenario.name]
    tally = torturer.run(n_kills)
    while not tally.kills["inside"] and scenario.name != "migrate" and tally.n_kills < MOST_KILLS:
        tally = torturer.run(tally.n_kills + 1)  # how many miss the work depends on the machine
    assert tally.n_kills >= n_kills
    assert tally.kills["inside"] or scenario.name == "migrate", "a kill must hit the work to say anything"
