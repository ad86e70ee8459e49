"""Weights: found, missing with the way out, and never a program."""

import os
import pickle

import pytest
import torch

import config
from ML import registry
from ML.errors import UnknownChoiceError, WeightsError, WeightsMissingError
from ML.inference import build, load_model
from ML.models.musicnn import MusiCNN
from ML.weights.checksums import Pin, compute_sha256, save_pin
from ML.weights.store import (
    checkpoint_file,
    choose_release,
    find_weights,
    is_runnable,
    load_state_dict,
    resolve_keys,
    weights_path,
)

MTAT, MERT = registry.get("musicnn", "mtat", "won2020"), registry.get("mert", "95m")


class Malice:
    def __reduce__(self):
        return os.system, ("touch executed",)


def test_missing_weights_say_what_to_get_and_where_to_put_it(tmp_path):
    with pytest.raises(WeightsMissingError) as caught:
        find_weights(MTAT, tmp_path, {})
    assert str(tmp_path / "mtat" / "musicnn.pth") in str(caught.value)
    assert "https://" in str(caught.value) and "3.3 MB" in str(caught.value)


def test_settings_can_point_elsewhere(tmp_path):
    elsewhere = tmp_path / "mine.pth"
    elsewhere.touch()
    assert find_weights(MTAT, tmp_path, {"musicnn": {"mtat": elsewhere}}) == elsewhere


def test_a_model_without_weights_needs_none(tmp_path):
    assert find_weights(registry.get("acoustic"), tmp_path, {}) is None


@pytest.mark.parametrize("save", [torch.save, lambda thing, path: path.write_bytes(pickle.dumps(thing))])
def test_a_pickle_that_runs_code_is_refused(tmp_path, monkeypatch, save):
    monkeypatch.chdir(tmp_path)
    save({"weight": Malice()}, tmp_path / "evil.pth")
    with pytest.raises(WeightsError, match="evil.pth"):
        load_state_dict(tmp_path / "evil.pth")
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("content", [b"", b"not weights", b"half a file", b"PK\x03\x04 half a file"])
def test_a_damaged_file_is_a_clear_error(tmp_path, content):
    path = tmp_path / "damaged.pth"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="get it again"):
        load_state_dict(path)


@pytest.mark.parametrize(
    ("key", "file"),
    [
        ("musicnn/mtat@won2020", "m.pth"),
        ("vgg/mtat@won2020", "v.pth"),
        ("whisper/base", "base.pt"),
        ("whisper/base", "base/pytorch_model.bin"),
        ("mert/95m", "95m/pytorch_model.bin"),
        ("vggish/pretrained", "v.pth"),
        ("whisper_contrastive/base", "base.pth"),
    ],
)
def test_no_model_runs_code_from_its_weights(key, file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    torch.save({"model_state_dict": {"weight": Malice()}}, path)
    place = path
    if path.parent != tmp_path:
        (path.parent / "config.json").write_text("{}")
        place = path.parent
    with pytest.raises(WeightsError, match=path.name):
        build(registry.get_by_key(key)[0], place, "cpu")
    assert not (tmp_path / "executed").exists()


def test_a_hugging_face_folder_is_there_when_it_is_complete(tmp_path):
    folder = tmp_path / "mert" / "95m"
    folder.mkdir(parents=True)
    for name, is_complete in [
        ("model.safetensors.part", False),
        ("config.json", False),
        ("pytorch_model.bin", True),
    ]:
        (folder / name).touch()
        assert is_runnable(MERT, tmp_path, {}) is is_complete, name
    assert checkpoint_file(folder).name == "pytorch_model.bin"
    (folder / "model.safetensors").touch()
    assert checkpoint_file(folder).name == "model.safetensors", "no pickle where there is a choice"


def test_missing_folders_say_what_belongs_into_them(tmp_path):
    with pytest.raises(WeightsMissingError) as caught:
        find_weights(MERT, tmp_path, {})
    assert f"into {tmp_path / 'mert' / '95m'}/" in str(caught.value)
    assert "config.json" in str(caught.value) and "pytorch_model.bin" in str(caught.value)


def test_whisper_may_lie_in_a_folder_as_well(tmp_path):
    whisper = registry.get("whisper", "base")
    assert weights_path(whisper, tmp_path, {}) == tmp_path / "whisper" / "base.pt"
    folder = tmp_path / "whisper" / "base"
    folder.mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        (folder / name).touch()
    assert find_weights(whisper, tmp_path, {}) == folder
    (tmp_path / "whisper" / "base.pt").touch()
    assert find_weights(whisper, tmp_path, {}) == tmp_path / "whisper" / "base.pt"


def test_a_damaged_safetensors_file_is_a_clear_error(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"half a file")
    with pytest.raises(WeightsError, match="get it again"):
        load_state_dict(tmp_path / "model.safetensors")


def test_a_downloaded_file_that_changed_is_refused(tmp_path, monkeypatch):
    """A disk that rots, a file somebody exchanged: what was verified once is checked at every load."""
    monkeypatch.setattr(config, "WEIGHTS_DIR", tmp_path)
    monkeypatch.setattr(config, "RUNTIME", "torch")  # an ONNX file would be exported first
    path = tmp_path / "mtat" / "musicnn.pth"
    path.parent.mkdir()
    torch.save(MusiCNN(200, 50).state_dict(), path)
    save_pin(tmp_path, path, Pin(compute_sha256(path), path.stat().st_size, MTAT.weights.files[0].url))
    assert load_model("musicnn", "mtat", device="cpu").spec == MTAT
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="not the file that was downloaded"):
        load_model("musicnn", "mtat", device="cpu")


def test_weights_saved_on_a_gpu_or_in_the_old_format_load(tmp_path):
    torch.save({"a": torch.ones(2)}, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert torch.equal(load_state_dict(tmp_path / "old.pth")["a"], torch.ones(2))


def test_what_comes_with_the_project_is_found_wherever_the_settings_point(tmp_path):
    shipped = [spec for spec in registry.MODELS if spec.weights and spec.weights.is_shipped]
    assert [spec.key for spec in shipped] == ["whisper_contrastive/base", "mfcc_cnn/genres10"]
    for spec in shipped:
        path = weights_path(spec, tmp_path, {})
        assert path == config.ROOT / "ML" / "pesos" / spec.weights.path
        assert is_runnable(spec, tmp_path, {}) == (not spec.requires)
        assert path.stat().st_size == spec.weights.n_bytes
        own = tmp_path / spec.weights.path
        own.parent.mkdir(parents=True)
        own.touch()
        assert weights_path(spec, tmp_path, {}) == own, "one's own come first"


def test_ones_own_head_comes_before_the_shipped_one_beside_it(tmp_path, monkeypatch):
    """The documented place of a trained head is ML/pesos, where the shipped one lies too."""
    spec = registry.get("whisper_contrastive")
    monkeypatch.setattr("ML.weights.store.SHIPPED_DIR", tmp_path)
    shipped = tmp_path / spec.weights.path
    shipped.parent.mkdir()
    shipped.touch()
    assert weights_path(spec, tmp_path, {}) == shipped
    (tmp_path / "whisper_contrastive" / "base.pth").touch()
    assert weights_path(spec, tmp_path, {}) == tmp_path / "whisper_contrastive" / "base.pth"


def test_a_training_run_serves_as_weights(tmp_path):
    run = tmp_path / "whisper_contrastive_20261124_120000"
    run.mkdir()
    (tmp_path / "latest").symlink_to(run.name)
    spec = registry.get("whisper_contrastive")
    overrides = {spec.name: {spec.variant: tmp_path / "latest"}}
    with pytest.raises(WeightsMissingError):
        find_weights(spec, tmp_path, overrides)
    torch.save({}, run / "best_model.pth")
    (tmp_path / "whisper").mkdir()
    (tmp_path / "whisper" / "base.pt").touch()
    assert find_weights(spec, tmp_path, overrides) == tmp_path / "latest"
    assert checkpoint_file(tmp_path / "latest") == tmp_path / "latest" / "best_model.pth"


# --- releases ---------------------------------------------------------------------------------------------

PAIRS = [("musicnn", "msd"), ("musicnn", "mtat"), ("vgg", "msd"), ("vgg", "mtat")]


def put_checkpoint(folder):
    folder.mkdir(parents=True)
    for name in (".index", ".data-00000-of-00001"):
        (folder / name).touch()
    return folder


def put_file(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


@pytest.mark.parametrize(("name", "variant"), PAIRS)
def test_the_authors_release_is_used_unless_a_file_is_there(name, variant, tmp_path):
    spec = registry.get(name, variant)
    assert choose_release(spec, tmp_path, {}).release == "pons2019"
    put_checkpoint(tmp_path / spec.weights.path)
    assert choose_release(spec, tmp_path, {}).release == "pons2019"
    put_file(tmp_path / variant / f"{name}.pth")
    chosen = choose_release(spec, tmp_path, {})
    assert chosen == registry.get(name, variant, "won2020")
    assert find_weights(chosen, tmp_path, {}) == tmp_path / variant / f"{name}.pth"


@pytest.mark.parametrize(
    ("put", "place", "release"),
    [
        (put_file, "mine.pth", "won2020"),
        (put_file, "mine.safetensors", "won2020"),
        (put_file, "mine", "won2020"),
        (put_checkpoint, "checkpoint", "pons2019"),
        (put_checkpoint, "version.2", "pons2019"),
    ],
)
def test_a_file_that_the_settings_name_says_its_release(put, place, release, tmp_path):
    path = put(tmp_path / "elsewhere" / place)
    put_file(tmp_path / "mtat/musicnn.pth")  # which would be used otherwise
    put_checkpoint(tmp_path / registry.get("musicnn", "mtat").weights.path)
    overrides = {"musicnn": {"mtat": path}}
    chosen = choose_release(registry.get("musicnn", "mtat"), tmp_path, overrides)
    assert chosen.release == release
    assert find_weights(chosen, tmp_path, overrides) == path
    (other,) = [each for each in registry.releases_of("musicnn", "mtat") if each != chosen]
    assert weights_path(other, tmp_path, overrides) == tmp_path / other.weights.path, "named, it is another"


def test_keys_are_the_release_in_use_unless_they_name_one(tmp_path):
    put_file(tmp_path / "msd/musicnn.pth")

    def resolve(*keys):
        return [spec.release_key for spec in resolve_keys(keys, tmp_path, {})]

    assert resolve("musicnn") == ["musicnn/msd@won2020", "musicnn/mtat@pons2019", "musicnn/jamendo"]
    assert resolve("musicnn/msd@pons2019", "vgg/msd@won2020") == ["musicnn/msd@pons2019", "vgg/msd@won2020"]
    assert resolve("acoustic", "acoustic/librosa") == ["acoustic/librosa"]
    with pytest.raises(WeightsError, match="one release of musicnn/msd"):
        resolve("musicnn/msd", "musicnn/msd@pons2019")
    with pytest.raises(UnknownChoiceError, match="won2020"):
        resolve("musicnn/msd@2020")


def test_a_model_is_loaded_in_the_release_that_was_named_or_that_its_file_has(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "WEIGHTS_DIR", tmp_path)
    monkeypatch.setattr(config, "RUNTIME", "torch")
    torch.save(MusiCNN(200, 50).state_dict(), put_file(tmp_path / "mtat/musicnn.pth"))
    torch.save(MusiCNN(200, 50).state_dict(), tmp_path / "mine.pth")
    assert load_model("musicnn", "mtat", device="cpu").spec == MTAT
    (tmp_path / "mtat/musicnn.pth").unlink()
    assert load_model("musicnn", "mtat", weights=tmp_path / "mine.pth", device="cpu").spec == MTAT
    with pytest.raises(WeightsMissingError, match="download-weights musicnn/mtat"):
        load_model("musicnn", "mtat", device="cpu")
    with pytest.raises(WeightsMissingError, match="https://"):
        load_model("musicnn", "mtat", release="won2020", device="cpu")
