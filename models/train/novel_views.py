"""Views that the network did not see: asked for by their rays, and drawn of Gaussians, each beside copying the nearest photo."""

from __future__ import annotations

import torch

from metrics import depth_figures, psnr, scaled_by_median
from model.gaussians import gaussians_of, merged, moved, render_gaussians
from model.network import Network
from model.points import ray_map
from scenes.cameras import inverse
from scenes.render import Sequences
from scenes.truth import flow_between


@torch.no_grad()
def asked_last(network: Network, scenes: Sequences, relative: torch.Tensor) -> tuple[dict[str, torch.Tensor], list[dict[str, float]]]:
    """Shows all views but the last, asks for that one, and measures the answer. Outputs of the network, and figures of each sequence.

    relative [B,V,4,4]: first camera from each camera, in the network's metres. Truth of depth 0 is unknown and not looked at.
    """
    views, (height, width) = scenes.rgb.shape[1], scenes.rgb.shape[-2:]
    out = network(scenes.rgb * 2 - 1, ray_map(relative, scenes.intrinsics, height, width), (False,) * (views - 1) + (True,))
    nearest = _nearest(relative)
    drawn = _gaussian_view(out, scenes, relative)
    seen = torch.stack([flow_between(scenes, views - 1, v)[1] for v in range(views - 1)]).any(0)
    figures = []
    for b, copy in enumerate(nearest):
        view, copied, where = scenes.rgb[b, -1], scenes.rgb[b, copy], seen[b].float()
        truth, near = scenes.depth[b, -1], scenes.depth[b, copy]
        # A place that a sensor left out in either picture tells nothing of a copy.
        known = (truth > 0) & (near > 0)
        absrel = lambda guess: depth_figures(scaled_by_median(guess, truth, known), truth, known)["AbsRel"]
        figures.append({
            "psnr_rays": psnr((out["rgb"][b, -1] + 1) / 2, view), "psnr_copy": psnr(copied, view),
            "psnr_gaussians": psnr(drawn[b], view, where), "psnr_copy_seen": psnr(copied, view, where),
            "asked": absrel(out["log_depth"][b, -1].exp()), "asked_copy": absrel(near),
        })
    return out, figures


def view_rows(mean) -> list[tuple[str, float, str, float]]:
    """Rows of a table from means of those figures by name."""
    return [
        ("PSNR of Gaussians in a new view, where seen (dB)", mean["psnr_gaussians"], "nearest photo", mean["psnr_copy_seen"]),
        ("ray-map answer: PSNR (dB)", mean["psnr_rays"], "nearest photo", mean["psnr_copy"]),
        ("ray-map answer: depth AbsRel", mean["asked"], "true depth of the nearest photo", mean["asked_copy"]),
    ]


def _nearest(relative: torch.Tensor) -> list[int]:
    """Per sequence the photo whose camera is nearest to the last one: metres plus radians."""
    last = relative[:, -1:]
    distance = (relative[:, :-1, :3, 3] - last[..., :3, 3]).norm(dim=-1)
    trace = (relative[:, :-1, :3, :3] * last[..., :3, :3]).sum((-1, -2))
    return (distance + torch.acos(((trace - 1) / 2).clamp(-1, 1))).argmin(1).tolist()


def _gaussian_view(out: dict[str, torch.Tensor], scenes: Sequences, relative: torch.Tensor) -> torch.Tensor:
    """[B,3,H,W]: Gaussians of all photos at their true places, from the last camera."""
    height, width = scenes.depth.shape[-2:]
    to_last = inverse(relative[:, -1])
    parts = [moved(gaussians_of(out["gaussians"][:, v], out["log_depth"][:, v], out["focal"][:, v], scenes.rgb[:, v]), to_last @ relative[:, v])
             for v in range(scenes.rgb.shape[1] - 1)]
    return render_gaussians(merged(parts), scenes.intrinsics[:, -1], height, width, layers=8 * len(parts))[0]
