"""From raw numbers of the heads to depth, points, poses and confidence (model-facts 1.12), and rays for views nobody took (1.9)."""

from __future__ import annotations

import torch


def expanded(v: torch.Tensor) -> torch.Tensor:
    """v / |v| · (exp |v| − 1) over the last axis; smooth at zero."""
    d = torch.sqrt((v * v).sum(-1, keepdim=True) + 1e-12)
    return v * (torch.expm1(d) / d)


def confidence(raw: torch.Tensor) -> torch.Tensor:
    """1 … ∞."""
    return 1 + raw.clamp(max=12).exp()


def pose_of(raw: torch.Tensor, bounded: bool) -> torch.Tensor:
    """raw [...,7] → translation and quaternion (w first, w ≥ 0), world from camera.

    `bounded`: the quaternion is (1, v) normalised. An unbounded one only ever grows under Adam, and its rotation freezes
    (training-probe section 4).
    """
    q = raw[..., 3:]
    if bounded:
        q = torch.cat([torch.ones_like(q[..., :1]), q[..., 1:]], -1)
    q = q / torch.sqrt((q * q).sum(-1, keepdim=True)).clamp(min=1e-8)
    q = torch.where(q[..., :1] < 0, -q, q)
    return torch.cat([expanded(raw[..., :3]), q], -1)


def matrix_of(pose: torch.Tensor) -> torch.Tensor:
    """[...,7] (translation, quaternion w first) → [...,4,4]."""
    w, x, y, z = pose[..., 3:].unbind(-1)
    rows = [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w), 2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
            2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]
    rotation = torch.stack(rows, -1).unflatten(-1, (3, 3))
    top = torch.cat([rotation, pose[..., :3, None]], -1)
    bottom = torch.zeros_like(top[..., :1, :])
    bottom[..., 3] = 1
    return torch.cat([top, bottom], -2)


def quaternion_of(rotation: torch.Tensor) -> torch.Tensor:
    """Rotation matrices [...,3,3] → quaternions w first with w ≥ 0 (Shepperd 1978: divide by the largest component)."""
    m = rotation
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    squares = torch.stack([1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz], -1).clamp(min=1e-9)
    a, b, c = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    d, e, f = m[..., 0, 1] + m[..., 1, 0], m[..., 0, 2] + m[..., 2, 0], m[..., 1, 2] + m[..., 2, 1]
    w2, x2, y2, z2 = squares.unbind(-1)
    candidates = torch.stack([torch.stack([w2, a, b, c], -1), torch.stack([a, x2, d, e], -1), torch.stack([b, d, y2, f], -1), torch.stack([c, e, f, z2], -1)], -2)
    best = squares.argmax(-1)[..., None, None].expand(*squares.shape[:-1], 1, 4)
    q = torch.nn.functional.normalize(candidates.gather(-2, best)[..., 0, :], dim=-1)
    return torch.where(q[..., :1] < 0, -q, q)


def composed_points(depth: torch.Tensor, focal_px: torch.Tensor) -> torch.Tensor:
    """depth [...,H,W] along the axis and focal length [...] in pixels, centre in the middle → points [...,H,W,3], camera axes."""
    height, width = depth.shape[-2:]
    v = torch.arange(height, device=depth.device) + 0.5 - height / 2
    u = torch.arange(width, device=depth.device) + 0.5 - width / 2
    scale = depth / focal_px[..., None, None]
    return torch.stack([u * scale, v[:, None] * scale, depth], -1)


def ray_map(world_from_camera: torch.Tensor, intrinsics: torch.Tensor, height_px: int, width_px: int) -> torch.Tensor:
    """[...,4,4], [...,4] → [...,6,H,W]: origin, and the normalised world position of the pixel at depth one.

    The quirks of the official training are kept (models/run/recurrent/ray-map.ts does the same): the translation is inside the
    direction, and pixels sit at whole numbers.
    """
    fx, fy, cx, cy = (k[..., None, None] for k in intrinsics.unbind(-1))
    v, u = torch.meshgrid(torch.arange(height_px, device=intrinsics.device), torch.arange(width_px, device=intrinsics.device), indexing="ij")
    x, y = (u - cx) / fx, (v - cy) / fy
    camera = torch.stack([x, y, torch.ones_like(x)], -1)
    origin = world_from_camera[..., None, None, :3, 3]
    at = (world_from_camera[..., None, None, :3, :3] @ camera[..., None])[..., 0] + origin
    direction = torch.nn.functional.normalize(at, dim=-1, eps=1e-8)
    return torch.cat([origin.expand_as(direction), direction], -1).movedim(-1, -3)
