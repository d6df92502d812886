"""Numbers of a checkpoint in PyTorch, for `models check ID --golden FILE`: what an exported and compiled pack must give again."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file

from export import load_network
from model.network import Network
from model.points import ray_map
from scenes.library import build_library
from scenes.render import Sequences, render


@torch.no_grad()
def golden_run(network: Network, scenes: Sequences) -> dict[str, torch.Tensor]:
    """The first sequence: photos, then the last view as a question by its rays. Layout of models/run/recurrent/golden.ts."""
    out: dict[str, torch.Tensor] = {}
    images = scenes.rgb[:1] * 2 - 1
    height, width = images.shape[-2:]
    grid = (height // 16, width // 16)
    rays = ray_map(torch.linalg.inv(scenes.pose[:1, :1]) @ scenes.pose[:1], scenes.intrinsics[:1], height, width)
    carried = network.begin(1)
    last = images.shape[1] - 1
    for i in range(last + 1):
        out[f"state.{i}.feat"], out[f"state.{i}.mem"] = carried.state.clone(), carried.memory.clone()
        if i < last:
            out[f"in.{i}.img"] = images[:, i].clone()
            features = network.encode(images[:, i])
        else:
            out[f"in.{i}.ray_map"] = rays[:, i].permute(0, 2, 3, 1).contiguous()
            features = network.encode_rays(rays[:, i])
        out[f"enc.{i}.feat"] = features
        decoded, proposed = network.step(features, carried, grid, first=i == 0)
        maps = {**network.downstream_head(features, decoded, grid), **network.extra_heads(features, decoded, grid)}
        last_axis = lambda x: x.movedim(1, -1).contiguous()
        out.update({f"out.{i}.pts3d_in_self_view": maps["points_self"], f"out.{i}.conf_self": maps["conf_self"],
                    f"out.{i}.pts3d_in_other_view": maps["points_world"], f"out.{i}.conf": maps["conf_world"], f"out.{i}.rgb": last_axis(maps["rgb"]),
                    f"out.{i}.camera_pose": maps["pose"]})
        for name in ("language", "gaussians"):
            if name in maps:
                out[f"out.{i}.{name}"] = last_axis(maps[name])
        out[f"truth.{i}.word"] = scenes.word[:1, i].to(torch.int32)
        carried = proposed if i < last else carried
    return {name: value.contiguous().clone() for name, value in out.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="folder of shards")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--views", type=int, default=3)
    parser.add_argument("--size", type=int, help="pixels of both sides; the network's own otherwise")
    parser.add_argument("--seed", type=int, default=10**9 + 3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    network, _ = load_network(args.source)
    size = args.size or network.sizes.img_size
    library = build_library(None, torch.device("cpu"), held=True, points=1500)
    scenes = render(library, torch.tensor([args.seed]), args.views, size, size)
    save_file(golden_run(network, scenes), args.out, {"note": "PyTorch on the CPU, float32 over bfloat16 weights; made by models/train/golden.py from a render"})
    print(f"wrote {args.out} ({args.out.stat().st_size / 2**20:.1f} MiB)")


if __name__ == "__main__":
    main()
