"""Where a training run tells how it goes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Reporter:
    """say: a line for a person.  bar: a progress bar around n items.  The defaults keep quiet."""

    say: Callable[[str], None] = lambda text: None
    bar: Callable[[Iterable, int, str], Iterable] = lambda items, n, label: items
    on_batch: Callable[[float], None] = lambda loss: None
