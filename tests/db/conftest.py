"""What tests of extraction count."""

from collections import Counter

import pytest

from ML.audio import stream_at


@pytest.fixture
def decoded(monkeypatch, in_process) -> Counter[str]:
    """How often each file was decoded."""
    counter: Counter[str] = Counter()

    def count(path, sample_rates, digest):
        counter[path.name] += 1
        return stream_at(path, sample_rates, digest)

    monkeypatch.setattr("ML.track_reading.stream_at", count)
    return counter
