"""A small differentiable renderer of 3D Gaussians in plain PyTorch (Kerbl et al. 2023), for training the Gaussian head.

Each pixel blends the nearest few of the Gaussians that matter there: they are found without gradient by one sort of packed keys (pixel,
depth), then blended with gradient. Exact up to the number of layers, the window, and what is fainter than a tenth of its middle.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from .points import composed_points

#: Squared distance in standard deviations at which a Gaussian ends: exp(−4.6 / 2) is a tenth.
_REACH = 4.6


@dataclass
class Gaussians:
    """Per scene [B,n,…]: mean in metres, covariance factor [3,3] (rotation times scales), opacity 0…1, colour 0…1."""

    mean: torch.Tensor
    factor: torch.Tensor
    opacity: torch.Tensor
    colour: torch.Tensor


def gaussians_of(raw: torch.Tensor, log_depth: torch.Tensor, focal: torch.Tensor, image: torch.Tensor) -> Gaussians:
    """Head's numbers [B,14,h,w] → Gaussians in camera axes, one per cell around the predicted surface.

    Order: offset 3, log scale 3, quaternion 4, opacity 1, colour 3 (a change of the photo's own colour, as in Splatt3R).
    log_depth [B,H,W], focal [B] in pixels of H×W, image [B,3,H,W] 0…1.
    """
    cell = log_depth.shape[-1] // raw.shape[-1]
    depth = F.avg_pool2d(log_depth[:, None], cell)[:, 0].exp()
    surface = composed_points(depth, focal / cell)
    raw = raw.movedim(1, -1)
    footprint = (depth * cell / focal[:, None, None])[..., None]
    mean = surface + raw[..., :3].tanh() * 2 * footprint
    scale = footprint * (raw[..., 3:6].clamp(-4, 3) - 0.5).exp()
    q = F.normalize(torch.cat([raw[..., 6:7] + 1, raw[..., 7:10]], -1), dim=-1)
    w, x, y, z = q.unbind(-1)
    rotation = torch.stack([1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w), 2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
                            2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)], -1).unflatten(-1, (3, 3))
    colour = (F.avg_pool2d(image, cell).movedim(1, -1) + 0.3 * raw[..., 11:14].tanh()).clamp(0, 1)
    flat = lambda t: t.flatten(1, 2)
    return Gaussians(flat(mean), flat(rotation * scale[..., None, :]), flat((raw[..., 10] + 2).sigmoid()), flat(colour))


def moved(gaussians: Gaussians, matrix: torch.Tensor) -> Gaussians:
    """Gaussians in other axes; matrix [B,4,4]."""
    rotation = matrix[:, None, :3, :3]
    mean = (rotation @ gaussians.mean[..., None])[..., 0] + matrix[:, None, :3, 3]
    return Gaussians(mean, rotation @ gaussians.factor, gaussians.opacity, gaussians.colour)


def merged(parts: list[Gaussians]) -> Gaussians:
    join = lambda name: torch.cat([getattr(p, name) for p in parts], 1)
    return Gaussians(join("mean"), join("factor"), join("opacity"), join("colour"))


def render_gaussians(g: Gaussians, intrinsics: torch.Tensor, height_px: int, width_px: int, layers: int = 16, window: int = 7) -> tuple[torch.Tensor, torch.Tensor]:
    """Gaussians in camera axes, intrinsics [B,4] → picture [B,3,H,W] over black and coverage [B,H,W] 0…1.

    One photo's Gaussians, two pixels apart, lie about seven deep at the start: two photos need 16 layers. With too few of them the
    nearest faint rims use up the list, and the picture gets holes where a surface is tilted.
    """
    batch, count = g.mean.shape[:2]
    depth = g.mean[..., 2]
    fx, fy, cx, cy = (k[:, None] for k in intrinsics.unbind(-1))
    z = depth.clamp(min=0.05)
    xy = torch.stack([g.mean[..., 0] / z * fx + cx, g.mean[..., 1] / z * fy + cy], -1)
    # Projection's derivative (EWA splatting, Zwicker et al. 2001).
    zero = torch.zeros_like(z)
    jacobian = torch.stack([torch.stack([fx / z, zero, -fx * g.mean[..., 0] / z**2], -1), torch.stack([zero, fy / z, -fy * g.mean[..., 1] / z**2], -1)], -2)
    root = jacobian @ g.factor
    covariance = root @ root.transpose(-1, -2)
    a, b, d = covariance[..., 0, 0] + 0.3, covariance[..., 0, 1], covariance[..., 1, 1] + 0.3
    determinant = (a * d - b * b).clamp(min=1e-6)
    conic = torch.stack([d, -b, a], -1) / determinant[..., None]
    lists = _nearest(xy.detach(), depth.detach(), conic.detach(), height_px, width_px, layers, window)
    v, u = torch.meshgrid(torch.arange(height_px, device=z.device) + 0.5, torch.arange(width_px, device=z.device) + 0.5, indexing="ij")
    pixel = torch.stack([u, v], -1).flatten(0, 1)[None]
    light = torch.ones(batch, height_px * width_px, device=z.device)
    picture = torch.zeros(batch, height_px * width_px, 3, device=z.device)
    pick = lambda t, at: t.gather(1, at[..., None].expand(-1, -1, t.shape[-1]))
    values = torch.cat([xy, conic, g.opacity[..., None], g.colour], -1)
    for at in lists:
        there = at >= 0
        own = pick(values, at.clamp(min=0))
        dx, dy = (pixel - own[..., :2]).unbind(-1)
        power = -0.5 * (own[..., 2] * dx * dx + 2 * own[..., 3] * dx * dy + own[..., 4] * dy * dy)
        alpha = (own[..., 5] * power.clamp(max=0).exp()).clamp(max=0.99) * there
        picture = picture + (light * alpha)[..., None] * own[..., 6:]
        light = light * (1 - alpha)
    return picture.transpose(1, 2).unflatten(-1, (height_px, width_px)), (1 - light).unflatten(-1, (height_px, width_px))


@torch.no_grad()
def _nearest(xy: torch.Tensor, depth: torch.Tensor, conic: torch.Tensor, height: int, width: int, layers: int, window: int) -> torch.Tensor:
    """[layers, B, H·W] indices of the nearest, second nearest … Gaussian over each pixel, −1: none."""
    batch, count = depth.shape
    reach = torch.arange(window, device=xy.device) - window // 2
    oy, ox = torch.meshgrid(reach, reach, indexing="ij")
    at = xy.floor().clamp(-1e6, 1e6).long()
    x, y = at[..., 0, None] + ox.flatten(), at[..., 1, None] + oy.flatten()
    dx, dy = x + 0.5 - xy[..., 0, None], y + 0.5 - xy[..., 1, None]
    p, q, r = (c[..., None] for c in conic.unbind(-1))
    near = p * dx * dx + 2 * q * dx * dy + r * dy * dy < _REACH
    valid = (near & (depth[..., None] > 0.05) & (x >= 0) & (x < width) & (y >= 0) & (y < height)).flatten().nonzero()[:, 0]
    owner = valid // window**2
    cell = (owner // count * height * width) + (y * width + x).flatten()[valid]
    key, order = ((cell << 32) | depth.flatten()[owner].view(torch.int32).long()).sort()
    cell = key >> 32
    first = torch.bincount(cell, minlength=batch * height * width).cumsum(0) - 1
    # Ends of the pixels' runs, moved by one: their starts.
    start = torch.cat([first.new_zeros(1), first[:-1] + 1])
    rank = torch.arange(len(cell), device=xy.device) - start[cell]
    kept = rank < layers
    lists = torch.full((layers, batch * height * width), -1, dtype=torch.int64, device=xy.device)
    lists[rank[kept], cell[kept]] = (owner % count)[order[kept]]
    return lists.unflatten(1, (batch, -1))
