"""A short version of `make torture`: a migration killed at two random moments.

The other scenarios run at random moments in `make torture` only. The suite kills them at named states: index
and extraction in tests/backend/test_stopping.py, a worker in test_worker.py, an upload at each of its moments
in test_uploads.py, training in tests/test_train_cli.py and tests/test_train_contrastive_cli.py.
"""

import pytest

from tests.reliability.scenarios import SCENARIOS
from tests.reliability.torture import Torturer
from tests.reliability.workspace import fill_shelf

pytestmark = pytest.mark.xdist_group("stopping")
N_KILLS, SEED = 2, 2


def test_a_migration_killed_at_random_ends_as_if_nobody_had(tmp_path):
    (migration,) = (each for each in SCENARIOS if each.name == "migrate")
    shelf = fill_shelf(tmp_path / "shelf", 1, seconds=0.5)
    assert Torturer(migration, tmp_path, shelf, SEED).run(N_KILLS).n_kills == N_KILLS
