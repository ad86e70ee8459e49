"""Processes that train one head together, each on a GPU of its own; one alone is a team of one.

    torchrun --nproc-per-node 4 ML/train_contrastive.py …

Hugging Face Accelerate carries what is sent between them, the mixed precision and its gradient scaling. All
draw the same batches; each answers for its rows of them, and the loss is over the whole batch: a team learns
what one process learns.
"""

import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor

from ML.errors import ConfigError

if TYPE_CHECKING:
    from accelerate import Accelerator

Item = TypeVar("Item")


def is_together() -> bool:
    """A launcher (torchrun, accelerate launch) has started several of this process."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


class Team:
    """device: of this process; in a team of several on CUDA the launcher's LOCAL_RANK chooses the card."""

    def __init__(self, device: str, precision: str | None = None):
        """precision: "no", "fp16" or "bf16"; None: fp16 on an NVIDIA GPU.

        Raises ConfigError for a card that only one of several could have.
        """
        if is_together() and device.startswith("cuda:"):
            raise ConfigError("Several processes have a GPU each: leave out which one.")
        self.wanted = device
        self.precision = precision or ("fp16" if device.startswith("cuda") else "no")

    @cached_property
    def accelerator(self) -> "Accelerator":
        from accelerate import Accelerator
        from accelerate.state import AcceleratorState

        if self.wanted.startswith("cuda:"):
            torch.cuda.set_device(self.wanted)
        # Accelerate remembers the first team of a process, and knows a device by whether it is the CPU.
        AcceleratorState._reset_state(reset_partial_state=True)
        return Accelerator(cpu=self.wanted == "cpu", mixed_precision=self.precision)

    @property
    def device(self) -> torch.device:
        return self.accelerator.device

    @property
    def size(self) -> int:
        return self.accelerator.num_processes

    @property
    def is_first(self) -> bool:
        """The one that speaks and writes."""
        return self.accelerator.is_main_process

    def share_of(self, items: Sequence[Item]) -> list[Item]:
        """Every one of them is somebody's."""
        return list(items[self.accelerator.process_index :: self.size])

    def tell(self, value: Item | None) -> Item:
        """What the first has, to all."""
        from accelerate.utils import broadcast_object_list

        values: list[Any] = broadcast_object_list([value])
        return values[0]

    def collect(self, own: Item) -> list[Item]:
        """What each has, to all."""
        from accelerate.utils import gather_object

        return gather_object([own])

    def rows_of(self, n: int) -> list[slice]:
        """Of n rows, those of each process; some have none where n is small."""
        cuts = [n * number // self.size for number in range(self.size + 1)]
        return [slice(first, end) for first, end in zip(cuts, cuts[1:], strict=False)]

    def own_rows(self, n: int) -> slice:
        return self.rows_of(n)[self.accelerator.process_index]

    def join_rows(self, own: Tensor, n: int) -> Tensor:
        """[n, d] of everyone's rows; gradients flow into one's own, and DDP adds up what each computes."""
        if self.size == 1:
            return own
        parts = [rows.stop - rows.start for rows in self.rows_of(n)]
        padded = self.accelerator.pad_across_processes(own.detach(), dim=0)
        everyone = list(self.accelerator.gather(padded).split(max(parts)))
        everyone[self.accelerator.process_index] = own
        return torch.cat([part[:size] for part, size in zip(everyone, parts, strict=True)])
