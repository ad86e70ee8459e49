"""compute-genre-similarity and compute-multi-tag-metrics."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import current_app

import config
from backend.commands.edge import command, no_progress_option, progress_bar
from backend.commands.report_files import write_files
from backend.context import database, weights_dir
from backend.judging import N_NEIGHBORS, SEED
from backend.settings import models_in_use
from db.analysis import LabelledSpace, load_space
from db.embeddings import count_extracted
from ML.errors import LibraryError
from ML.evaluation import genre_report, plots, tag_report
from ML.evaluation.genre_report import ModelGenres
from ML.evaluation.genre_similarity import compute_genre_similarity
from ML.evaluation.multi_tag import compute_multi_tag
from ML.evaluation.report_files import Writers, text_file
from ML.evaluation.tag_report import ModelTags
from ML.evaluation.tag_tables import Tags, find_tags, read_jamendo_tags, read_own_tags
from ML.spec import ModelSpec
from ML.weights.store import resolve_keys

Judged = TypeVar("Judged")
GENRE_REPORT = "genre_similarity_report.txt"
GENRE_MATRIX = "genre_similarity.csv"
TAG_REPORT = "multi_tag_metrics_report.txt"

models_option = click.option(
    "--models", help="Models to judge, e.g. musicnn/mtat,acoustic; default: every one that has heard a track."
)
k_option = click.option(
    "--k",
    type=click.IntRange(min=1),
    default=N_NEIGHBORS,
    show_default=True,
    help="Nearest neighbours that count.",
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=SEED,
    show_default=True,
    help="Of intervals and shuffles.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="All figures as JSON on stdout.")


def judging_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What every command takes that judges models by labels."""
    for option in (no_progress_option, json_option, seed_option, k_option, models_option):
        function = option(function)
    return function


@command("compute-genre-similarity")
@judging_options
def genre_similarity(models: str | None, k: int, seed: int, as_json: bool, no_progress: bool) -> None:
    """Measure in every model's space how well tracks lie with their genre.

    Centroids, agreement, precision and MAP of nearest neighbours, with intervals and chance levels. Genres
    are those of the library: selected_songs.csv, then the files' own tags. Writes
    genre_similarity_report.txt, genre_similarity.csv and a picture of every model's genre × genre matrix.
    """
    judged = judge(models, no_progress, lambda spec, space: judge_genres(spec, space, k, seed))
    publish(
        GENRE_REPORT, genre_report.genre_text(judged, seed), genre_report.summary(judged),
        genre_report.genre_json(judged, seed) if as_json else None,
        {GENRE_MATRIX: text_file(genre_report.matrix_csv(judged))} | genre_pictures(judged),
    )  # fmt: skip


def genre_pictures(judged: list[ModelGenres]) -> Writers:
    return {
        f"genre_similarity_{model.key.replace('/', '_')}": partial(
            plots.plot_matrix,
            model.similarity.genres,
            model.similarity.centroid_similarity.tolist(),
            f"{model.key}: cosine between genre centroids",
            ("genre", "genre"),
        )
        for model in judged
    }


def judge_genres(spec: ModelSpec, space: LabelledSpace, k: int, seed: int) -> ModelGenres:
    known = [row for row, genre in enumerate(space.genres) if genre]
    genres = [space.genres[row] or "" for row in known]
    similarity = compute_genre_similarity(space.vectors[known], genres, k, seed)
    filenames = [space.filenames[row] for row in known]
    return ModelGenres(spec.key, filenames, len(space.filenames) - len(known), similarity)


@command("compute-multi-tag-metrics")
@click.option(
    "--tags-dir", type=click.Path(path_type=Path, file_okay=False),
    help="Folder of MTG-Jamendo's autotagging_instrument-*.tsv and autotagging_moodtheme-*.tsv; "
    "default: MTG_JAMENDO_SPLITS_DIR of the settings.",
)  # fmt: skip
@click.option(
    "--tags-csv", type=click.Path(path_type=Path, dir_okay=False),
    help="Tags of your own instead: a table with the columns filename,tags (several tags: a;b).",
)  # fmt: skip
@judging_options
def multi_tag_metrics(
    tags_dir: Path | None, tags_csv: Path | None, models: str | None, k: int, seed: int, as_json: bool,
    no_progress: bool,
) -> None:  # fmt: skip
    """Measure hubness, and whether neighbours share instruments and moods (nDCG).

    Writes multi_tag_metrics_report.txt.
    """
    if tags_dir and tags_csv:
        raise click.UsageError("Give either --tags-dir or --tags-csv.")
    tags = read_own_tags(tags_csv) if tags_csv else read_jamendo_tags(
        tags_dir or current_app.config["MTG_JAMENDO_SPLITS_DIR"]
    )  # fmt: skip
    judged = judge(models, no_progress, lambda spec, space: judge_tags(spec, space, tags, k, seed))
    text = tag_report.tag_text(judged, seed)
    publish(TAG_REPORT, text, tag_report.tag_table(judged, k) + "\n\n" + tag_report.hub_table(judged, k),
            tag_report.tag_json(judged, seed) if as_json else None)  # fmt: skip


def judge_tags(spec: ModelSpec, space: LabelledSpace, tags: Tags, k: int, seed: int) -> ModelTags:
    own = [find_tags(tags, filename) for filename in space.filenames]
    if not any(own):
        raise LibraryError(
            f"None of the {len(own)} tracks that {spec.key} has heard is in the table of tags "
            f"({len(tags)} names, such as {', '.join(sorted(tags)[:2])}): names must be those of the library."
        )
    return ModelTags(spec.key, compute_multi_tag(space.vectors, own, k, seed))


def judge(
    models: str | None, no_progress: bool, judge_one: Callable[[ModelSpec, LabelledSpace], Judged]
) -> list[Judged]:
    specs = heard_specs(models)
    judged = []
    with progress_bar("Judging", "model", no_progress, len(specs)) as bar:
        for spec in specs:
            with database().read() as session:
                space = load_space(session, spec)
            judged.append(judge_one(spec, space))
            bar.update(1)
    return judged


def heard_specs(models: str | None) -> list[ModelSpec]:
    """Models with vectors, of those named or of all. A name without a variant is every variant with vectors.

    Raises LibraryError where a named one has none, or none has any; it lists those that have.
    """
    with database().read() as session:
        extracted = count_extracted(session)
    in_use = models_in_use(weights_dir())
    named = {
        key: resolve_keys([key], weights_dir(), config.model_weights())
        for key in filter(None, (models or "").split(","))
    }
    resolve_keys(named, weights_dir(), config.model_weights())  # two releases of a pair cannot be compared

    def analyzed(specs: Iterable[ModelSpec]) -> list[ModelSpec]:
        return [spec for spec in specs if extracted.get((spec.name, spec.variant))]

    without = [spec.key for specs in named.values() if not analyzed(specs) for spec in specs]
    found = analyzed(dict.fromkeys(spec for specs in named.values() for spec in specs) if named else in_use)
    if without or not found:
        others = ", ".join(spec.key for spec in analyzed(in_use))
        there = f" There are vectors of {others}." if others else ""
        raise LibraryError(
            f"No track was analyzed with {', '.join(without) or 'any model'} yet: run index-audio, then "
            f"preprocess-all.{there}"
        )
    return found


def publish(
    name: str, text: str, summary: str, facts: dict[str, Any] | None, further: Writers | None = None
) -> None:
    """The report and further files into REPORTS_DIR; on stdout the summary, or the facts as JSON."""
    folder = write_files(Path(current_app.config["REPORTS_DIR"]), {name: text_file(text)} | (further or {}))
    if facts is None:
        click.echo(f"{summary}\n\nAll of it: {folder / name}")
    else:
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False))
