"""Figures of the evaluation: depth, poses, classes, pictures. Plain functions over tensors."""

from __future__ import annotations

import torch

from model.points import matrix_of
from scenes.labels import COARSE, COARSE_ID


def scaled_by_median(guess: torch.Tensor, truth: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
    """guess [V,H,W] times one factor for the sequence: median of the truth over median of the guess."""
    return guess * (truth[valid].median() / guess[valid].median().clamp(min=1e-9))


def depth_figures(guess: torch.Tensor, truth: torch.Tensor, valid: torch.Tensor) -> dict[str, float]:
    """AbsRel and the share within a factor of 1.25."""
    g, t = guess[valid], truth[valid]
    return {"AbsRel": ((g - t).abs() / t).mean().item(), "δ<1.25": (torch.maximum(g / t, t / g) < 1.25).float().mean().item()}


def pair_errors(guess: torch.Tensor, truth: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Angles in degrees of relative rotations and translation directions over all pairs. guess [V,7] (w first) or [V,4,4], truth [V,4,4]."""
    ours = matrix_of(guess) if guess.shape[-1] == 7 else guess
    rows, columns = torch.triu_indices(len(truth), len(truth), 1)
    between = lambda m: torch.linalg.inv(m[rows]) @ m[columns]
    a, b = between(ours), between(truth)
    trace = (a[:, :3, :3] * b[:, :3, :3]).sum((1, 2))
    rotation = torch.rad2deg(torch.acos(((trace - 1) / 2).clamp(-1, 1)))
    cosine = torch.nn.functional.cosine_similarity(a[:, :3, 3], b[:, :3, 3], dim=1, eps=1e-9)
    return rotation, torch.rad2deg(torch.acos(cosine.clamp(-1, 1)))


def auc(rotation: torch.Tensor, translation: torch.Tensor, limit: int = 30) -> float:
    """Mean over 1 … limit degrees of the share of pairs whose worse angle is below."""
    worst = torch.maximum(rotation, translation)
    return torch.stack([(worst < degree).float().mean() for degree in range(1, limit + 1)]).mean().item()


class Confusion:
    """Counts of true against guessed classes."""

    def __init__(self) -> None:
        self.counts = torch.zeros(len(COARSE), len(COARSE), dtype=torch.int64)

    def add(self, language: torch.Tensor, truth: torch.Tensor, text_vectors: torch.Tensor) -> None:
        """language [dim,h,w] unit vectors, truth [H,W] class numbers (−1: nobody knows): classes by the best word."""
        cell = truth.shape[-1] // language.shape[-1]
        target = truth[cell // 2 :: cell, cell // 2 :: cell].flatten().cpu()
        best = torch.tensor(COARSE_ID)[(language.flatten(1).T @ text_vectors.T).argmax(1).cpu()]
        known = target >= 0
        self.counts += torch.bincount(target[known] * len(COARSE) + best[known], minlength=len(COARSE) ** 2).view(len(COARSE), -1)

    def there(self) -> int:
        """How many classes occur."""
        return int((self.counts.sum(1) > 0).sum())

    def figures(self) -> dict[str, float]:
        """Means over the classes that occur."""
        hits, true, guessed = self.counts.diagonal().float(), self.counts.sum(1).float(), self.counts.sum(0).float()
        there = true > 0
        union = (true + guessed - hits).clamp(min=1)
        return {"mIoU": (hits / union)[there].mean().item(), "mAcc": (hits / true.clamp(min=1))[there].mean().item()}

    def majority(self) -> dict[str, float]:
        """What always saying the commonest class gives."""
        true = self.counts.sum(1).float()
        there = true > 0
        return {"mIoU": (true.max() / true.sum() / there.sum()).item(), "mAcc": (1 / there.sum()).item()}


def psnr(guess: torch.Tensor, truth: torch.Tensor, where: torch.Tensor | None = None) -> float:
    """Decibels; pictures [3,H,W] in 0…1, `where` [H,W]."""
    error = ((guess - truth) ** 2).mean(0)
    mean = error.mean() if where is None else (error * where).sum() / where.sum().clamp(min=1)
    return (-10 * torch.log10(mean.clamp(min=1e-10))).item()
