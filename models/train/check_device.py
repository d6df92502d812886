"""Whether the device counts like the processor: renders, network, Gaussians and one step of learning. Ends with 1 where it does not."""

from __future__ import annotations

import sys

import torch

from device import start_device
from learner import Learner, Plan
from losses import relative_poses
from model.config import TOY
from model.gaussians import gaussians_of, render_gaussians
from model.network import Network
from model.points import ray_map
from scenes.library import build_library
from scenes.render import Sequences, render
from stages import batch_at, stage_at

CPU = torch.device("cpu")
_SIDE, _SEQUENCES, _VIEWS = 96, 4, 3


def disagreements(device: torch.device) -> list[str]:
    """One sentence for each part whose numbers differ by more than float32's own noise."""
    found: list[str] = []

    def same(name: str, error: torch.Tensor, limit: float) -> None:
        value = float(error)
        print(f"{name}: {value:.2e} (at most {limit:.0e})", flush=True)
        if not value <= limit:
            found.append(f"{name} differs by {value:.2e}.")

    seeds = torch.arange(900, 900 + _SEQUENCES)
    ours = render(build_library(None, device, points=1500, variants=1), seeds.to(device), _VIEWS, _SIDE, _SIDE).to(CPU)
    theirs = render(build_library(None, CPU, points=1500, variants=1), seeds, _VIEWS, _SIDE, _SIDE)
    # Points on the border between two pixels may fall to either side.
    same("pixels with another word", (ours.word != theirs.word).float().mean(), 2e-3)
    same("pixels with another depth", ((ours.depth / theirs.depth - 1).abs() > 1e-3).float().mean(), 4e-3)
    same("cameras, metres", (ours.pose - theirs.pose).abs().max(), 1e-4)
    same("colours, mean", (ours.rgb - theirs.rgb).abs().mean(), 2e-3)

    torch.manual_seed(0)
    network = Network(TOY).eval()
    for name, (mine, other) in _answers(network, theirs, device).items():
        same(name, (mine - other).abs().max() / other.abs().max().clamp(min=1), 2e-3)

    learner = Learner.new(Plan("toy", 100, 8, 1e-3, 1, reuse=1), device)
    library = build_library(None, device, points=600, variants=1)
    for stage in ("completion", "pairs", "eight"):
        terms = learner.learn(batch_at(3, stage_at(0, stage), library, 16, 64, 1, 1, {}), stage_at(0, stage))
        same(f"terms of the loss in {stage} that are no numbers", torch.tensor(sum(not bool(torch.isfinite(value)) for value in terms.values())), 0)
    return found


@torch.no_grad()
def _answers(network: Network, scenes: Sequences, device: torch.device) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Outputs of the network and pictures of its Gaussians, there and here."""
    sides = []
    for at in (device, CPU):
        net, here = network.to(at), scenes.to(at)
        rays = ray_map(relative_poses(here), here.intrinsics, _SIDE, _SIDE)
        out = net(here.rgb * 2 - 1, rays, (False,) * (_VIEWS - 1) + (True,))
        drawn = gaussians_of(out["gaussians"][:, 0], here.depth[:, 0].log(), here.intrinsics[:, 0, 0], here.rgb[:, 0])
        out["picture of Gaussians"] = render_gaussians(drawn, here.intrinsics[:, 0], _SIDE, _SIDE)[0]
        sides.append({name: value.cpu() for name, value in out.items()})
    return {name: (value, sides[1][name]) for name, value in sides[0].items()}


if __name__ == "__main__":
    problems = disagreements(start_device())
    print("\n".join(problems) or "The device counts like the processor.")
    sys.exit(1 if problems else 0)
