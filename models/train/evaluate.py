"""Figures on held-out renders, and on folders of real photos, as Markdown. `python models/train/evaluate.py --from SHARDS`"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import torch

from device import start_device
from export import load_network
from losses import relative_poses
from metrics import Confusion, auc, depth_figures, pair_errors, scaled_by_median
from model.network import Network
from novel_views import asked_last, view_rows
from real_data import Window, read_trajectory, read_windows
from scenes.labels import COARSE_ID
from scenes.render import Sequences, render
from train import library_for

#: Seeds that no training uses (they begin at the training's seed · 2^40).
HELD_OUT_SEED = 10**9
COARSE_OF_WORD = torch.tensor(COARSE_ID)


class Mean:
    """Running means by name."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = {}
        self.counts: dict[str, int] = {}

    def add(self, **values: float) -> None:
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0) + value
            self.counts[name] = self.counts.get(name, 0) + 1

    def __getitem__(self, name: str) -> float:
        return self.sums[name] / self.counts[name] if name in self.sums else float("nan")


@torch.no_grad()
def evaluate_renders(network: Network, batches: Iterable[Sequences]) -> str:
    """The last view of every sequence is asked for by its rays alone."""
    means, confusion = Mean(), Confusion()
    rotations, translations = [], []
    for scenes in batches:
        relative = relative_poses(scenes)
        out, of_views = asked_last(network, scenes, relative)
        depth = out["log_depth"].exp()
        for b, of_view in enumerate(of_views):
            truth, valid = scenes.depth[b, :-1], torch.ones_like(scenes.depth[b, :-1], dtype=torch.bool)
            ours = depth_figures(scaled_by_median(depth[b, :-1], truth, valid), truth, valid)
            flat = depth_figures(torch.ones_like(truth) * truth.median(), truth, valid)
            means.add(absrel=ours["AbsRel"], delta=ours["δ<1.25"], absrel_flat=flat["AbsRel"], delta_flat=flat["δ<1.25"],
                      absrel_metric=depth_figures(depth[b, :-1], truth, valid)["AbsRel"])
            r, t = pair_errors(out["pose"][b, :-1], relative[b, :-1])
            rotations.append(r)
            translations.append(t)
            for v in range(scenes.rgb.shape[1] - 1):
                if "language" in out:
                    confusion.add(out["language"][b, v], COARSE_OF_WORD[scenes.word[b, v].cpu()], network.text_vectors)
            means.add(**of_view)
    rotation, translation = torch.cat(rotations), torch.cat(translations)
    rows = [
        ("depth AbsRel, median scale", means["absrel"], "constant depth", means["absrel_flat"]),
        ("depth δ<1.25, median scale", means["delta"], "constant depth", means["delta_flat"]),
        ("depth AbsRel in metres", means["absrel_metric"], "", None),
        ("AUC@30 of pairs", auc(rotation, translation), "identity", 0.0),
        *_class_rows(confusion), *view_rows(means),
    ]
    return _table("held-out renders", rows)


@torch.no_grad()
def evaluate_photos(network: Network, folder: Path, views: int, device: torch.device, beside: Path | None = None) -> str:
    """`beside`: a TUM file of the studio's geometry over the same photos (`export --format tum`), held to the same pairs.

    Where there is depth, the last photo of each window is also asked for by its rays: at its true place, in the network's own scale,
    which the depth of the photos before it tells.
    """
    means, confusion, rotations, translations, identity = Mean(), Confusion(), [], [], []
    geometry = read_trajectory(beside) if beside is not None else {}
    others: list[tuple[torch.Tensor, torch.Tensor]] = []
    for window in read_windows(folder, views, network.sizes.img_size):
        out = network(window.rgb[None].to(device) * 2 - 1)
        if window.classes is not None:
            for v in range(views):
                confusion.add(out["language"][0, v].cpu(), window.classes[v], network.text_vectors.cpu())
        r, t = pair_errors(out["pose"][0].cpu(), window.pose)
        rotations.append(r)
        translations.append(t)
        still = torch.zeros(views, 7)
        still[:, 3] = 1
        identity.append(pair_errors(still, window.pose)[0])
        if geometry:
            others.append(_of_geometry(geometry, window))
        if window.depth is not None:
            valid = window.depth > 0
            guess = out["log_depth"][0].exp().cpu()
            ours = depth_figures(scaled_by_median(guess, window.depth, valid), window.depth, valid)
            flat = depth_figures(torch.ones_like(window.depth) * window.depth[valid].median(), window.depth, valid)
            means.add(absrel=ours["AbsRel"], delta=ours["δ<1.25"], absrel_flat=flat["AbsRel"], delta_flat=flat["δ<1.25"])
            if window.intrinsics is not None:
                scenes = window.sequence().to(device)
                relative, seen = relative_poses(scenes), valid[:-1]
                relative[..., :3, 3] *= guess[:-1][seen].median() / window.depth[:-1][seen].median()
                means.add(**asked_last(network, scenes, relative)[1][0])
    rotation, translation = torch.cat(rotations), torch.cat(translations)
    rows = [("AUC@30 of pairs", auc(rotation, translation), "identity", 0.0), ("rotation, mean degrees", rotation.mean().item(), "identity", torch.cat(identity).mean().item())]
    if others:
        rows.insert(1, ("AUC@30 of the same pairs", rows[0][1], "geometry, over all photos at once", auc(torch.cat([r for r, _ in others]), torch.cat([t for _, t in others]))))
    if "absrel" in means.sums:
        rows += [("depth AbsRel, median scale", means["absrel"], "constant depth", means["absrel_flat"]), ("depth δ<1.25, median scale", means["delta"], "constant depth", means["delta_flat"])]
    rows += [*(_class_rows(confusion) if confusion.counts.any() else []), *(view_rows(means) if "asked" in means.sums else [])]
    return _table(f"{folder.name}, windows of {views}", rows)


def _class_rows(confusion: Confusion) -> list[tuple[str, float, str, float]]:
    classes, common = confusion.figures(), confusion.majority()
    return [(f"{name} over the {confusion.there()} classes there are", classes[name], "commonest class", common[name]) for name in ("mIoU", "mAcc")]


def _of_geometry(geometry: dict[int, torch.Tensor], window: Window) -> tuple[torch.Tensor, torch.Tensor]:
    """Errors of the window's pairs; a pair with a photo that geometry did not place is wrong."""
    poses = torch.stack([geometry.get(index, torch.eye(4)) for index in window.indices])
    placed = torch.tensor([index in geometry for index in window.indices])
    rows, columns = torch.triu_indices(len(poses), len(poses), 1)
    both = placed[rows] & placed[columns]
    return tuple(torch.where(both, errors, 180.0) for errors in pair_errors(poses, window.pose))


def _table(title: str, rows: list[tuple[str, float, str, float | None]]) -> str:
    lines = [f"| {title} | ours | beside it |", "| --- | --- | --- |"]
    lines += [f"| {name} | {ours:.3f} | {f'{other:.3f} ({beside})' if other is not None else ''} |" for name, ours, beside, other in rows]
    return "\n".join(lines) + "\n"


def _beside(trajectories: Path | None, folder: Path) -> Path | None:
    path = trajectories / f"{folder.name}.tum" if trajectories is not None else None
    return path if path is not None and path.exists() else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="folder of shards")
    parser.add_argument("--assets", type=Path)
    parser.add_argument("--packed", type=Path)
    parser.add_argument("--sequences", type=int, default=64)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--views", type=int, default=5, help="of a sequence, the last one asked for by its rays")
    parser.add_argument("--points", type=int, default=12_288)
    parser.add_argument("--photos", type=Path, nargs="*", default=[], help="folders of real photos with poses")
    parser.add_argument("--trajectories", type=Path, help="folder with geometry's <name of photo folder>.tum, from the studio's `export --format tum`")
    parser.add_argument("--out", type=Path, help="Markdown file")
    args = parser.parse_args()
    device = start_device()
    network, facts = load_network(args.source)
    network = network.to(device)
    library = library_for(args.assets, args.packed, device, True, args.points)
    size = network.sizes.img_size
    seeds = torch.arange(HELD_OUT_SEED, HELD_OUT_SEED + args.sequences, device=device)
    batches = (render(library, chunk, args.views, size, size) for chunk in seeds.split(args.batch))
    parts = [f"Step {facts['step']}, {facts['frames']} photos; {args.sequences} held-out sequences of {args.views} views.\n", evaluate_renders(network, batches)]
    parts += [evaluate_photos(network, folder, 4, device, _beside(args.trajectories, folder)) for folder in args.photos]
    text = "\n".join(parts)
    print(text)
    if args.out:
        args.out.write_text(text)


if __name__ == "__main__":
    main()
