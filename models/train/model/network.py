"""The whole network: recurrence, heads, and what ours adds — language, Gaussians, matching."""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F

from .blocks import Mlp
from .config import Sizes
from .heads import DownstreamHead, shuffled
from .recurrence import Carried, Decoded, Recurrence
from .text_space import text_vectors

#: Cells of these maps are this wide in pixels: language 4, matching 8, Gaussians 2.
LANGUAGE_PX, MATCHING_PX, GAUSSIAN_PX = 4, 8, 2
GAUSSIAN_CHANNELS = 14


class Network(Recurrence):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__(sizes)
        c, hidden = sizes.decoder, sizes.head_hidden
        self.downstream_head = DownstreamHead(sizes)
        if sizes.language_dim:
            self.language_head = Mlp(c, hidden, sizes.language_dim * (16 // LANGUAGE_PX) ** 2)
            self.register_buffer("text_vectors", text_vectors(sizes.language_dim), persistent=False)
        if sizes.gaussians:
            self.gaussian_head = Mlp(c, hidden, GAUSSIAN_CHANNELS * (16 // GAUSSIAN_PX) ** 2)
            with torch.no_grad():
                self.gaussian_head.fc2.weight.mul_(0.1)
        if sizes.matching_dim:
            # Encoder features see the picture, decoder tokens also the state: both describe a place.
            self.matching_head = Mlp(sizes.encoder + c, hidden, sizes.matching_dim * (16 // MATCHING_PX) ** 2)

    def forward(self, images: torch.Tensor, rays: torch.Tensor | None = None, asked: tuple[bool, ...] | None = None,
                hidden: torch.Tensor | None = None, extras: bool = True) -> dict[str, torch.Tensor]:
        """images [B,V,3,H,W] in −1…1, in the order in which the state meets them.

        Views marked in `asked` (V of them, the same for the batch) are queries: the state sees only their `rays` [B,V,6,H,W] and keeps
        nothing of them. `hidden` [B,V,N] masks patches (cross-view completion). Returns maps [B,V,…] as named in heads.py.
        """
        batch, views, _, height, width = images.shape
        grid = (height // 16, width // 16)
        features = self.encode(images.flatten(0, 1), None if hidden is None else hidden.flatten(0, 1)).unflatten(0, (batch, views))
        questions = (False,) * views if asked is None else asked
        if any(questions) and rays is not None:
            at = [v for v in range(views) if questions[v]]
            asked_features = self.encode_rays(rays[:, at].flatten(0, 1)).unflatten(0, (batch, len(at)))
            features = torch.stack([asked_features[:, at.index(v)] if questions[v] else features[:, v] for v in range(views)], 1)
        decoded, _ = self.unroll(features, grid, questions)
        out = self.downstream_head(features.flatten(0, 1), decoded, grid)
        if extras:
            out.update(self.extra_heads(features.flatten(0, 1), decoded, grid))
        return {name: value.unflatten(0, (batch, views)) for name, value in out.items()}

    def unroll(self, features: torch.Tensor, grid: tuple[int, int], questions: tuple[bool, ...]) -> tuple[Decoded, Carried]:
        """features [B,V,N,e] one after another against the state; tokens of all views flattened to [B·V, …]."""
        carried, steps = self.begin(len(features)), []
        for v, question in enumerate(questions):
            decoded, proposed = self.step(features[:, v], carried, grid, first=v == 0)
            carried = carried if question else proposed
            steps.append(decoded)
        stack = lambda items: torch.stack(items, 1).flatten(0, 1)
        middle = [stack([s.middle[i] for s in steps]) for i in range(2)]
        return Decoded(middle, stack([s.last for s in steps]), stack([s.pose for s in steps])), carried

    def extra_heads(self, features: torch.Tensor, decoded: Decoded, grid: tuple[int, int]) -> dict[str, torch.Tensor]:
        """language [n,dim,H/4,W/4] unit vectors, gaussians [n,14,H/2,W/2] raw, descriptors [n,dim,H/8,W/8] unit vectors."""
        out = {}
        if self.sizes.language_dim:
            out["language"] = F.normalize(shuffled(self.language_head(decoded.last), grid, 16 // LANGUAGE_PX).float(), dim=1)
        if self.sizes.gaussians:
            out["gaussians"] = shuffled(self.gaussian_head(decoded.last), grid, 16 // GAUSSIAN_PX).float()
        if self.sizes.matching_dim:
            both = torch.cat([features, decoded.last], -1)
            out["descriptors"] = F.normalize(shuffled(self.matching_head(both), grid, 16 // MATCHING_PX).float(), dim=1)
        return out


def parameter_count(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())
