"""A weights folder, and a package index that has a small wheel."""

import os

import pytest

from tests.ML.weights.small_wheel import WHEEL


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "weights"


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder that pip takes for the only package index; it has the wheel."""
    links = tmp_path / "links"
    links.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    place = links / "musicnn-0.1.0-py3-none-any.whl"
    place.write_bytes(WHEEL)
    return place
