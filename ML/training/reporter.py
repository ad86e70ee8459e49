"""Where a training run tells how it goes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Reporter:
    """say: a line for a person.  bar: a progress bar around n items.  on_windows: heard by now.

    on_epoch: (how many are done, how many there are at most, how the last one went).
    check: called where a run waits; what it or any other raises ends the run where it stands.
    The defaults keep quiet.
    """

    say: Callable[[str], None] = lambda text: None
    bar: Callable[[Iterable, int, str], Iterable] = lambda items, n, label: items
    on_batch: Callable[[float], None] = lambda loss: None
    on_windows: Callable[[int], None] = lambda n_windows: None
    on_epoch: Callable[[int, int, str], None] = lambda n_done, n_total, how: None
    check: Callable[[], None] = lambda: None
