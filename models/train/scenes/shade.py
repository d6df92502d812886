"""Light: two lamps, one with shadows from a map drawn like the pictures, ambient light that fades in corners, and gloss."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .dice import Dice
from .layout import SLOTS, Rooms
from .library import Library
from .splat import EMPTY, area_of, choose_points, draw, transform, world_from_object

SHADOW_PX = 160
_SHADOW_POINTS = 1500


@dataclass
class Lights:
    #: [B,2,3] places in metres, [B,2,3] power; [B,3] ambient
    place: torch.Tensor
    power: torch.Tensor
    ambient: torch.Tensor
    #: [B,S,S] distance of the first lamp's nearest object per octahedral direction, inf: none
    shadow: torch.Tensor


def octahedral(direction: torch.Tensor) -> torch.Tensor:
    """Unit sphere → unit square (Meyer et al. 2010), the lower half in the middle, since lamps hang high: [...,3] → [...,2]."""
    d = direction / direction.abs().sum(-1, keepdim=True).clamp(min=1e-9)
    x, z = d[..., 0], d[..., 2]
    folded_x = (1 - z.abs()) * torch.where(x >= 0, 1.0, -1.0)
    folded_z = (1 - x.abs()) * torch.where(z >= 0, 1.0, -1.0)
    up = d[..., 1] > 0
    return torch.stack([torch.where(up, folded_x, x), torch.where(up, folded_z, z)], -1) * 0.5 + 0.5


def make_lights(dice: Dice, library: Library, rooms: Rooms) -> Lights:
    size = rooms.size
    share = dice.uniform(2, 3, low=0.2, high=0.8)
    share[..., 1] = dice.uniform(2, low=0.8, high=0.97)
    place = share * size[:, None]
    warmth = dice.uniform(2, 1, low=-0.15, high=0.2) * torch.tensor([1.0, 0.0, -1.0], device=size.device)
    power = (1 + warmth) * dice.uniform(2, 1, low=1.2, high=4.5) * torch.tensor([[1.0], [0.5]], device=size.device)
    ambient = dice.uniform(1, low=0.15, high=0.6) * dice.uniform(3, low=0.9, high=1.1)
    return Lights(place, power, ambient, _shadow_map(library, rooms, place[:, 0]))


def _shadow_map(library: Library, rooms: Rooms, lamp: torch.Tensor) -> torch.Tensor:
    """What stands still casts shadows; the lamp on the ceiling does not."""
    batch, slots = rooms.cloud.shape
    casts = rooms.present.clone()
    for use in ("ceiling", "mover", "rug"):
        first, count = SLOTS[use]
        casts[:, first : first + count] = False
    kept = casts.flatten().nonzero()[:, 0]
    cloud, room = rooms.cloud.flatten()[kept], kept // slots
    matrix = world_from_object(rooms, torch.zeros(batch, 1, device=lamp.device))[:, 0].flatten(0, 1)[kept]
    points = choose_points(library, cloud, torch.full_like(cloud, _SHADOW_POINTS))
    away = transform(matrix, points, library.positions[points.index]) - lamp[room][points.pair]
    distance = away.norm(dim=-1)
    spacing = (area_of(library, rooms).flatten()[kept] / library.count[cloud].clamp(max=_SHADOW_POINTS)).sqrt()
    side = torch.ceil(1.2 * spacing[points.pair] / distance.clamp(min=0.1) * SHADOW_PX / 2.5).clamp(1, 4).long()
    buffer = torch.full((batch * SHADOW_PX**2,), EMPTY, dtype=torch.int64, device=lamp.device)
    number = torch.zeros_like(points.pair)
    draw(buffer, room[points.pair], octahedral(away) * SHADOW_PX, distance, side, number, SHADOW_PX, SHADOW_PX, largest=4, bias=0.0)
    bits = (buffer >> 32).to(torch.int32).view(torch.float32)
    return torch.where(buffer == EMPTY, torch.inf, bits).reshape(batch, SHADOW_PX, SHADOW_PX)


def shade(lights: Lights, room: torch.Tensor, size: torch.Tensor, point: torch.Tensor, normal: torch.Tensor, to_camera: torch.Tensor,
          albedo: torch.Tensor, gloss: torch.Tensor, glow: torch.Tensor) -> torch.Tensor:
    """Linear radiance [n,3] of surface points [n,3] (world) in rooms [n]; normals face the camera, albedo is sRGB."""
    base = albedo.clamp(0, 1) ** 2.2
    x, y, z = torch.minimum(point, size[room] - point).clamp(min=0).unbind(-1)
    # The second nearest wall; sorting millions of threes takes longer.
    second = torch.maximum(torch.minimum(x, y), torch.minimum(torch.maximum(x, y), z))
    corner = 0.55 + 0.45 * (second / 0.6).clamp(max=1)
    radiance = base * lights.ambient[room] * corner[:, None]
    for lamp in range(2):
        away = point - lights.place[room, lamp]
        distance = away.norm(dim=-1).clamp(min=0.05)
        to_lamp = -away / distance[:, None]
        open_share = _open(lights.shadow, room, away, distance) if lamp == 0 else torch.ones_like(distance)
        strength = open_share / (distance**2 + 0.6)
        facing = (normal * to_lamp).sum(-1).clamp(min=0)
        half = torch.nn.functional.normalize(to_lamp + to_camera, dim=-1)
        shine = gloss * (normal * half).sum(-1).clamp(min=0) ** (8 + 90 * gloss)
        radiance = radiance + (base * facing[:, None] + 0.5 * shine[:, None]) * strength[:, None] * lights.power[room, lamp]
    return radiance + glow[:, None] * (0.5 + 0.5 * base)


def _open(shadow: torch.Tensor, room: torch.Tensor, away: torch.Tensor, distance: torch.Tensor) -> torch.Tensor:
    """Share of four neighbouring texels in which the lamp sees the point."""
    at = octahedral(away) * SHADOW_PX - 0.5
    low, total = at.floor().long(), torch.zeros_like(distance)
    for dy in (0, 1):
        for dx in (0, 1):
            column, row = (low[:, 0] + dx).clamp(0, SHADOW_PX - 1), (low[:, 1] + dy).clamp(0, SHADOW_PX - 1)
            weight = (1 - (at[:, 0] - low[:, 0] - dx).abs()) * (1 - (at[:, 1] - low[:, 1] - dy).abs())
            total += weight * (distance < shadow[room, row, column] * 1.03 + 0.04)
    return total.clamp(0, 1)
