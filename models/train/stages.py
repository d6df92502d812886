"""The order of lessons: hidden patches, pairs, four views, eight views; and the batch of each step as a function of its number."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from losses import Weights
from scenes.dice import Dice
from scenes.library import Library
from scenes.render import Sequences, joined, render

#: Share of hidden patches in the second view (CroCo).
HIDDEN_SHARE = 0.85
#: Every third batch or so ends with a view that only its rays are shown of.
ASKED_SHARE = 0.35
#: Pictures drawn at once: 130 thousand points each, and a dozen numbers of each point, want a bound.
_PICTURES_AT_ONCE = 192


@dataclass(frozen=True)
class Stage:
    name: str
    #: ends at this share of all steps
    until: float
    #: photos that the state meets
    views: int
    #: time between views of a walk (scenes/cameras.py): motions grow
    stride: tuple[float, float]
    weights: Weights


#: Depth and words are learnt from the first step on, hidden patches beside them: measured in LOG.md.
_COMPLETION = Weights(world=0, pose=0, focal=0.2, matching=0.3, rgb=0, gaussians=0)
STAGES: tuple[Stage, ...] = (
    Stage("completion", 0.12, 2, (0.2, 0.6), _COMPLETION),
    Stage("pairs-near", 0.35, 2, (0.15, 0.5), Weights(gaussians=0)),
    Stage("pairs", 0.6, 2, (0.3, 0.9), Weights()),
    Stage("four", 0.85, 4, (0.25, 0.8), Weights()),
    Stage("eight", 1.0, 8, (0.2, 0.7), Weights()),
)


def stage_at(progress: float, name: str | None = None) -> Stage:
    """By share of all steps done, or by name."""
    if name is not None:
        return next(stage for stage in STAGES if stage.name == name)
    return next((stage for stage in STAGES if progress < stage.until), STAGES[-1])


@dataclass
class Batch:
    scenes: Sequences
    #: which views are queries by rays
    asked: tuple[bool, ...]
    #: [B,V,N] hidden patches, or None
    hidden: torch.Tensor | None
    #: views whose matches are compared
    pairs: list[tuple[int, int]]


def lesson_at(block: int, stage: Stage, seed: int) -> tuple[float, bool]:
    """Time between the views of a render, and whether its last view is a question."""
    draw = Dice(torch.tensor([seed * 1_000_003 + block]))
    stride = float(draw.uniform(1, low=stage.stride[0], high=stage.stride[1]))
    return stride, stage.name != "completion" and float(draw.uniform(1)) < ASKED_SHARE


def batch_at(step: int, stage: Stage, library: Library, frames: int, size_px: int, reuse: int, seed: int, kept: dict) -> Batch:
    """The batch of a step: the same for the same arguments, whatever came before.

    `frames` photos in all. Renders are used `reuse` times in another order of views; `kept` remembers the last ones.
    """
    device = library.positions.device
    block, turn = divmod(step, reuse)
    stride, query = lesson_at(block, stage, seed)
    views = stage.views + query
    key = (block, stage.name)
    if kept.get("key") != key:
        batch = max(1, frames // views)
        seeds = (seed << 40) + block * 4096 + torch.arange(batch, device=device)
        kept.update(key=key, scenes=joined([render(library, part, views, size_px, size_px, stride=stride) for part in seeds.split(max(1, _PICTURES_AT_ONCE // views))]))
    scenes: Sequences = kept["scenes"]
    if turn:
        # The first view is the world: another order is another lesson. The queried view stays last.
        order = [(i + turn) % stage.views for i in range(stage.views)] + ([views - 1] if query else [])
        scenes = Sequences(**{name: value[:, order] for name, value in vars(scenes).items()})
    asked = (False,) * (views - 1) + (query,)
    hidden = None
    if stage.name == "completion":
        dice = Dice(torch.arange(len(scenes.rgb), device=device) + step * 4099 + seed)
        hidden = dice.uniform(views, (size_px // 16) ** 2) < HIDDEN_SHARE
        hidden[:, :-1] = False
    return Batch(scenes, asked, hidden, [(i, i + 1) for i in range(min(stage.views - 1, 3))])
