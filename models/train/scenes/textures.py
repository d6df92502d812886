"""Textures with mip levels in one flat tensor, procedural and from photos of materials, and their lookup on the device."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

#: Side of the finest level in texels; each texture covers one metre times its own scale.
SIDE_TEXELS = 128
LEVELS = 8


def _noise(rng: np.random.Generator, octaves: int) -> np.ndarray:
    """Tileable value noise [side,side] in 0…1."""
    total, weight = np.zeros((SIDE_TEXELS, SIDE_TEXELS)), 0.0
    for octave in range(octaves):
        cells = 4 * 2**octave
        grid = rng.random((cells, cells))
        at = np.arange(SIDE_TEXELS) / SIDE_TEXELS * cells
        low, part = at.astype(int), at % 1
        part = part * part * (3 - 2 * part)
        high = (low + 1) % cells
        rows = grid[low] * (1 - part[:, None]) + grid[high] * part[:, None]
        total += (rows[:, low] * (1 - part) + rows[:, high] * part) / 2**octave
        weight += 1 / 2**octave
    return total / weight


def procedural_texture(seed: int) -> np.ndarray:
    """[side,side,3] float 0…1: plain paint, noise, bricks, checks, stripes, wood, spots, planks."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIDE_TEXELS, 0:SIDE_TEXELS] / SIDE_TEXELS
    # Rooms are mostly muted: colours lie near grey, a few are loud.
    grey, hue = rng.random((2, 1)) * 0.65 + 0.25, rng.random((2, 3)) - 0.5
    a, b = np.clip(grey + hue * (0.9 if rng.random() < 0.1 else 0.25), 0.03, 0.97)
    if rng.random() < 0.5:
        b = a + (b - a) * 0.35
    noise = _noise(rng, int(rng.integers(2, 5)))
    kind, n = int(rng.integers(0, 8)), int(rng.integers(2, 9))
    if kind == 0:
        mix = noise * 0.15
    elif kind == 1:
        mix = noise
    elif kind == 2:
        row = np.floor(y * 2 * n)
        mix = ((np.mod(y * 2 * n, 1) < 0.1) | (np.mod(x * n + row / 2, 1) < 0.05)) * 0.8 + noise * 0.2
    elif kind == 3:
        mix = np.mod(np.floor(x * n * 2) + np.floor(y * n * 2), 2) * 0.8 + noise * 0.2
    elif kind == 4:
        mix = np.mod(np.floor(x * n * 2), 2) * 0.8 + noise * 0.2
    elif kind == 5:
        mix = 0.5 + 0.5 * np.sin(2 * np.pi * (n * x + 2 * noise))
    elif kind == 6:
        mix = (np.hypot(np.mod(x * n, 1) - 0.5, np.mod(y * n, 1) - 0.5) < rng.uniform(0.15, 0.4)) * 0.9 + noise * 0.1
    else:
        tone = rng.random(64)[np.floor(x * n).astype(int)]
        mix = tone * 0.6 + noise * 0.3 + (np.mod(x * n, 1) < 0.04) * 0.4
    return np.clip(a + (b - a) * mix[..., None], 0, 1)


def photo_textures(folder: Path) -> list[np.ndarray]:
    """Two crops of each colour photo in `folder`/materials, [side,side,3] 0…1."""
    found = []
    for path in sorted((folder / "materials").glob("*_Color.jpg")):
        picture = Image.open(path).convert("RGB")
        for size in (picture.width, picture.width // 2):
            crop = picture.crop((0, 0, size, size)).resize((SIDE_TEXELS, SIDE_TEXELS), Image.Resampling.LANCZOS)
            found.append(np.asarray(crop, np.float32) / 255)
    return found


class TextureBank:
    """All textures of a run. `texels` [T, sum of level sizes, 3] uint8, levels one after another, finest first."""

    def __init__(self, textures: list[np.ndarray], device: torch.device) -> None:
        flat = []
        for texture in textures:
            level = torch.from_numpy(np.ascontiguousarray(texture, np.float32)).permute(2, 0, 1)[None]
            parts = []
            for _ in range(LEVELS):
                parts.append(level[0].flatten(1).T)
                level = torch.nn.functional.avg_pool2d(level, 2) if level.shape[-1] > 1 else level
            flat.append((torch.cat(parts) * 255).round().to(torch.uint8))
        self.texels = torch.stack(flat).to(device)
        self.count = len(flat)
        sides = torch.tensor([SIDE_TEXELS >> level for level in range(LEVELS)])
        self.sides = sides.to(device)
        self.starts = torch.cat([torch.zeros(1, dtype=torch.long), (sides**2).cumsum(0)[:-1]]).to(device)

    def look_up(self, texture: torch.Tensor, uv: torch.Tensor, footprint: torch.Tensor) -> torch.Tensor:
        """Bilinear in the level that fits. texture [n] ids, uv [n,2] in periods, footprint [n] periods per pixel → [n,3] 0…1 sRGB."""
        level = torch.log2((footprint * SIDE_TEXELS).clamp(min=1e-6)).round().clamp(0, LEVELS - 1).long()
        side, start = self.sides[level], self.starts[level]
        at = torch.remainder(torch.nan_to_num(uv), 1) * side[:, None] - 0.5
        low = at.floor()
        part = at - low
        low = low.long()
        colour = torch.zeros(len(texture), 3, device=uv.device)
        for dy in (0, 1):
            for dx in (0, 1):
                column, row = (low[:, 0] + dx) % side, (low[:, 1] + dy) % side
                weight = (part[:, 0] if dx else 1 - part[:, 0]) * (part[:, 1] if dy else 1 - part[:, 1])
                colour += self.texels[texture, start + row * side + column].float() * weight[:, None]
        return colour / 255
