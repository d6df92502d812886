"""Furnished rooms, a whole batch at once: every object has a slot of its own that it is made to fit, so nothing intersects."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from .dice import Dice
from .library import Library

#: first slot and number of slots of each use
SLOTS = {"wall": (0, 6), "table": (6, 1), "seat": (7, 4), "rug": (11, 1), "on_table": (12, 8), "on_wall": (20, 6),
         "corner": (26, 4), "ceiling": (30, 1), "mover": (31, 2)}
SLOT_COUNT = 33
#: Furniture may stand this far into the room from the walls across z and across x, in metres; cameras keep beyond.
DEPTH_Z_M, DEPTH_X_M = 1.3, 0.9


@dataclass
class Rooms:
    """World axes: y up, floor y = 0, walls at 0 and `size`; metres."""

    #: [B,3] x, height, z
    size: torch.Tensor
    #: [B,P] cloud of the library, and whether the slot is filled
    cloud: torch.Tensor
    present: torch.Tensor
    #: [B,P,3] factors along the object's own axes; [B,P] radians around y; [B,P,3] where its foot stands
    scale: torch.Tensor
    yaw: torch.Tensor
    place: torch.Tensor
    #: [B,P,3] metres per unit of time, 0 for what stands still; [B,P] radians per unit of time
    velocity: torch.Tensor
    spin: torch.Tensor
    #: [B,P] texture of objects without colours of their own, [B,P,3] factor on the colour
    texture: torch.Tensor
    tint: torch.Tensor
    #: [B] true: the cameras look at what lies on the table
    desk: torch.Tensor
    #: [B,3] middle of the table's top
    table_top: torch.Tensor


def make_rooms(dice: Dice, library: Library) -> Rooms:
    device = library.size.device
    batch = len(dice.seeds)
    size = torch.cat([dice.uniform(1, low=3.4, high=6.5), dice.uniform(1, low=2.3, high=3.1), dice.uniform(1, low=3.9, high=7.0)], 1)
    desk = dice.chance(0.35)
    cloud = torch.zeros(batch, SLOT_COUNT, dtype=torch.long, device=device)
    roles = {"wall": "wall", "table": "table", "seat": "seat", "rug": "rug", "on_table": "clutter", "on_wall": "clutter",
             "corner": "floor", "ceiling": "ceiling", "mover": "clutter"}
    shares = {"wall": 0.8, "table": 0.9, "seat": 0.75, "rug": 0.6, "on_table": 0.75, "on_wall": 0.5, "corner": 0.5, "ceiling": 0.7, "mover": 0.4}
    present = torch.zeros(batch, SLOT_COUNT, dtype=torch.bool, device=device)
    for use, (first, count) in SLOTS.items():
        cloud[:, first : first + count] = dice.pick(library.roles[roles[use]], count)
        present[:, first : first + count] = dice.chance(shares[use], count)
    # Chairs of one table are often alike.
    alike = dice.chance(0.6)[:, None]
    seats = slice(7, 11)
    cloud[:, seats] = torch.where(alike, cloud[:, 7:8], cloud[:, seats])
    present[:, 6] |= desk
    present[:, 12:20] &= present[:, 6:7]

    natural = library.size[cloud]
    yaw = dice.uniform(SLOT_COUNT, high=2 * math.pi)
    quarter = (dice.uniform(SLOT_COUNT) * 4).long()
    # Along z walls the longer side lies along x, along x walls along z.
    along_x = natural[..., 0] >= natural[..., 2]
    wants_x = torch.zeros(SLOT_COUNT, dtype=torch.bool, device=device)
    wants_x[0:4] = True
    wants_x[6] = wants_x[11] = True
    turn = (quarter // 2) * 2 + (along_x != wants_x).long()
    squared = torch.zeros(SLOT_COUNT, dtype=torch.bool, device=device)
    squared[0:7] = squared[11] = True
    yaw = torch.where(squared, turn * (math.pi / 2), yaw)
    # Footprint after turning: exact for quarter turns, the diagonal otherwise.
    swap = squared & (turn % 2 == 1)
    wide = torch.where(swap, natural[..., 2], natural[..., 0])
    deep = torch.where(swap, natural[..., 0], natural[..., 2])
    diagonal = torch.hypot(natural[..., 0], natural[..., 2])
    wide, deep = torch.where(squared, wide, diagonal), torch.where(squared, deep, diagonal)

    lx, height, lz = size.unbind(1)
    limit = torch.full((batch, SLOT_COUNT, 3), 1e3, device=device)
    limit[..., 1] = (height * 0.9)[:, None]
    limit[:, 0:4, 0], limit[:, 0:4, 2] = (0.36 * lx)[:, None], DEPTH_Z_M
    limit[:, 4:6, 0], limit[:, 4:6, 2] = DEPTH_X_M, (lz - 2 * DEPTH_Z_M - 0.1)[:, None]
    limit[:, 6] = torch.stack([0.32 * lx, torch.full_like(lx, 0.85), 0.25 * lz], 1)
    limit[:, 7:11, 0:3:2], limit[:, 7:11, 1] = 0.75, 1.1
    limit[:, 11] = torch.stack([0.6 * lx, torch.full_like(lx, 0.04), 0.5 * lz], 1)
    limit[:, 26:30, 0:3:2] = (0.11 * torch.minimum(lx, lz))[:, None, None]
    limit[:, 30, 1] = 0.5
    limit[:, 31:33, :] = 0.35
    fit = torch.minimum(torch.minimum(limit[..., 0] / wide, limit[..., 2] / deep), limit[..., 1] / natural[..., 1]).clamp(max=1)
    jitter = dice.uniform(SLOT_COUNT, 3, low=0.88, high=1.0)
    scale = fit[..., None] * jitter
    scale[:, 11, 1] = (0.012 / natural[:, 11, 1]).clamp(max=1)
    extent = torch.stack([wide, natural[..., 1], deep], -1) * scale.amax(-1, keepdim=True)

    place = torch.zeros(batch, SLOT_COUNT, 3, device=device)
    gap = dice.uniform(6, high=0.06)
    for i, (fraction, far) in enumerate([(0.3, 0), (0.7, 0), (0.3, 1), (0.7, 1)]):
        place[:, i, 0] = lx * fraction
        inside = extent[:, i, 2] / 2 + gap[:, i]
        place[:, i, 2] = lz - inside if far else inside
    for i, far in [(4, 0), (5, 1)]:
        inside = extent[:, i, 0] / 2 + gap[:, i]
        place[:, i, 0] = lx - inside if far else inside
        place[:, i, 2] = lz / 2
    centre = torch.stack([lx / 2, torch.zeros_like(lx), lz / 2], 1) + (dice.uniform(3) - 0.5) * torch.tensor([0.3, 0.0, 0.3], device=device)
    place[:, 6] = place[:, 11] = centre
    top = natural[:, 6, 1] * scale[:, 6, 1]
    for i, (sx, sz) in enumerate([(0, 1), (0, -1), (1, 0), (-1, 0)]):
        reach = extent[:, 6, 0 if sx else 2] / 2 + extent[:, 7 + i, 0] / 2 * 0.85
        place[:, 7 + i, 0] = centre[:, 0] + sx * reach
        place[:, 7 + i, 2] = centre[:, 2] + sz * reach
    table_top = torch.stack([centre[:, 0], top, centre[:, 2]], 1)
    cells = torch.tensor([[x, z] for x in (-0.36, -0.12, 0.12, 0.36) for z in (-0.25, 0.25)], device=device)
    _put_on(place, scale, natural, 12, table_top, extent[:, 6], cells, dice, cell_share=torch.tensor([0.24, 0.5], device=device))
    for i in range(6):
        on = torch.stack([place[:, i, 0], natural[:, i, 1] * scale[:, i, 1], place[:, i, 2]], 1)
        _put_on(place, scale, natural, 20 + i, on, extent[:, i], torch.zeros(1, 2, device=device), dice, cell_share=torch.tensor([0.6, 0.6], device=device))
        present[:, 20 + i] &= present[:, i] & (on[:, 1] < height - 0.6)
    for i, (sx, sz) in enumerate([(0, 0), (0, 1), (1, 0), (1, 1)]):
        inset = 0.06 * torch.minimum(lx, lz)
        place[:, 26 + i, 0] = lx - inset if sx else inset
        place[:, 26 + i, 2] = lz - inset if sz else inset
    place[:, 30] = torch.stack([lx * 0.5, height - natural[:, 30, 1] * scale[:, 30, 1], lz * 0.5], 1)
    way = dice.uniform(2, high=2 * math.pi)
    ring = torch.stack([torch.cos(way), torch.zeros_like(way), torch.sin(way)], -1)
    place[:, 31:33] = centre[:, None] + ring * torch.stack([0.3 * lx, height, 0.28 * lz], 1)[:, None]
    velocity = torch.zeros(batch, SLOT_COUNT, 3, device=device)
    velocity[:, 31:33] = (dice.uniform(2, 3) - 0.5) * torch.tensor([1.2, 0.0, 1.2], device=device)
    velocity[:, 31:33, 1] = dice.uniform(2, high=0.4)
    spin = torch.zeros(batch, SLOT_COUNT, device=device)
    spin[:, 31:33] = (dice.uniform(2) - 0.5) * 3
    return Rooms(
        size=size, cloud=cloud, present=present, scale=scale, yaw=yaw, place=place, velocity=velocity, spin=spin,
        texture=(dice.uniform(SLOT_COUNT) * library.textures.count).long(),
        tint=dice.uniform(SLOT_COUNT, 1, low=0.75, high=1.1) * dice.uniform(SLOT_COUNT, 3, low=0.88, high=1.08),
        desk=desk, table_top=table_top,
    )


def _put_on(place: torch.Tensor, scale: torch.Tensor, natural: torch.Tensor, first: int, top: torch.Tensor, extent: torch.Tensor,
            cells: torch.Tensor, dice: Dice, cell_share: torch.Tensor) -> None:
    """Puts one object into each cell of a surface around `top` [B,3], shrunk where it would leave its cell."""
    count = len(cells)
    reach = extent[:, None, [0, 2]]
    slots = slice(first, first + count)
    diagonal = torch.hypot(natural[:, slots, 0], natural[:, slots, 2]) * scale[:, slots].amax(-1)
    room = (reach * cell_share).amin(-1)
    scale[:, slots] *= (room / diagonal).clamp(max=1)[..., None]
    shift = cells * reach + (dice.uniform(count, 2) - 0.5) * 0.04
    place[:, slots, 0], place[:, slots, 2] = top[:, None, 0] + shift[..., 0], top[:, None, 2] + shift[..., 1]
    place[:, slots, 1] = top[:, None, 1]
