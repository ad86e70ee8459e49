"""Settings come from the table or the environment; a senseless one is named, with what would make sense."""

import importlib.util
from pathlib import Path

import pytest

import config
from backend.server import create_app
from backend.settings import default_specs
from ML import registry
from tests.conftest import REPOSITORY, WANTED


@pytest.fixture
def read(monkeypatch):
    """The module `config` as it comes out with these environment variables."""

    def run(**variables: str):
        for name, value in variables.items():
            monkeypatch.setenv(f"MELODEX_{name}", value)
        spec = importlib.util.spec_from_file_location("fresh_config", REPOSITORY / "config.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(__import__("sys").modules, "fresh_config", module)
        spec.loader.exec_module(module)
        return module

    return run


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("AUDIO_DIR", "/my/music", Path("/my/music")),
        ("AUDIO_DIR", "relative/music", Path.cwd() / "relative/music"),
        ("AUDIO_DIR", "~/music", Path.home() / "music"),
        ("API_PORT", "8080", 8080),
        ("DATASETS", "mtat, jamendo,", ["mtat", "jamendo"]),
        ("CONV_MODELS", "", []),
        ("DEVICE", "cuda:1", "cuda:1"),
        ("HOST", "0.0.0.0", "0.0.0.0"),
        ("MODEL_WEIGHTS", '{"musicnn": {"mtat": "/w/m.pth"}}', {"musicnn": {"mtat": "/w/m.pth"}}),
    ],
)
def test_the_environment_wins(name, value, expected, read):
    assert getattr(read(**{name: value}), name) == expected


@pytest.mark.parametrize("path", ["/w/m.pth", "w/m.pth"])
def test_weights_elsewhere_start_at_the_root(path, read):
    changed = read(MODEL_WEIGHTS=f'{{"musicnn": {{"mtat": "{path}"}}}}')
    assert changed.model_weights() == {"musicnn": {"mtat": REPOSITORY / path}}


def test_training_defaults_change_one_by_one(read):
    changed = read(CONTRASTIVE_TRAINING='{"batch_size": 64, "temperature": 1}')
    assert changed.CONTRASTIVE_TRAINING == config.CONTRASTIVE_TRAINING | {"batch_size": 64, "temperature": 1}


def test_every_default_passes_its_own_check(read):
    as_text = {
        setting.name: ",".join(setting.default) if isinstance(setting.default, list) else str(setting.default)
        for setting in config.SETTINGS
        if not isinstance(setting.default, dict)
    }
    changed = read(**as_text)
    assert all(getattr(changed, setting.name) == setting.default for setting in config.SETTINGS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_PORT", "five thousand"), ("API_PORT", "99999"), ("APP_PORT", "-1"), ("BATCH_SEGMENTS", "-1"),
        ("BATCH_SEGMENTS", "2.5"), ("BATCH_SEGMENTS", ""), ("SERVER_THREADS", "0"), ("PROJECTION_SEED", "-1"),
        ("PROJECTION_SEED", str(2**32)), ("MODEL_WEIGHTS", "{musicnn: here}"), ("MODEL_WEIGHTS", "[1, 2]"),
        ("MODEL_WEIGHTS", '{"musicnn": "here"}'), ("MODEL_WEIGHTS", '{"musicnn": {"mtat": 3}}'),
        ("CONTRASTIVE_TRAINING", "[]"), ("CONTRASTIVE_TRAINING", '{"epochs": 3}'),
        ("CONTRASTIVE_TRAINING", '{"batch_size": 2.5}'), ("CONTRASTIVE_TRAINING", '{"num_epochs": true}'),
        ("FEATURE_CACHE_MB", "0"),
        ("CORS_ORIGINS", "*"), ("CORS_ORIGINS", "http://a.org/page"), ("ALLOWED_HOSTS", "*"),
        ("TRUSTED_PROXIES", "proxy.example.org"), ("TRUSTED_PROXIES", "127.0.0.999"),
        ("TRUSTED_PROXIES", "::1/129"),
        ("WRITE_LIMIT", "many"),
        ("DEVICE", "gpu"), ("DEVICE", ""), ("HOST", ""), ("AUDIO_DIR", ""), ("DATABASE_PATH", " "),
    ],
)  # fmt: skip
def test_a_senseless_value_is_named(name, value, read):
    with pytest.raises(SystemExit) as caught:
        read(**{name: value})
    assert f"MELODEX_{name}={value!r}" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_senseless_token_is_not_told(read):
    with pytest.raises(SystemExit) as caught:
        read(TOKEN="short-secret")
    assert "MELODEX_TOKEN" in str(caught.value) and "short-secret" not in str(caught.value)


def test_the_pages_that_may_use_the_api_are_the_apps_own(read):
    assert read(APP_PORT="8123").CORS_ORIGINS == ["http://localhost:8123", "http://127.0.0.1:8123"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"CONV_MODELS": ["deafnet"]}, ["CONV_MODELS", "deafnet", ", ".join(registry.model_names())]),
        ({"DATASETS": ["msd", "xl"]}, ["DATASETS", "xl", ", ".join(registry.variants_of("musicnn"))]),
        ({"TRANF_MODELS": ["acoustic", "acoustic"]}, ["TRANF_MODELS", "MODEL_SIZES", "as many"]),
        ({"MODEL_SIZES": []}, ["TRANF_MODELS", "MODEL_SIZES", "as many"]),
        ({"MODEL_SIZES": ["huge"]}, ["MODEL_SIZES", "huge", "librosa"]),
        ({"ON_DEMAND_PROJECTION_METHODS": ["isomap"]}, ["METHODS", "isomap", "umap, tsne, pca"]),
    ],
)
def test_settings_that_name_what_does_not_exist_stop_the_start(changes, told, monkeypatch):
    for name, value in ({name: value.split(",") for name, value in WANTED.items()} | changes).items():
        monkeypatch.setattr(config, name, value)
    with pytest.raises(SystemExit) as caught:
        create_app()
    assert all(part in str(caught.value) for part in told)


@pytest.mark.parametrize(
    ("name", "value"), [("API_PORT", "x"), ("CONV_MODELS", "deafnet"), ("MODEL_SIZES", "a,b")]
)
def test_a_wrong_setting_ends_a_command_without_a_trace(name, value, flask):
    done = flask("init-db", **{f"MELODEX_{name}": value})
    assert (done.returncode, done.stdout) == (1, "")
    assert f"MELODEX_{name}" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_every_setting_has_help_and_a_variable_of_its_own():
    assert all(setting.help for setting in config.SETTINGS)
    variables = [setting.variable for setting in config.SETTINGS]
    assert len(set(variables)) == len(variables)
    assert all(hasattr(config, setting.name) for setting in config.SETTINGS)


DOCUMENTED = [
    "AUDIO_DIR", "DATABASE_PATH", "MODEL_DIR", "WEIGHTS_DIR", "CONV_MODELS", "DATASETS", "TRANF_MODELS",
    "MODEL_SIZES", "MODEL_WEIGHTS", "CONTRASTIVE_TRAINING", "MTG_JAMENDO_ROOT", "MTG_JAMENDO_AUDIO_DIR",
    "MTG_JAMENDO_SPLITS_DIR", "ON_DEMAND_PROJECTION_METHODS",
]  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_documented_names_can_be_imported(name):
    assert getattr(config, name) is not None


def test_the_default_pairs_are_registered_models(tmp_path):
    keys = [spec.key for spec in default_specs(tmp_path)]
    assert len(keys) == len(set(keys)) >= 4
    assert {"musicnn/msd", "musicnn/mtat", "musicnn/jamendo", "vgg/msd", "acoustic/librosa"} <= set(keys)


def test_the_release_of_a_file_that_is_there_is_run(tmp_path):
    (tmp_path / "msd").mkdir()
    (tmp_path / "msd/vgg.pth").touch()
    releases = {spec.key: spec.release for spec in default_specs(tmp_path)}
    assert (releases["vgg/msd"], releases["musicnn/msd"]) == ("won2020", "pons2019")


def test_a_data_set_runs_with_the_models_that_know_it(monkeypatch, tmp_path):
    monkeypatch.setattr(config, "DATASETS", ["mtat", "jamendo"])
    keys = [spec.key for spec in default_specs(tmp_path)]
    assert "vgg/mtat" in keys and "musicnn/jamendo" in keys and "vgg/jamendo" not in keys
