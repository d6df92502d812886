"""Draws point clouds by packing depth and point number into one integer and taking the smallest per pixel (Günther et al. 2013)."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .cameras import inverse, moved_points
from .layout import Rooms
from .library import Library

#: Nothing drawn: larger than any key.
EMPTY = torch.iinfo(torch.int64).max
#: Points per pixel that a surface facing the camera should get, before the splats close the gaps.
DENSITY = 3.0
_NEAR_M = 0.05


@dataclass
class Points:
    """Points of all objects of all pictures, flat. pair [M] (which object in which picture) and library index [M]."""

    pair: torch.Tensor
    index: torch.Tensor


def world_from_object(rooms: Rooms, times: torch.Tensor) -> torch.Tensor:
    """[B,V,P,3,4]: scale along own axes, turn around y, move; at the times [B,V]."""
    yaw = rooms.yaw[:, None] + rooms.spin[:, None] * times[..., None]
    place = rooms.place[:, None] + rooms.velocity[:, None] * times[..., None, None]
    c, s, zero = torch.cos(yaw), torch.sin(yaw), torch.zeros_like(yaw)
    rotation = torch.stack([torch.stack([c, zero, s], -1), torch.stack([zero, zero + 1, zero], -1), torch.stack([-s, zero, c], -1)], -2)
    return torch.cat([rotation * rooms.scale[:, None, :, None, :], place[..., None]], -1)


def choose_points(library: Library, cloud: torch.Tensor, wanted: torch.Tensor) -> Points:
    """First `wanted` [K] points of each cloud [K] (0: none): the level of detail."""
    counts = torch.minimum(wanted, library.count[cloud])
    ends = counts.cumsum(0)
    pair = torch.repeat_interleave(torch.arange(len(counts), device=counts.device), counts)
    local = torch.arange(len(pair), device=counts.device) - (ends - counts)[pair]
    return Points(pair, library.start[cloud][pair] + local)


def area_of(library: Library, rooms: Rooms) -> torch.Tensor:
    """[B,P] square metres of every slot's object at its scale. A flattened one (a rug) keeps the area of its broad sides."""
    s = rooms.scale
    return library.area[rooms.cloud] * torch.stack([s[..., 0] * s[..., 1], s[..., 0] * s[..., 2], s[..., 1] * s[..., 2]], -1).amax(-1)


def transform(matrix: torch.Tensor, points: Points, vectors: torch.Tensor) -> torch.Tensor:
    """matrix [K,3,4] of each pair applied to positions [M,3]."""
    return moved_points(matrix[points.pair], vectors)


def draw(buffer: torch.Tensor, picture: torch.Tensor, xy: torch.Tensor, depth: torch.Tensor, side: torch.Tensor, number: torch.Tensor,
         height_px: int, width_px: int, largest: int, bias: float = 0.004) -> None:
    """Writes squares of `side` [M] pixels around xy [M,2] into buffer [pictures·H·W] int64 (smallest key wins).

    `bias` is the relative depth added per pixel off the middle, so that a point beats its neighbours' rims.
    """
    inside = (depth > _NEAR_M) & torch.isfinite(xy).all(-1)
    inside &= (xy > -largest).all(-1) & (xy[:, 0] < width_px + largest) & (xy[:, 1] < height_px + largest)
    kept = inside.nonzero()[:, 0]
    # Largest squares first: whoever reaches a cell of the square is then a prefix, found with one look at the counts.
    kept = kept[side[kept].to(torch.uint8).argsort(descending=True, stable=True)]
    picture, xy, depth, side, number = (x[kept] for x in (picture, xy, depth, side, number))
    reaching = (len(kept) - torch.bincount(side, minlength=largest + 1).cumsum(0)).tolist()
    corner = torch.floor(xy - (side - 1)[:, None] / 2).long()
    for dy in range(largest):
        for dx in range(largest):
            mine = slice(reaching[max(dx, dy)])
            if reaching[max(dx, dy)] == 0:
                continue
            x, y = corner[mine, 0] + dx, corner[mine, 1] + dy
            off = ((x + 0.5 - xy[mine, 0]).abs() + (y + 0.5 - xy[mine, 1]).abs()).clamp(max=6)
            key = ((depth[mine] * (1 + bias * off)).view(torch.int32).long() << 32) | number[mine]
            at = (picture[mine] * height_px + y) * width_px + x
            seen = (x >= 0) & (x < width_px) & (y >= 0) & (y < height_px)
            # A look costs less than a contested write, and most points lie behind what is drawn.
            seen &= key < buffer[torch.where(seen, at, 0)]
            buffer.scatter_reduce_(0, at[seen], key[seen], "amin")


@dataclass
class Drawn:
    """What the objects of a batch of pictures leave on the pixels; flat over pictures·H·W."""

    points: Points
    #: [n] pixel (flat) of each hit and the number of its point in `points`
    pixel: torch.Tensor
    number: torch.Tensor
    #: [K] picture and slot of each pair, [K] its cloud, [K,3,4] world from object
    picture: torch.Tensor
    slot: torch.Tensor
    cloud: torch.Tensor
    matrix: torch.Tensor


def draw_objects(library: Library, rooms: Rooms, poses: torch.Tensor, intrinsics: torch.Tensor, times: torch.Tensor, height_px: int, width_px: int,
                 largest: int) -> Drawn:
    """poses [B,V,4,4] world from camera, intrinsics [B,V,4] in pixels of H×W; splats are at most `largest` pixels wide."""
    batch, views = poses.shape[:2]
    matrices = world_from_object(rooms, times)
    slots = matrices.shape[2]
    camera_from_world = inverse(poses)[:, :, None, :3]
    camera_from_object = camera_from_world[..., :3] @ matrices
    camera_from_object[..., 3] += camera_from_world[..., 3]
    extent = library.size[rooms.cloud] * rooms.scale
    radius = extent.norm(dim=-1)[:, None] / 2
    middle = camera_from_object[..., 3] + camera_from_object[..., 1] * (library.size[rooms.cloud][:, None, :, 1:2] / 2)
    focal = intrinsics[..., :1]
    reach = middle[..., 2] + radius
    tan_x, tan_y = width_px / 2 / focal, height_px / 2 / focal
    visible = (reach > _NEAR_M) & (middle[..., 0].abs() < tan_x * reach + 1.5 * radius) & (middle[..., 1].abs() < tan_y * reach + 1.5 * radius)
    visible &= rooms.present[:, None]
    nearest = (middle[..., 2] - 0.6 * radius).clamp(min=0.3)
    area = area_of(library, rooms)[:, None].expand(batch, views, slots)
    wanted = (area * (focal / nearest) ** 2 * DENSITY).clamp(min=24).long() * visible
    kept = (wanted > 0).flatten().nonzero()[:, 0]
    cloud = rooms.cloud[:, None].expand(batch, views, slots).flatten()[kept]
    picture, slot = kept // slots, kept % slots
    matrix, world = camera_from_object.flatten(0, 2)[kept], matrices.flatten(0, 2)[kept]
    wanted = torch.minimum(wanted.flatten()[kept], library.count[cloud])
    points = choose_points(library, cloud, wanted)
    position = transform(matrix, points, library.positions[points.index])
    depth = position[:, 2]
    k = intrinsics.flatten(0, 1)[picture][points.pair]
    xy = position[:, :2] / depth[:, None].clamp(min=1e-6) * k[:, :2] + k[:, 2:]
    spacing = torch.sqrt(area.flatten()[kept] / wanted)[points.pair] * k[:, 0] / depth.clamp(min=_NEAR_M)
    # Points lie at random: squares of 2.2 spacings leave exp(−2.2²), under one per cent, of a surface open.
    side = torch.ceil(2.2 * spacing).clamp(1, largest).long()
    buffer = torch.full((batch * views * height_px * width_px,), EMPTY, dtype=torch.int64, device=poses.device)
    draw(buffer, picture[points.pair], xy, depth, side, torch.arange(len(points.pair), device=poses.device), height_px, width_px, largest)
    pixel = (buffer != EMPTY).nonzero()[:, 0]
    return Drawn(points, pixel, buffer[pixel] & 0xFFFFFFFF, picture, slot, cloud, world)
