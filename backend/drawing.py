"""Maps that are drawn before anybody asks for them."""

from collections.abc import Callable, Iterable

import config
from backend.context import database
from db.map_cache import MapQuery
from db.projections import all_queries, get_map, is_current, refit_map
from ML.projections import DIMENSIONS
from ML.spec import ModelSpec

Count = Callable[[int, int], None]  # (done, of)


def offered_maps(specs: list[ModelSpec]) -> list[MapQuery]:
    """Every map of these models that the app offers, as the settings draw it."""
    return all_queries(specs, config.ON_DEMAND_PROJECTION_METHODS, DIMENSIONS, config.PROJECTION_SEED)


def missing_maps(specs: list[ModelSpec]) -> list[MapQuery]:
    """Those that do not show the library as it stands."""
    with database().read() as session:
        return [query for query in offered_maps(specs) if not is_current(session, query)]


def draw(queries: list[MapQuery], on_progress: Count) -> None:
    for query in counted(queries, on_progress):
        get_map(database(), query)


def draw_anew(queries: list[MapQuery], on_progress: Count, align: bool = True) -> None:
    """align: turned onto the maps they replace."""
    for query in counted(queries, on_progress):
        refit_map(database(), query, align)


def counted(queries: list[MapQuery], on_progress: Count) -> Iterable[MapQuery]:
    for n_done, query in enumerate(queries):
        on_progress(n_done, len(queries))
        yield query
    on_progress(len(queries), len(queries))
