"""Where the cameras of a sequence stand: smooth walks, unordered views and revisits, and their intrinsics."""

from __future__ import annotations

import math

import torch

from .dice import Dice
from .layout import DEPTH_X_M, DEPTH_Z_M, Rooms


def inverse(matrix: torch.Tensor) -> torch.Tensor:
    """Inverses of [...,n,n]. Unlike torch.linalg.inv it does not make the processor wait for the device, nor end a leg over one singular matrix."""
    return torch.linalg.inv_ex(matrix).inverse


def turned(matrix: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
    """The 3x3 part of matrix [...,≥3,≥3] times vectors [...,3], which broadcast. Sums of products: exact in float32 on every device
    (a matrix product may run in TF32 with ten bits), and no copy of the matrix for every pixel."""
    x, y, z = vectors[..., 0:1], vectors[..., 1:2], vectors[..., 2:3]
    return matrix[..., :3, 0] * x + matrix[..., :3, 1] * y + matrix[..., :3, 2] * z


def moved_points(matrix: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """matrix [...,≥3,4] applied to points [...,3], which broadcast."""
    return turned(matrix, points) + matrix[..., :3, 3]


def look_at(eye: torch.Tensor, target: torch.Tensor, roll: torch.Tensor) -> torch.Tensor:
    """World-from-camera [...,4,4] with OpenCV axes (x right, y down, z forward) in a world whose y points up; roll in radians."""
    forward = torch.nn.functional.normalize(target - eye, dim=-1)
    up = torch.zeros_like(forward)
    up[..., 1] = 1
    right = torch.nn.functional.normalize(torch.cross(forward, up, dim=-1), dim=-1)
    down = torch.cross(forward, right, dim=-1)
    c, s = torch.cos(roll)[..., None], torch.sin(roll)[..., None]
    pose = torch.zeros(*eye.shape[:-1], 4, 4, device=eye.device)
    pose[..., :3, 0], pose[..., :3, 1], pose[..., :3, 2] = c * right + s * down, c * down - s * right, forward
    pose[..., :3, 3] = eye
    pose[..., 3, 3] = 1
    return pose


def make_cameras(dice: Dice, rooms: Rooms, views: int, height_px: int, width_px: int, stride: float = 0.4) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """World-from-camera [B,V,4,4], intrinsics [B,V,4] (fx, fy, cx, cy in pixels, first centre at 0.5), times [B,V].

    `stride` is the step of time between neighbouring views of a smooth walk; a curriculum starts small and widens it.
    """
    size, device = rooms.size, rooms.size.device
    batch = len(size)
    lx, height, lz = size.unbind(1)
    steps = torch.arange(views, device=device, dtype=torch.float32).expand(batch, views) * stride
    kind = dice.uniform(1)
    unordered = dice.uniform(views, high=max(views - 1, 1) * stride * 3)
    there_and_back = (steps - steps[:, -1:] / 2).abs()
    time = torch.where(kind < 0.6, steps, torch.where(kind < 0.8, unordered, there_and_back))
    # Sums of slow waves: smooth in time, different for every sequence.
    phase, speed = dice.uniform(6, high=2 * math.pi), dice.uniform(6, low=0.4, high=1.1) * torch.where(dice.chance(0.5, 6), 1.0, -1.0)
    wave = torch.sin(phase[:, None] + speed[:, None] * time[..., None])

    low = torch.stack([torch.full_like(lx, DEPTH_X_M + 0.15), torch.full_like(lx, 1.15), torch.full_like(lx, DEPTH_Z_M + 0.15)], 1)
    high = torch.stack([lx - DEPTH_X_M - 0.15, torch.minimum(height - 0.8, torch.full_like(lx, 1.75)), lz - DEPTH_Z_M - 0.15], 1)
    eye = low[:, None] + (high - low)[:, None] * (0.5 + 0.5 * wave[..., :3])
    focus = size * torch.cat([dice.uniform(1), dice.uniform(1, low=0.05, high=0.38), dice.uniform(1)], 1)
    # Something near the other side of the room, so that the picture is never one wall from close by.
    focus[:, 0] = torch.where(focus[:, 0] > lx / 2, 0.9 * lx, 0.1 * lx)
    # Start on the side away from it.
    side = torch.where(focus[:, 0] > lx / 2, 0.35, 0.65)
    eye[..., 0] = eye[..., 0] + 0.6 * (side[:, None] - 0.5) * (high - low)[:, None, 0]
    eye = torch.minimum(torch.maximum(eye, low[:, None]), high[:, None])
    aim = focus[:, None] + wave[..., 3:] * torch.tensor([0.6, 0.25, 0.6], device=device)

    turn = phase[:, :1] + (time - time[:, :1]) * speed[:, :1] * 0.9
    distance = dice.uniform(1, low=0.65, high=1.25) * (1 + 0.2 * wave[..., 0])
    over = rooms.table_top[:, 1:2] + 0.35 + 0.45 * (0.5 + 0.5 * wave[..., 1])
    orbit = torch.stack([rooms.table_top[:, :1] + distance * torch.cos(turn), over, rooms.table_top[:, 2:] + distance * torch.sin(turn)], -1)
    orbit = torch.minimum(torch.maximum(orbit, (low * 0.85)[:, None]), torch.maximum(high, low + 0.1)[:, None] + 0.1)
    onto = rooms.table_top[:, None] + wave[..., 3:] * torch.tensor([0.15, 0.05, 0.15], device=device)
    desk = rooms.desk[:, None, None]
    eye, aim = torch.where(desk, orbit, eye), torch.where(desk, onto, aim)
    eye = eye + dice.normal(views, 3) * 0.004
    roll = 0.06 * dice.normal(1) + 0.02 * dice.normal(views)
    half = torch.deg2rad(dice.uniform(1, low=44, high=80)) / 2
    focal = (max(width_px, height_px) / 2 / torch.tan(half)).expand(batch, views)
    centre = torch.ones_like(focal)
    return look_at(eye, aim, roll), torch.stack([focal, focal, centre * width_px / 2, centre * height_px / 2], -1), time


def rays_of(intrinsics: torch.Tensor, height_px: int, width_px: int) -> torch.Tensor:
    """Directions at depth one through pixel centres, camera axes: [...,4] → [...,H,W,3]."""
    fx, fy, cx, cy = (k[..., None, None] for k in intrinsics.unbind(-1))
    v, u = torch.meshgrid(torch.arange(height_px, device=intrinsics.device) + 0.5, torch.arange(width_px, device=intrinsics.device) + 0.5, indexing="ij")
    x, y = (u - cx) / fx, (v - cy) / fy
    return torch.stack([x, y, torch.ones_like(x)], -1)
