"""One branch of the official DPT head (model-facts 1.10): four levels of tokens become a map at full size."""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F


def _twice(x: torch.Tensor) -> torch.Tensor:
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)


class Unit(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1), nn.Conv2d(channels, channels, 3, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.conv2(F.relu(self.conv1(F.relu(x))))


class Fusion(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.resConfUnit1, self.resConfUnit2 = Unit(channels), Unit(channels)
        self.out_conv = nn.Conv2d(channels, channels, 1)

    def forward(self, top: torch.Tensor | None, lateral: torch.Tensor) -> torch.Tensor:
        total = lateral if top is None else top + self.resConfUnit1(lateral)
        return self.out_conv(_twice(self.resConfUnit2(total)))


class Scratch(nn.Module):
    def __init__(self, inner: tuple[int, ...], features: int) -> None:
        super().__init__()
        for i, channels in enumerate(inner, 1):
            setattr(self, f"layer{i}_rn", nn.Conv2d(channels, features, 3, 1, 1, bias=False))
            setattr(self, f"refinenet{i}", Fusion(features))

    def forward(self, maps: list[torch.Tensor]) -> torch.Tensor:
        laterals = [getattr(self, f"layer{i}_rn")(x) for i, x in enumerate(maps, 1)]
        # A grid with odd sides loses a row or column on the way down.
        top = self.refinenet4(None, laterals[3])[..., : laterals[2].shape[-2], : laterals[2].shape[-1]]
        for i in (3, 2, 1):
            top = getattr(self, f"refinenet{i}")(top, laterals[i - 1])
        return top


class DptBranch(nn.Module):
    """levels: tokens [B,N,width] of the encoder, two middle decoder levels and the last → [B,count,H,W]."""

    def __init__(self, widths: tuple[int, ...], count: int, internal: tuple[int, ...]) -> None:
        super().__init__()
        inner, features, last = internal[:4], internal[4], internal[5]
        conv = nn.Conv2d
        self.act_postprocess = nn.ModuleList([
            nn.Sequential(conv(widths[0], inner[0], 1), nn.ConvTranspose2d(inner[0], inner[0], 4, 4)),
            nn.Sequential(conv(widths[1], inner[1], 1), nn.ConvTranspose2d(inner[1], inner[1], 2, 2)),
            nn.Sequential(conv(widths[2], inner[2], 1)),
            nn.Sequential(conv(widths[3], inner[3], 1), conv(inner[3], inner[3], 3, 2, 1)),
        ])
        self.scratch = Scratch(inner, features)
        self.head = nn.ModuleList([conv(features, features // 2, 3, 1, 1), nn.Identity(), conv(features // 2, last, 3, 1, 1), nn.ReLU(), conv(last, count, 1)])

    def forward(self, levels: list[torch.Tensor], grid: tuple[int, int]) -> torch.Tensor:
        maps = [post(x.transpose(1, 2).unflatten(-1, grid)) for x, post in zip(levels, self.act_postprocess)]
        x = _twice(self.head[0](self.scratch(maps)))
        return self.head[4](F.relu(self.head[2](x)))
