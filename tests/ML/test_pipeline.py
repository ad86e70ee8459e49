"""A digest names the weights that ran, and large files are not read again at every start."""

import dataclasses
import hashlib

import pytest

from ML.errors import MelodexError
from ML.inference import current_pipeline, load_model
from ML.pipeline import Pipeline, describe_spec, library_versions
from ML.registry import get
from ML.weights import digests
from ML.weights.digests import DigestCache, compute_weights_digest


@pytest.fixture
def reads(monkeypatch) -> list[str]:
    """Names of the files that were read to their end."""
    names: list[str] = []

    def count(path):
        names.append(path.name)
        return hashlib.sha256(path.read_bytes()).hexdigest()

    monkeypatch.setattr(digests, "compute_sha256", count)
    return names


def test_a_file_is_read_once_until_it_changes(tmp_path, reads):
    weights = tmp_path / "musicnn.pth"
    weights.write_bytes(b"one")
    found = [compute_weights_digest([weights], DigestCache(tmp_path / "cache" / "d.json")) for _ in range(3)]
    assert found == [hashlib.sha256(b"one").hexdigest()] * 3
    assert reads == ["musicnn.pth"]
    weights.write_bytes(b"other")
    assert compute_weights_digest([weights], DigestCache(tmp_path / "cache" / "d.json")) != found[0]


@pytest.mark.parametrize("damage", ["{", "[]", '{"a": 1}', '{"/a": [1, 2]}'])
def test_a_damaged_cache_costs_time_only(damage, tmp_path):
    weights, cache = tmp_path / "a.pth", tmp_path / "d.json"
    weights.write_bytes(b"one")
    cache.write_text(damage)
    for _ in range(2):
        assert compute_weights_digest([weights], DigestCache(cache)) == hashlib.sha256(b"one").hexdigest()


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path):
    weights = tmp_path / "a.pth"
    weights.write_bytes(b"one")
    (tmp_path / "file").touch()
    digest = compute_weights_digest([weights], DigestCache(tmp_path / "file" / "d.json"))
    assert digest == hashlib.sha256(b"one").hexdigest()


def test_of_a_checkpoint_in_several_files_each_counts(tmp_path):
    folder, cache = tmp_path / "MSD_musicnn", DigestCache(tmp_path / "d.json")
    folder.mkdir()
    for name in ("model.index", "model.data-00000-of-00001", "LICENSE"):
        (folder / name).write_text(name)
    first = compute_weights_digest([folder], cache)
    (folder / "LICENSE").write_text("a text next to the weights")
    assert compute_weights_digest([folder], cache) == first
    (folder / "model.data-00000-of-00001").write_text("other weights")
    assert compute_weights_digest([folder], cache) != first


def test_without_weights_there_is_no_digest(tmp_path):
    assert compute_weights_digest([None], DigestCache(tmp_path / "d.json")) is None
    assert current_pipeline(get("acoustic"), tmp_path).weights_digest is None


def test_what_is_planned_is_what_runs(tmp_path, monkeypatch):
    """The shipped network, by its file: release, framing and digest are known before it is loaded."""
    monkeypatch.setattr("config.ONNX_DIR", tmp_path)
    monkeypatch.setattr("config.RUNTIME", "torch")
    spec = get("mfcc_cnn")
    loaded, planned = load_model("mfcc_cnn", device="cpu").pipeline, current_pipeline(spec, tmp_path)
    assert loaded.identity == planned.identity
    assert (loaded.runtime, loaded.precision) == ("torch", "float32")
    assert len(loaded.weights_digest or "") == 64
    assert loaded.segment_samples == spec.segment_samples == loaded.hop_samples


def test_a_setting_that_changes_what_a_model_gets_is_part_of_the_identity(tmp_path, monkeypatch):
    weights = tmp_path / "vggish" / "vggish-10086976.pth"
    weights.parent.mkdir()
    weights.write_bytes(b"weights")
    monkeypatch.setattr("config.ONNX_DIR", tmp_path)
    plain = current_pipeline(get("vggish"), tmp_path)
    monkeypatch.setattr("config.VGGISH_POSTPROCESS", True)
    assert not plain.matches(current_pipeline(get("vggish"), tmp_path))


def test_versions_are_those_of_installed_libraries():
    import torch

    assert library_versions()["torch"] == torch.__version__


def test_a_pipeline_survives_json_and_rejects_what_is_none():
    pipeline = describe_spec(get("vggish"), "ab", "torch", "float16")
    assert Pipeline.from_json(pipeline.to_json()) == pipeline
    for wrong in (None, [], {}, {**pipeline.to_json(), "sample_rate": "16 kHz"}, {"model": "vggish"}):
        with pytest.raises(MelodexError):
            Pipeline.from_json(wrong)
    facts = {**pipeline.to_json(), "added_later": 1}
    assert Pipeline.from_json(facts) == pipeline


def test_changes_are_said_in_words():
    won, pons = (describe_spec(get("musicnn", "msd", name), "aabbccddee") for name in ("won2020", "pons2019"))
    assert won.describe_change(pons) == "other weights (won2020)"
    other = dataclasses.replace(won, weights_digest="ff")
    assert won.describe_change(other) == "other weights (sha256 aabbccdd)"
    assert won.describe_change(dataclasses.replace(won, segment_samples=1)) == "other settings"
