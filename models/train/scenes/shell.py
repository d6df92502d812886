"""The room itself: walls, floor and ceiling met by each ray exactly, with textures, doors, windows and pictures on the walls."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .dice import Dice
from .labels import WORD_ID
from .textures import TextureBank

#: Faces in order: x = 0, y = 0 (floor), z = 0, x = size, y = size (ceiling), z = size.
FACE_WORDS = ("wall", "floor", "wall", "wall", "ceiling", "wall")
_DECALS_PER_FACE = 2


@dataclass
class Shell:
    #: [B,6] texture and [B,6] its period in metres, [B,6,3] tint
    texture: torch.Tensor
    period: torch.Tensor
    tint: torch.Tensor
    #: [B,6] 0 matt … 1 mirror
    gloss: torch.Tensor
    #: [B,6,D,4] middle and half size along the face's two axes in metres; half size 0: none
    decal: torch.Tensor
    decal_word: torch.Tensor
    decal_texture: torch.Tensor


@dataclass
class ShellHit:
    """Per pixel [...]: depth (the ray's parameter), face, albedo [...,3] sRGB, normal [...,3] world, word, instance, gloss, glow."""

    depth: torch.Tensor
    albedo: torch.Tensor
    normal: torch.Tensor
    word: torch.Tensor
    instance: torch.Tensor
    gloss: torch.Tensor
    glow: torch.Tensor


def make_shell(dice: Dice, size: torch.Tensor, textures: TextureBank) -> Shell:
    batch, device = len(size), size.device
    texture = (dice.uniform(6) * textures.count).long()
    # Most walls of a room are alike, and many ceilings are plain.
    texture[:, [2, 3, 5]] = torch.where(dice.chance(0.7)[:, None], texture[:, :1], texture[:, [2, 3, 5]])
    tint = dice.uniform(6, 1, low=0.85, high=1.15) * dice.uniform(6, 3, low=0.92, high=1.08)
    lengths = torch.stack([size[:, [2, 1]], size[:, [0, 2]], size[:, [0, 1]]] * 2, 1)
    middle = dice.uniform(6, _DECALS_PER_FACE, 2, low=0.12, high=0.88) * lengths[:, :, None]
    half = dice.uniform(6, _DECALS_PER_FACE, 2, low=0.15, high=0.5)
    kinds = torch.tensor([WORD_ID["picture"], WORD_ID["window"], WORD_ID["door"]], device=device)
    word = dice.pick(kinds, 6, _DECALS_PER_FACE)
    # Doors reach the floor; everything else hangs at the height of the eyes.
    door = word == WORD_ID["door"]
    half[..., 1] = torch.where(door, 1.02, half[..., 1])
    half[..., 0] = torch.where(door, 0.42, half[..., 0])
    middle[..., 1] = torch.where(door, 1.0, dice.uniform(6, _DECALS_PER_FACE, low=1.2, high=1.8))
    there = dice.chance(0.5, 6, _DECALS_PER_FACE)
    there[:, [1, 4]] = False
    decal = torch.cat([middle, half * there[..., None]], -1)
    return Shell(texture, dice.uniform(6, low=0.5, high=2.5), tint, dice.uniform(6) ** 3, decal, word, (dice.uniform(6, _DECALS_PER_FACE) * textures.count).long())


def meet_shell(shell: Shell, size: torch.Tensor, origin: torch.Tensor, direction: torch.Tensor, footprint: torch.Tensor, textures: TextureBank) -> ShellHit:
    """origin [B,V,1,1,3] inside the room, direction [B,V,H,W,3] world (depth one), footprint [B,V,1,1] metres per pixel at depth one."""
    box = size[:, None, None, None]
    safe = torch.where(direction.abs() < 1e-8, torch.full_like(direction, 1e-8), direction)
    t = (torch.where(safe > 0, box, torch.zeros_like(box)) - origin) / safe
    depth, axis = t.min(-1)
    positive = torch.gather(safe, -1, axis[..., None])[..., 0] > 0
    face = axis + 3 * positive
    point = origin + depth[..., None] * direction
    # Two axes of each face: (z, y) on x faces, (x, z) on floor and ceiling, (x, y) on z faces.
    first = torch.where(axis == 0, point[..., 2], point[..., 0])
    second = torch.where(axis == 1, point[..., 2], point[..., 1])
    row = torch.arange(len(size), device=size.device)[:, None, None, None].expand_as(face)
    pick = lambda table: table[row, face]
    texture, period = pick(shell.texture), pick(shell.period)
    word = torch.tensor([WORD_ID[w] for w in FACE_WORDS], device=size.device)[face]
    instance = face.clone()
    tint, gloss = pick(shell.tint), pick(shell.gloss)
    glow = torch.zeros_like(depth)
    for d in range(_DECALS_PER_FACE):
        rectangle = pick(shell.decal[:, :, d])
        inside = ((first - rectangle[..., 0]).abs() < rectangle[..., 2]) & ((second - rectangle[..., 1]).abs() < rectangle[..., 3])
        decal_word = pick(shell.decal_word[:, :, d])
        word = torch.where(inside, decal_word, word)
        texture = torch.where(inside, pick(shell.decal_texture[:, :, d]), texture)
        period = torch.where(inside, 0.7 * period, period)
        instance = torch.where(inside, 6 + face * _DECALS_PER_FACE + d, instance)
        glow = torch.where(inside & (decal_word == WORD_ID["window"]), 0.8, glow)
    uv = torch.stack([first, second], -1) / period[..., None]
    steps = depth * footprint / period
    albedo = textures.look_up(texture.flatten(), uv.flatten(0, -2), steps.flatten()).reshape(*depth.shape, 3) * tint
    normal = torch.zeros_like(direction).scatter_(-1, axis[..., None], torch.where(positive, -1.0, 1.0)[..., None])
    return ShellHit(depth, albedo.clamp(0, 1), normal, word, instance, gloss, glow)


#: Instance numbers below this belong to the shell; object in slot p has FIRST_OBJECT + p.
FIRST_OBJECT = 6 + 6 * _DECALS_PER_FACE
