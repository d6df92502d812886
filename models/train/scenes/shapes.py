"""Procedural furniture and things: parts (boxes, cylinders, ellipsoids) sampled to clouds that take any texture."""

from __future__ import annotations

import numpy as np

from .clouds import Cloud, stand

Part = tuple[np.ndarray, np.ndarray, np.ndarray, float]


def box(rng: np.random.Generator, count: int, centre: tuple, size: tuple) -> Part:
    """Points [n,3], normals, uv in metres, and the area of a box."""
    size = np.asarray(size, float)
    faces = np.array([size[1] * size[2], size[0] * size[2], size[0] * size[1]])
    axis = rng.choice(3, count, p=faces / faces.sum())
    sign = rng.choice([-1.0, 1.0], count)
    unit = rng.random((count, 3)) - 0.5
    rows = np.arange(count)
    unit[rows, axis] = sign / 2
    normals = np.zeros((count, 3))
    normals[rows, axis] = sign
    points = unit * size
    uv = np.stack([points[rows, (axis + 1) % 3], points[rows, (axis + 2) % 3]], 1)
    return points + centre, normals, uv, float(2 * faces.sum())


def cylinder(rng: np.random.Generator, count: int, centre: tuple, radius: float, height: float, top: float = 1.0) -> Part:
    """Upright; `top` is the ratio of the upper radius to the lower (0: a cone)."""
    slant = np.hypot(height, radius * (1 - top))
    side, lid, base = np.pi * radius * (1 + top) * slant, np.pi * (radius * top) ** 2, np.pi * radius**2
    kind = rng.choice(3, count, p=np.array([side, lid, base]) / (side + lid + base))
    angle, height_at = rng.random(count) * 2 * np.pi, rng.random(count)
    r = np.where(kind == 0, radius * (1 + (top - 1) * height_at), radius * np.sqrt(rng.random(count)) * np.where(kind == 1, top, 1))
    y = np.where(kind == 0, height_at - 0.5, np.where(kind == 1, 0.5, -0.5)) * height
    ring = np.stack([np.cos(angle), np.zeros(count), np.sin(angle)], 1)
    normals = np.where((kind == 0)[:, None], ring + np.array([0, radius * (1 - top) / height, 0]), np.array([0.0, 1, 0]))
    normals = np.where((kind == 2)[:, None], np.array([0.0, -1, 0]), normals)
    points = ring * r[:, None] + np.array([0.0, 1, 0]) * y[:, None]
    uv = np.where((kind == 0)[:, None], np.stack([angle * radius, y], 1), points[:, [0, 2]])
    return points + centre, normals / np.linalg.norm(normals, axis=1, keepdims=True), uv, float(side + lid + base)


def ellipsoid(rng: np.random.Generator, count: int, centre: tuple, size: tuple) -> Part:
    half = np.asarray(size, float) / 2
    unit = rng.normal(size=(count, 3))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    normals = unit / half
    uv = np.stack([np.arctan2(unit[:, 2], unit[:, 0]) * half[0], np.arcsin(unit[:, 1]) * half[1]], 1)
    area = 4 * np.pi * (((half[0] * half[1]) ** 1.6 + (half[0] * half[2]) ** 1.6 + (half[1] * half[2]) ** 1.6) / 3) ** (1 / 1.6)
    return unit * half + centre, normals / np.linalg.norm(normals, axis=1, keepdims=True), uv, float(area)


def _legs(rng: np.random.Generator, w: float, d: float, h: float, thick: float) -> list[tuple]:
    return [("box", (sx * (w / 2 - thick), h / 2, sz * (d / 2 - thick)), (thick, h, thick)) for sx in (-1, 1) for sz in (-1, 1)]


def parts_of(word: str, rng: np.random.Generator) -> list[tuple]:
    """Recipe of a word: (kind, centre, size…) in metres, upright on y = 0, with random proportions."""
    u = lambda low, high: float(rng.uniform(low, high))
    if word == "chair":
        w, h, t, back = u(0.38, 0.55), u(0.4, 0.5), u(0.03, 0.07), u(0.35, 0.55)
        stem = [("cylinder", (0, h / 2, 0), 0.04, h), ("cylinder", (0, 0.03, 0), w / 2, 0.05)]
        return [("box", (0, h, 0), (w, t, w)), ("box", (0, h + back / 2, -w / 2), (w, back, t))] + (
            _legs(rng, w, w, h, 0.04) if rng.random() < 0.7 else stem)
    if word == "table":
        w, d, h, t = u(0.8, 1.7), u(0.6, 1.0), u(0.4, 0.78), u(0.03, 0.07)
        round_top = rng.random() < 0.25
        if round_top:
            return [("cylinder", (0, h, 0), d / 2, t), ("cylinder", (0, h / 2, 0), 0.06, h), ("cylinder", (0, 0.02, 0), d / 4, 0.04)]
        return [("box", (0, h, 0), (w, t, d)), *_legs(rng, w, d, h, u(0.04, 0.08))]
    if word == "desk":
        w, d, h = u(1.1, 1.7), u(0.55, 0.8), u(0.7, 0.78)
        return [("box", (0, h, 0), (w, 0.04, d)), ("box", (-w / 2 + 0.2, h / 2, 0), (0.4, h, d * 0.9)), ("box", (w / 2 - 0.03, h / 2, 0), (0.04, h, d * 0.9))]
    if word == "bed":
        w, d, h = u(0.9, 1.8), u(1.9, 2.1), u(0.35, 0.55)
        pillows = [("ellipsoid", (sx * w / 4, h + 0.08, -d / 2 + 0.3), (w / 2.4, 0.18, 0.4)) for sx in (-1, 1)]
        return [("box", (0, h / 2, 0), (w, h, d)), ("box", (0, h * 0.9, -d / 2), (w, h * 1.8, 0.06)), *pillows]
    if word == "sofa":
        w, d, h, arm = u(1.3, 2.2), u(0.75, 0.9), u(0.38, 0.46), u(0.12, 0.22)
        arms = [("box", (sx * (w - arm) / 2, h * 0.75, 0), (arm, h * 1.5, d)) for sx in (-1, 1)]
        return [("box", (0, h / 2, 0), (w, h, d)), ("box", (0, h, -d / 2 + 0.1), (w, h * 2, 0.2)), *arms]
    if word in ("shelf", "wardrobe", "cabinet"):
        w, d = u(0.6, 1.4), u(0.3, 0.6)
        h = u(0.6, 1.0) if word == "cabinet" else u(1.5, 2.0)
        if word != "shelf":
            return [("box", (0, h / 2, 0), (w, h, d)), *[("box", (sx * 0.05, h * 0.55, d / 2 + 0.01), (0.02, 0.12, 0.02)) for sx in (-1, 1)]]
        boards = [("box", (0, h * (i + 0.3) / 5, 0), (w, 0.03, d)) for i in range(5)]
        return boards + [("box", (sx * w / 2, h / 2, 0), (0.03, h, d)) for sx in (-1, 1)] + [("box", (0, h / 2, -d / 2), (w, h, 0.02))]
    if word == "lamp":
        h = u(1.2, 1.7)
        return [("cylinder", (0, h / 2, 0), 0.02, h), ("cylinder", (0, 0.02, 0), 0.15, 0.04), ("cone", (0, h, 0), 0.22, 0.28)]
    if word == "plant":
        h = u(0.2, 0.5)
        leaves = [("ellipsoid", (u(-0.15, 0.15), h + u(0.1, 0.5), u(-0.15, 0.15)), (u(0.1, 0.3), u(0.1, 0.4), u(0.1, 0.3))) for _ in range(6)]
        return [("cone", (0, h / 2, 0), u(0.1, 0.18), h), *leaves]
    if word == "cup":
        return [("cylinder", (0, 0.05, 0), u(0.035, 0.05), u(0.08, 0.11)), ("box", (0.06, 0.05, 0), (0.03, 0.05, 0.01))]
    if word == "bottle":
        h = u(0.15, 0.25)
        return [("cylinder", (0, h / 2, 0), 0.035, h), ("cone", (0, h * 1.15, 0), 0.034, h * 0.3)]
    if word == "book":
        return [("box", (0, 0.02 + i * 0.035, 0), (u(0.14, 0.22), 0.034, u(0.2, 0.28))) for i in range(int(rng.integers(1, 5)))]
    if word == "ball":
        s = u(0.08, 0.4)
        return [("ellipsoid", (0, s / 2, 0), (s, s, s))]
    if word == "box":
        s = (u(0.08, 0.4), u(0.06, 0.3), u(0.08, 0.4))
        return [("box", (0, s[1] / 2, 0), s)]
    if word == "television":
        w = u(0.6, 1.2)
        return [("box", (0, w * 0.35, 0), (w, w * 0.56, 0.05)), ("box", (0, 0.02, 0), (w / 3, 0.04, 0.2))]
    return [(str(rng.choice(["box", "ellipsoid"])), (u(-0.1, 0.1), u(0.05, 0.3), u(-0.1, 0.1)), tuple(rng.uniform(0.04, 0.3, 3))) for _ in range(int(rng.integers(1, 4)))]


#: Words with a recipe; `thing` is a heap of solids.
WORDS_WITH_SHAPES = ("chair", "table", "desk", "bed", "sofa", "shelf", "cabinet", "wardrobe", "lamp", "plant", "cup", "bottle",
                     "book", "ball", "box", "television", "thing")


def procedural_cloud(word: str, count: int, seed: int) -> Cloud:
    """A cloud of a new individual of `word`; each part has its own tint over the scene's texture."""
    rng = np.random.default_rng(seed)
    recipe = parts_of(word, rng)
    makers = {"box": box, "cylinder": cylinder, "ellipsoid": ellipsoid, "cone": lambda r, n, c, a, h: cylinder(r, n, c, a, h, 0.55)}
    areas = np.array([makers[kind](rng, 2, *args)[3] for kind, *args in recipe])
    shares = np.maximum(8, (areas / areas.sum() * count).astype(int))
    made = [makers[kind](rng, int(share), *args) for share, (kind, *args) in zip(shares, recipe)]
    main = (rng.uniform(110, 240) + rng.uniform(-45, 45, 3)).clip(40, 255)
    tints = [main if rng.random() < 0.6 else (rng.uniform(80, 230) + rng.uniform(-70, 70, 3)).clip(20, 255) for _ in made]
    positions = np.concatenate([m[0] for m in made])
    order = rng.permutation(len(positions))
    gather = lambda idx: np.concatenate([m[idx] for m in made])[order].astype(np.float32)
    colours = np.concatenate([np.tile(np.asarray(t, np.uint8), (len(m[0]), 1)) for t, m in zip(tints, made)])[order]
    return Cloud(word, stand(positions)[order].astype(np.float32), gather(1), colours, gather(2), float(areas.sum()), float(rng.random() ** 2), "procedural")
