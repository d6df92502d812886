"""Windows of real photos with poses, and with depth, intrinsics and labels where there are any, from a folder named by the caller.

Layout: images/, frames.csv (index,image,…,depth), gt/trajectory_tum.txt (camera to world), and if there are: depth/*.png (16 bit,
millimetres), gt/intrinsics.json (width, height, fx, fy, cx, cy), labels.json (classes by name) with labels/<name of the photo>.png.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from scenes.labels import COARSE, SYNONYMS, coarse_of
from scenes.render import Sequences


@dataclass
class Window:
    """V photos: rgb [V,3,S,S] 0…1, pose [V,4,4] world from camera; their indices in frames.csv. What the folder has not is None:
    depth [V,S,S] in metres (0: unknown), intrinsics [V,4] of the square picture, classes [V,S,S] (labels.COARSE; −1: unknown)."""

    rgb: torch.Tensor
    pose: torch.Tensor
    depth: torch.Tensor | None
    indices: list[int]
    intrinsics: torch.Tensor | None = None
    classes: torch.Tensor | None = None

    def sequence(self) -> Sequences:
        """As one sequence in which nothing moves; needs depth and intrinsics."""
        none = torch.zeros_like(self.depth[None], dtype=torch.int64)
        still = torch.eye(4)[:3].expand(1, len(self.rgb), 1, 3, 4)
        return Sequences(self.rgb[None], self.depth[None], none, none, self.pose[None], self.intrinsics[None], still)


def read_windows(folder: Path, views: int, size_px: int, step: int = 1, most: int = 40) -> list[Window]:
    """Windows of neighbouring frames, spread over the sequence. Raises FileNotFoundError with the missing name."""
    poses = read_trajectory(folder / "gt" / "trajectory_tum.txt")
    with (folder / "frames.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if int(row["index"]) in poses]
    starts = range(0, len(rows) - (views - 1) * step, max(1, (len(rows) - (views - 1) * step) // most))
    windows = []
    for start in list(starts)[:most]:
        chosen = rows[start : start + views * step : step]
        rgb = torch.stack([_square(folder / "images" / row["image"], size_px) for row in chosen])
        pose = torch.stack([poses[int(row["index"])] for row in chosen])
        depth = None
        if chosen[0].get("depth"):
            depth = torch.stack([_depth(folder / "depth" / row["depth"], size_px) for row in chosen])
        paths = [folder / "images" / row["image"] for row in chosen]
        windows.append(Window(rgb, pose, depth, [int(row["index"]) for row in chosen], _intrinsics(folder, views, size_px), _classes(folder, paths, size_px)))
    return windows


def _intrinsics(folder: Path, views: int, size_px: int) -> torch.Tensor | None:
    path = folder / "gt" / "intrinsics.json"
    if not path.exists():
        return None
    k = json.loads(path.read_text())
    side = min(k["width"], k["height"])
    left, top = (k["width"] - side) // 2, (k["height"] - side) // 2
    return (torch.tensor([k["fx"], k["fy"], k["cx"] - left, k["cy"] - top]) * size_px / side).expand(views, 4)


def _classes(folder: Path, photos: list[Path], size_px: int) -> torch.Tensor | None:
    path = folder / "labels.json"
    if not path.exists():
        return None
    names = json.loads(path.read_text())["classes"]
    # Of what lies beyond the windows nobody says which of the eight it is.
    table = torch.tensor([-1 if name in ("nothing", "outside") else COARSE.index(coarse_of(SYNONYMS.get(name, name))) for name in names])
    pictures = [_crop(Image.open(folder / "labels" / f"{photo.stem}.png")).resize((size_px, size_px), Image.Resampling.NEAREST) for photo in photos]
    return torch.stack([table[torch.from_numpy(np.asarray(picture).astype(np.int64))] for picture in pictures])


def _crop(picture: Image.Image) -> Image.Image:
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return picture.crop((left, top, left + side, top + side))


def _square(path: Path, size_px: int) -> torch.Tensor:
    picture = _crop(Image.open(path).convert("RGB")).resize((size_px, size_px), Image.Resampling.LANCZOS)
    return torch.from_numpy(np.asarray(picture, np.float32) / 255).permute(2, 0, 1)


def _depth(path: Path, size_px: int) -> torch.Tensor:
    """Nearest samples: means over edges are depths of nothing."""
    picture = _crop(Image.open(path)).resize((size_px, size_px), Image.Resampling.NEAREST)
    return torch.from_numpy(np.asarray(picture).astype(np.float32) / 1000)


def read_trajectory(path: Path) -> dict[int, torch.Tensor]:
    """World from camera [4,4] by index of the photo; lines of a TUM file."""
    poses = {}
    for line in path.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        index, *numbers = (float(part) for part in line.split())
        x, y, z, w = numbers[3:]
        pose = torch.eye(4)
        pose[:3, :3] = torch.tensor([[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)], [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                                     [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]])
        pose[:3, 3] = torch.tensor(numbers[:3])
        poses[int(index)] = pose
    return poses
