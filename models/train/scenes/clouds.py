"""Surfaces become dense point clouds in random order, so that any prefix is a fair sample: the level of detail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .glb import Surface


@dataclass
class Cloud:
    """One object, standing on y = 0 with x and z centred; metres, y up."""

    word: str
    #: [n,3] float32 metres
    positions: np.ndarray
    #: [n,3] float32 unit
    normals: np.ndarray
    #: [n,3] uint8 sRGB
    colours: np.ndarray
    #: [n,2] float32 texture coordinates in metres for objects that take any texture; NaN where the colour is baked
    uv: np.ndarray
    #: square metres of all surfaces
    area: float
    #: 0 matt … 1 mirror
    gloss: float
    #: where it comes from: a file, or "procedural"
    source: str

    @property
    def size(self) -> np.ndarray:
        """[3] extents in metres."""
        return self.positions.max(0) - self.positions.min(0)


def stand(positions: np.ndarray) -> np.ndarray:
    """Moves points so that they stand on y = 0 around the origin."""
    low, high = positions.min(0), positions.max(0)
    return positions - np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])


def sample_surfaces(surfaces: list[Surface], word: str, count: int, scale: float, source: str, seed: int) -> Cloud | None:
    """`count` points by area, stratified along the list of triangles. None when the surfaces have no area."""
    rng = np.random.default_rng(seed)
    corners = [s.positions[s.triangles] * scale for s in surfaces]
    cross = [np.cross(c[:, 1] - c[:, 0], c[:, 2] - c[:, 0]) for c in corners]
    areas = np.concatenate([np.linalg.norm(x, axis=1) / 2 for x in cross]) if corners else np.zeros(0)
    total = float(areas.sum())
    if not np.isfinite(total) or total <= 0:
        return None
    ends = np.cumsum(areas)
    picked = np.searchsorted(ends, (np.arange(count) + rng.random(count)) / count * total).clip(0, len(areas) - 1)
    a, b = rng.random((2, count))
    flip = a + b > 1
    weights = np.stack([1 - np.where(flip, 1 - a, a) - np.where(flip, 1 - b, b), np.where(flip, 1 - a, a), np.where(flip, 1 - b, b)], 1)
    positions, normals = np.zeros((count, 3)), np.zeros((count, 3))
    colours, kept = np.zeros((count, 3), np.uint8), np.ones(count, bool)
    gloss, first = 0.0, 0
    for surface, corner, normal in zip(surfaces, corners, cross):
        mine = np.nonzero((picked >= first) & (picked < first + len(corner)))[0]
        triangle = picked[mine] - first
        first += len(corner)
        if len(mine) == 0:
            continue
        w = weights[mine, :, None]
        positions[mine] = (corner[triangle] * w).sum(1)
        normals[mine] = normal[triangle] / np.maximum(np.linalg.norm(normal[triangle], axis=1, keepdims=True), 1e-20)
        uv = (surface.uv[surface.triangles[triangle]] * w).sum(1) if surface.uv is not None else None
        colours[mine], kept[mine] = _colours(surface, uv, len(mine))
        gloss += (1 - surface.roughness) * len(mine) / count
    keep = np.nonzero(kept)[0]
    if len(keep) < count // 4:
        return None
    order = rng.permutation(keep)
    return Cloud(
        word=word,
        positions=stand(positions[order]).astype(np.float32),
        normals=normals[order].astype(np.float32),
        colours=colours[order],
        uv=np.full((len(order), 2), np.nan, np.float32),
        area=total,
        gloss=float(gloss),
        source=source,
    )


def _colours(surface: Surface, uv: np.ndarray | None, count: int) -> tuple[np.ndarray, np.ndarray]:
    """sRGB colours [n,3] and which points are opaque [n]. Textures repeat; nearest texel, since points are sparser than texels."""
    factor = np.where(surface.factor <= 0.0031308, surface.factor * 12.92, 1.055 * np.maximum(surface.factor, 1e-6) ** (1 / 2.4) - 0.055)
    base = np.tile(np.concatenate([factor[:3], surface.factor[3:]]), (count, 1))
    if surface.texture is not None and uv is not None:
        height, width = surface.texture.shape[:2]
        column = (np.mod(np.nan_to_num(uv[:, 0]), 1) * width).astype(int).clip(0, width - 1)
        row = (np.mod(np.nan_to_num(uv[:, 1]), 1) * height).astype(int).clip(0, height - 1)
        base = base * (surface.texture[row, column] / 255.0)
    return (base[:, :3] * 255).round().clip(0, 255).astype(np.uint8), base[:, 3] > 0.5
