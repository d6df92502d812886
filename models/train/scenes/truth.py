"""Where pixels go: flow, visibility and warps between two views of a sequence, from depth, poses and moving objects."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .cameras import inverse, moved_points, rays_of
from .render import Sequences
from .shell import FIRST_OBJECT


def flow_between(scenes: Sequences, source: int, target: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Flow [B,H,W,2] in pixels (x, y) from view `source` to view `target`, and where it is seen there [B,H,W] bool."""
    height, width = scenes.depth.shape[-2:]
    rays = rays_of(scenes.intrinsics[:, source], height, width)
    camera = rays * scenes.depth[:, source, ..., None]
    world = moved_points(scenes.pose[:, source, None, None], camera)
    world = _carried(scenes, source, target, world)
    to = inverse(scenes.pose[:, target])
    seen = moved_points(to[:, None, None], world)
    depth = seen[..., 2]
    k = scenes.intrinsics[:, target][:, None, None]
    xy = seen[..., :2] / depth[..., None].clamp(min=1e-4) * k[..., :2] + k[..., 2:]
    v, u = torch.meshgrid(torch.arange(height, device=depth.device) + 0.5, torch.arange(width, device=depth.device) + 0.5, indexing="ij")
    flow = xy - torch.stack([u, v], -1)
    inside = (depth > 0.05) & (xy > 0).all(-1) & (xy[..., 0] < width) & (xy[..., 1] < height)
    there = sample(scenes.depth[:, target, None], xy, "nearest")[:, 0]
    return flow, inside & ((there / depth.clamp(min=0.05) - 1).abs() < 0.04)


def _carried(scenes: Sequences, source: int, target: int, world: torch.Tensor) -> torch.Tensor:
    """World points at the time of the target: what belongs to an object moves with it."""
    slot = scenes.instance[:, source] - FIRST_OBJECT
    slots = scenes.objects.shape[2]
    matrices = F.pad(scenes.objects, (0, 0, 0, 1))
    matrices[..., 3, 3] = 1
    moved = matrices[:, target] @ inverse(matrices[:, source])
    rows = torch.arange(len(slot), device=slot.device)[:, None, None]
    mine = moved[rows, slot.clamp(0, slots - 1)]
    carried = moved_points(mine, world)
    return torch.where((slot >= 0)[..., None], carried, world)


def sample(image: torch.Tensor, xy: torch.Tensor, mode: str = "bilinear") -> torch.Tensor:
    """image [B,C,H,W] at pixel positions xy [B,H',W',2] (first centre at 0.5) → [B,C,H',W']."""
    across = torch.stack([xy[..., 0] / image.shape[-1], xy[..., 1] / image.shape[-2]], -1)
    return F.grid_sample(image, across * 2 - 1, mode=mode, padding_mode="border", align_corners=False)
