"""What the network is trained for: depth, points, poses, matches, words, unseen views, Gaussians, and hidden patches."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from model.gaussians import gaussians_of, merged, moved, render_gaussians
from model.network import LANGUAGE_PX, MATCHING_PX
from model.points import quaternion_of
from scenes.cameras import inverse, moved_points, rays_of
from scenes.render import Sequences
from scenes.truth import flow_between


@dataclass(frozen=True)
class Weights:
    """Factors of the terms; a term of weight 0 is not computed. Depth and words come first, since poses come from geometry: measured in LOG.md."""

    depth: float = 1.0
    edges: float = 0.5
    world: float = 0.5
    pose: float = 1.0
    focal: float = 1.0
    matching: float = 0.1
    language: float = 0.8
    rgb: float = 0.5
    gaussians: float = 0.5


#: Share of the confidence term (DUSt3R equation 4).
ALPHA = 0.2
#: Sequences of a batch whose Gaussians are drawn: sorting thirty pixels of every Gaussian of all of them would cost more than the network.
GAUSSIAN_SEQUENCES = 8
#: Temperatures of the softmax over words (LSeg) and over cells.
WORD_TEMPERATURE, MATCH_TEMPERATURE = 0.07, 0.07


def relative_poses(scenes: Sequences) -> torch.Tensor:
    """[B,V,4,4] first camera from each camera, metres."""
    return inverse(scenes.pose[:, :1]) @ scenes.pose


def losses_of(out: dict[str, torch.Tensor], scenes: Sequences, asked: tuple[bool, ...], weights: Weights, pairs: list[tuple[int, int]]) -> dict[str, torch.Tensor]:
    """All terms, unweighted. out: Network.forward; asked: which views are queries; pairs: views whose matches are compared."""
    terms: dict[str, torch.Tensor] = {}
    truth = scenes.depth.clamp(min=0.05)
    error = (out["log_depth"] - truth.log()).abs()
    terms["depth"] = _weighed(error, out["conf_self"])
    terms["edges"] = _edges(out["log_depth"] - truth.log())
    poses = relative_poses(scenes)
    height, width = truth.shape[-2:]
    camera = rays_of(scenes.intrinsics, height, width) * truth[..., None]
    world = moved_points(poses[:, :, None, None], camera)
    terms["world"] = _weighed((out["points_world"] - world).norm(dim=-1) / truth, out["conf_world"])
    unit = truth.mean((1, 2, 3))[:, None]
    translation = (out["pose"][..., :3] - poses[..., :3, 3]).norm(dim=-1) / unit
    rotation = (out["pose"][..., 3:] - quaternion_of(poses[..., :3, :3])).norm(dim=-1)
    terms["pose"] = (translation + 2 * rotation).mean()
    terms["focal"] = (out["focal"].log() - scenes.intrinsics[..., 0].log()).abs().mean()
    if weights.rgb:
        target = scenes.rgb * 2 - 1
        # Seen photos are easy copies; views nobody took are the point.
        each = ((out["rgb"] - target) ** 2).mean((0, 2, 3, 4))
        terms["rgb"] = sum(each[v] * (1.0 if question else 0.1) for v, question in enumerate(asked)) / len(asked)
    if weights.language and "language" in out:
        terms["language"] = language_loss(out["language"], scenes.word, out["text_vectors"])
    if weights.matching and "descriptors" in out:
        terms["matching"] = torch.stack([matching_loss(out["descriptors"], scenes, i, j) for i, j in pairs]).mean()
    if weights.gaussians and "gaussians" in out:
        drawn = {name: out[name][:GAUSSIAN_SEQUENCES] for name in ("gaussians", "log_depth", "focal")}
        terms["gaussians"] = gaussian_loss(drawn, scenes.first(GAUSSIAN_SEQUENCES), poses[:GAUSSIAN_SEQUENCES], asked)
    return terms


def total_of(terms: dict[str, torch.Tensor], weights: Weights) -> torch.Tensor:
    return sum(getattr(weights, name) * value for name, value in terms.items())


def _weighed(error: torch.Tensor, confidence: torch.Tensor) -> torch.Tensor:
    """confidence · error − α log confidence: sure where it is right."""
    return (confidence * error - ALPHA * confidence.log()).mean()


def _edges(difference: torch.Tensor) -> torch.Tensor:
    """Gradients of the error in log depth at four scales (MiDaS, Ranftl et al. 2020): sharp edges, flat walls."""
    total = difference.new_zeros(())
    flat = difference.flatten(0, 1)[:, None]
    for level in range(4):
        if flat.shape[-1] < 8 or flat.shape[-2] < 8:
            break
        total = total + (flat[..., 1:] - flat[..., :-1]).abs().mean() + (flat[..., 1:, :] - flat[..., :-1, :]).abs().mean()
        flat = flat[..., ::2, ::2]
    return total


def language_loss(language: torch.Tensor, word: torch.Tensor, text_vectors: torch.Tensor) -> torch.Tensor:
    """language [B,V,dim,h,w] against the word at the middle of each cell, over all words (LSeg equation 2)."""
    half = LANGUAGE_PX // 2
    target = word[..., half::LANGUAGE_PX, half::LANGUAGE_PX]
    logits = torch.einsum("bvdhw,kd->bvkhw", language, text_vectors) / WORD_TEMPERATURE
    return F.cross_entropy(logits.flatten(0, 1), target.flatten(0, 1))


def matching_loss(descriptors: torch.Tensor, scenes: Sequences, source: int, target: int) -> torch.Tensor:
    """Each visible cell of one view must find its cell in the other by correlation, as a cross-entropy over the whole fine grid."""
    half = MATCHING_PX // 2
    flow, visible = flow_between(scenes, source, target)
    height, width = flow.shape[1:3]
    rows, columns = height // MATCHING_PX, width // MATCHING_PX
    v, u = torch.meshgrid(torch.arange(height, device=flow.device) + 0.5, torch.arange(width, device=flow.device) + 0.5, indexing="ij")
    to = (flow + torch.stack([u, v], -1))[:, half::MATCHING_PX, half::MATCHING_PX]
    seen = visible[:, half::MATCHING_PX, half::MATCHING_PX].flatten(1)
    cell = (to[..., 1] / MATCHING_PX).long().clamp(0, rows - 1) * columns + (to[..., 0] / MATCHING_PX).long().clamp(0, columns - 1)
    scores = descriptors[:, source].flatten(2).transpose(1, 2) @ descriptors[:, target].flatten(2) / MATCH_TEMPERATURE
    loss = F.cross_entropy(scores.transpose(1, 2), cell.flatten(1), reduction="none")
    return (loss * seen).sum() / seen.sum().clamp(min=1)


def gaussian_loss(out: dict[str, torch.Tensor], scenes: Sequences, poses: torch.Tensor, asked: tuple[bool, ...]) -> torch.Tensor:
    """Gaussians of the first two photos, placed by the true poses, seen from a third view (Splatt3R): colour where they cover."""
    height, width = scenes.depth.shape[-2:]
    target = scenes.rgb.shape[1] - 1
    sources = [v for v in range(target) if not asked[v]][:2]
    to_target = inverse(poses[:, target])
    parts = [moved(gaussians_of(out["gaussians"][:, v], out["log_depth"][:, v], out["focal"][:, v], scenes.rgb[:, v]), to_target @ poses[:, v]) for v in sources]
    picture, cover = render_gaussians(merged(parts), scenes.intrinsics[:, target], height, width)
    seen = torch.zeros_like(cover, dtype=torch.bool)
    for v in sources:
        seen |= flow_between(scenes, target, v)[1]
    # Only what a source saw can be right; holes there count in full because the ground is black.
    error = ((picture - scenes.rgb[:, target]) ** 2).mean(1)
    return (error * seen).sum() / seen.sum().clamp(min=1)


def completion_loss(out: dict[str, torch.Tensor], scenes: Sequences, hidden: torch.Tensor) -> torch.Tensor:
    """Cross-view completion (CroCo, Weinzaepfel et al. 2022): colours of the hidden patches, each patch normalised by its own spread."""
    batch, views, _, height, width = scenes.rgb.shape
    patch = lambda x: F.unfold(x.flatten(0, 1), 16, stride=16).transpose(1, 2)
    target, guess = patch(scenes.rgb * 2 - 1), patch(out["rgb"])
    mean, spread = target.mean(-1, keepdim=True), target.std(-1, keepdim=True) + 0.1
    error = (((guess - target) / spread) ** 2).mean(-1)
    mask = hidden.flatten(0, 1)
    return (error * mask).sum() / mask.sum().clamp(min=1)
