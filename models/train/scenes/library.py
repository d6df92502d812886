"""The library of a run: all clouds in flat tensors on the device, with what each object may be used for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from .clouds import Cloud, sample_surfaces
from .glb import GlbError, read_glb
from .labels import WORD_ID, word_of
from .shapes import WORDS_WITH_SHAPES, procedural_cloud
from .textures import TextureBank, photo_textures, procedural_texture

#: role in a room → words that can play it
ROLES: dict[str, tuple[str, ...]] = {
    "wall": ("sofa", "bed", "shelf", "cabinet", "wardrobe", "desk", "refrigerator", "television", "chair", "thing"),
    "table": ("table", "desk"),
    "seat": ("chair", "stool", "sofa"),
    "rug": ("rug", "blanket"),
    "clutter": ("cup", "bowl", "bottle", "book", "apple", "avocado", "banana", "lemon", "orange", "peach", "pear", "plum",
                "screwdriver", "hammer", "clamp", "scissors", "stapler", "glue", "marker", "soap", "shampoo", "toothpaste", "spray",
                "remote", "tablet", "speaker", "picture", "vase", "jar", "fork", "knife", "spoon", "plate", "cube", "rack", "thing",
                "computer", "box", "plant"),
    "floor": ("plant", "lamp", "trash can", "ball", "box", "stool", "dumbbell", "bicycle", "vase", "thing", "bench"),
    "ceiling": ("chandelier", "lamp"),
}
#: Longest side in metres that an object of a role may have; larger ones are no such thing and are left out.
_LARGEST = {"wall": 3.4, "table": 3.0, "seat": 2.0, "rug": 3.0, "clutter": 0.6, "floor": 2.0, "ceiling": 1.3}


def held_out(name: str) -> bool:
    """True for the fifth of all files that training never sees, by the file's name."""
    return hashlib.sha256(name.encode()).digest()[0] % 5 == 0


@dataclass
class Library:
    """positions [N,3] m, normals [N,3], colours [N,3] uint8, uv [N,2] m (NaN: colour is baked) of all clouds one after another."""

    positions: torch.Tensor
    normals: torch.Tensor
    colours: torch.Tensor
    uv: torch.Tensor
    #: per cloud: first point, points, area m², size [3] m, word id, gloss
    start: torch.Tensor
    count: torch.Tensor
    area: torch.Tensor
    size: torch.Tensor
    word: torch.Tensor
    gloss: torch.Tensor
    roles: dict[str, torch.Tensor]
    textures: TextureBank
    sources: list[str]


def points_of(word: str, points: int) -> int:
    """Cameras come close to furniture: it needs more."""
    return 3 * points if word in ("table", "desk", "rug", "blanket") else 2 * points if word in ("chair", "sofa", "bed", "wardrobe", "shelf") else points


def load_clouds(assets: Path, points: int, held: bool) -> list[Cloud]:
    """Clouds of the models in `assets`/manifest.json that belong to the split; files that cannot be read are named and left out."""
    manifest = json.loads((assets / "manifest.json").read_text())
    clouds = []
    for model in manifest["models"]:
        name = model["file"]
        if model.get("room_part") or held_out(name) != held:
            continue
        seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
        try:
            # Game units of that set: about two to the metre.
            scale = 0.5 if name.startswith("kaykit") else 1.0
            largest = max(model["size_xyz"]) * scale
            word = word_of(model["label"])
            count = points_of(word, points) if largest > 0.6 else points // 3
            cloud = sample_surfaces(read_glb(assets / name), word, count, scale, name, seed)
        except GlbError as thrown:
            print(f"left out: {thrown}")
            continue
        if cloud is not None:
            clouds.append(cloud)
    return clouds


def build_library(assets: Path | None, device: torch.device, *, held: bool = False, points: int = 12_288, variants: int = 6,
                  packed: tuple[list[Cloud], list[np.ndarray]] | None = None) -> Library:
    """Models of `assets` (or clouds and textures of its `packed` file) and procedural ones. `held` takes the split and the shapes that training never sees."""
    seed = 500_000 if held else 0
    made = [procedural_cloud(word, points_of(word, points), seed + 1000 * idx + v) for idx, word in enumerate(WORDS_WITH_SHAPES) for v in range(variants)]
    clouds, photos = packed or (load_clouds(assets, points, held) if assets else [], photo_textures(assets) if assets else [])
    pictures = [procedural_texture(seed + 77_000 + i) for i in range(48)]
    return library_of([*clouds, *made], pictures + (photos[1::2] if held else photos[::2]), device)


def library_of(clouds: list[Cloud], textures: list[np.ndarray], device: torch.device) -> Library:
    join = lambda name: torch.from_numpy(np.concatenate([getattr(c, name) for c in clouds])).to(device)
    sizes = np.stack([c.size for c in clouds])
    counts = torch.tensor([len(c.positions) for c in clouds])
    roles = {}
    for role, words in ROLES.items():
        fitting = [i for i, c in enumerate(clouds) if c.word in words and sizes[i].max() < _LARGEST[role] and sizes[i].max() > 0.01]
        if role == "ceiling":
            fitting = [i for i in fitting if clouds[i].word == "chandelier"] or fitting
        if role in ("wall",):
            fitting = [i for i in fitting if sizes[i].max() > 0.7]
        roles[role] = torch.tensor(fitting or [0], device=device)
    return Library(
        positions=join("positions"), normals=join("normals"), colours=join("colours"), uv=join("uv"),
        start=(counts.cumsum(0) - counts).to(device), count=counts.to(device),
        area=torch.tensor([c.area for c in clouds], dtype=torch.float32, device=device),
        size=torch.from_numpy(sizes.astype(np.float32)).to(device),
        word=torch.tensor([WORD_ID[c.word] for c in clouds], device=device),
        gloss=torch.tensor([c.gloss for c in clouds], dtype=torch.float32, device=device),
        roles=roles, textures=TextureBank(textures, device), sources=[c.source for c in clouds],
    )
