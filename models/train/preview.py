"""A contact sheet of generated sequences to look at: rows of photos, depth, classes, things and flow. `python models/train/preview.py --out sheet.png`"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from device import start_device, wait
from pack_assets import read_packed
from scenes.labels import COARSE_ID
from scenes.library import build_library
from scenes.render import Sequences, render
from scenes.truth import flow_between

#: Colours of wall, floor, ceiling, chair, table, bed, sofa, other.
PALETTE = np.array([[174, 199, 232], [152, 223, 138], [230, 230, 230], [188, 189, 34], [255, 152, 150], [255, 187, 120], [140, 86, 75], [148, 103, 189]], np.uint8)


def sheet(scenes: Sequences, photos_only: bool) -> np.ndarray:
    """[rows,columns,3] uint8: per sequence a row of photos, of depth (near is bright), of classes, of things, and of flow to the next view
    (hue: direction, brightness: length up to a quarter of the picture, black: not seen there)."""
    rows, flows = [], None if photos_only else _flows(scenes)
    for b in range(len(scenes.rgb)):
        rows.append(_row((scenes.rgb[b].permute(0, 2, 3, 1) * 255).round().byte()))
        if photos_only:
            continue
        near = 1 / scenes.depth[b].clamp(min=0.2)
        rows.append(_row(((near / near.amax()) ** 0.7 * 255).byte()[..., None].expand(-1, -1, -1, 3)))
        rows.append(_row(torch.from_numpy(PALETTE[np.asarray(COARSE_ID)[scenes.word[b].cpu().numpy()]])))
        rows.append(_row(_hues(scenes.instance[b] * 0.618034, 0.35 + 0.65 * (scenes.instance[b] % 3) / 2)))
        rows.append(_row(flows[b]))
    return np.concatenate(rows)


def _flows(scenes: Sequences) -> torch.Tensor:
    """[B,V,H,W,3] uint8; the last view's goes back to the first, which a walk there and back meets again."""
    views, pictures = scenes.rgb.shape[1], []
    for v in range(views):
        flow, seen = flow_between(scenes, v, (v + 1) % views)
        length = flow.norm(dim=-1) / (scenes.rgb.shape[-1] / 4)
        pictures.append(_hues(torch.atan2(flow[..., 1], flow[..., 0]) / (2 * torch.pi), length.clamp(0.1, 1) * seen))
    return torch.stack(pictures, 1)


def _hues(turn: torch.Tensor, brightness: torch.Tensor) -> torch.Tensor:
    """[...] turns of the colour circle and brightness 0…1 → [...,3] uint8."""
    wave = (turn[..., None] + torch.tensor([0.0, 1 / 3, 2 / 3], device=turn.device)) * 2 * torch.pi
    return ((0.5 + 0.5 * torch.cos(wave)) * brightness[..., None] * 255).byte()


def _row(pictures: torch.Tensor) -> np.ndarray:
    return np.concatenate(list(pictures.cpu().numpy()), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=Path, help="folder with manifest.json and GLB files; without it all is procedural")
    parser.add_argument("--packed", type=Path, help="file made by pack_assets.py instead")
    parser.add_argument("--out", type=Path, default=Path("sheet.png"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sequences", type=int, default=4)
    parser.add_argument("--views", type=int, default=5)
    parser.add_argument("--size", type=int, default=160, help="pixels of both sides")
    parser.add_argument("--points", type=int, default=12_288, help="points of a large object")
    parser.add_argument("--supersample", type=int, default=1)
    parser.add_argument("--clean", action="store_true", help="no blur, noise or odd exposure")
    parser.add_argument("--held-out", action="store_true", help="the assets and shapes that training never sees")
    parser.add_argument("--photos-only", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=1, help="batches to time after the first")
    args = parser.parse_args()
    device = start_device(args.threads)
    started = time.perf_counter()
    packed = read_packed(args.packed, args.held_out) if args.packed else None
    library = build_library(args.assets, device, held=args.held_out, points=args.points, packed=packed)
    print(f"library: {len(library.count)} objects, {len(library.positions)} points, {library.textures.count} textures, {time.perf_counter() - started:.1f} s")
    draw = lambda seed: render(library, torch.arange(seed, seed + args.sequences, device=device), args.views, args.size, args.size,
                               supersample=args.supersample, clean=args.clean)
    scenes = draw(args.seed)
    wait(device)
    started, cpu = time.perf_counter(), time.process_time()
    for i in range(args.repeat):
        draw(args.seed + 1000 * (i + 1))
    wait(device)
    frames, wall, cpu = args.repeat * args.sequences * args.views, time.perf_counter() - started, time.process_time() - cpu
    print(f"{frames / wall:.1f} frames/s ({frames / max(cpu, 1e-9):.1f} per second of processor time) at {args.size}x{args.size} on {device}")
    Image.fromarray(sheet(scenes, args.photos_only)).save(args.out)
    print(f"wrote {args.out}")


if __name__ == "__main__":
    main()
