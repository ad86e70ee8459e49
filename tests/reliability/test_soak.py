"""A short version of `make soak`, with readers that pause: nothing leaks at once.

What grows slowly, and under full load, `make soak` finds.
"""

import pytest

from tests.reliability.soak import soak

pytestmark = pytest.mark.xdist_group("stopping")
SHORT_GROWTH = 1.2  # some handles of threads that had no turn before, some rows of the jobs


def test_under_mixed_load_nothing_grows(tmp_path):
    outcome = soak(tmp_path, 12, pause_seconds=0.1, n_answers=20)
    assert outcome.statuses.keys() <= {200, 202, 206} and outcome.statuses[206] >= 20
    growth = outcome.growth()
    assert growth["files"] < SHORT_GROWTH and growth["threads"] < SHORT_GROWTH, growth
    assert growth["database_megabytes"] < SHORT_GROWTH, growth
