"""Random numbers as a pure function of (seed of the sequence, counter): the same on every device and in every batch."""

from __future__ import annotations

import math

import torch

_A, _B, _C = -7046029254386353131, -4658895280553007687, -7723592293110705685


def _mix(x: torch.Tensor) -> torch.Tensor:
    """The finaliser of SplitMix64 (Steele et al. 2014) on int64; shifts are made logical by masks."""
    x = (x ^ ((x >> 30) & ((1 << 34) - 1))) * _B
    x = (x ^ ((x >> 27) & ((1 << 37) - 1))) * _C
    return x ^ ((x >> 31) & ((1 << 33) - 1))


class Dice:
    """One independent stream per sequence. seeds [B] int64."""

    def __init__(self, seeds: torch.Tensor) -> None:
        self.seeds = _mix(seeds.long() * _A + 0x5DEECE66D)
        self.counter = 0

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> torch.Tensor:
        """[B, *shape] float32 in low … high."""
        count = math.prod(shape)
        steps = torch.arange(self.counter + 1, self.counter + count + 1, device=self.seeds.device)
        self.counter += count
        bits = _mix(self.seeds[:, None] + steps * _A) & ((1 << 24) - 1)
        return (bits.float() / (1 << 24) * (high - low) + low).reshape(-1, *shape)

    def chance(self, share: float, *shape: int) -> torch.Tensor:
        """[B, *shape] bool, true with probability `share`."""
        return self.uniform(*shape) < share

    def pick(self, options: torch.Tensor, *shape: int) -> torch.Tensor:
        """[B, *shape] items of the 1-D tensor `options`."""
        return options[(self.uniform(*shape) * len(options)).long().clamp(max=len(options) - 1)]

    def normal(self, *shape: int) -> torch.Tensor:
        """[B, *shape] standard normal (Box and Muller 1958)."""
        radius = torch.sqrt(-2 * torch.log(self.uniform(*shape).clamp(min=1e-7)))
        return radius * torch.cos(2 * math.pi * self.uniform(*shape))
