"""Heads: official linear and DPT ones (model-facts 1.10, 1.11), and ours, where depth, focal length and pose make the points."""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F

from .blocks import Mlp, ModulatedBlock, rope_table
from .config import Sizes
from .dpt import DptBranch
from .points import composed_points, confidence, expanded, pose_of
from .recurrence import Decoded, grid_positions


def shuffled(tokens: torch.Tensor, grid: tuple[int, int], side: int) -> torch.Tensor:
    """[n, N, count·side²] → [n, count, rows·side, columns·side]."""
    return F.pixel_shuffle(tokens.transpose(1, 2).unflatten(-1, grid), side)


def _precise(mlp: Mlp, token: torch.Tensor) -> torch.Tensor:
    """In float32 even under autocast: eight bits are no pose and no depth."""
    with torch.autocast(token.device.type, enabled=False):
        return mlp(token.float())


class PoseHead(nn.Module):
    def __init__(self, channels: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.mlp = Mlp(channels, hidden, outputs)


class DownstreamHead(nn.Module):
    """`forward` gives maps in pixels; everything in float32 (small numbers through exp)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        c, hidden = sizes.decoder, sizes.head_hidden
        self.pose_head = PoseHead(c, hidden if sizes.head == "composed" else 4 * c, 7)
        self.final_transform = nn.ModuleList(ModulatedBlock(c, sizes.decoder_heads, sizes.decoder_hidden) for _ in range(2))
        if sizes.head == "dpt":
            widths = (sizes.encoder, c, c, c)
            self.dpt_self, self.dpt_rgb, self.dpt_cross = (DptBranch(widths, n, sizes.dpt) for n in (4, 3, 4))
            return
        self.proj = Mlp(c, hidden, (2 if sizes.head == "composed" else 4) * 256)
        self.rgb_proj, self.cross_proj = Mlp(c, hidden, 3 * 256), Mlp(c, hidden, 4 * 256)
        if sizes.head == "composed":
            self.focal_head = PoseHead(c, hidden // 4, 1)
            with torch.no_grad():
                # Rooms: about two metres; ordinary lenses: 0.85 of the long side.
                self.proj.fc2.bias[:256] = 0.7
                self.focal_head.mlp.fc2.bias.fill_(-0.16)
                for mlp in (self.pose_head.mlp, self.focal_head.mlp):
                    mlp.fc2.weight.mul_(0.1)
                self.pose_head.mlp.fc2.bias.zero_()

    def forward(self, features: torch.Tensor, decoded: Decoded, grid: tuple[int, int]) -> dict[str, torch.Tensor]:
        """Per picture n: points_self, points_world [n,H,W,3], conf_self, conf_world [n,H,W], rgb [n,3,H,W] −1…1, pose [n,7];
        with head "composed" also log_depth [n,H,W] and focal [n] in pixels."""
        sizes = self.sizes
        last, token = decoded.last, decoded.pose
        rope = rope_table(grid_positions(*grid, last.device), sizes.decoder // sizes.decoder_heads)
        moved = last
        for block in self.final_transform:
            moved = block(moved, token[:, None], rope)
        if sizes.head == "dpt":
            levels = [features, *decoded.middle]
            own, colours, world = (branch([*levels, x], grid) for branch, x in ((self.dpt_self, last), (self.dpt_rgb, last), (self.dpt_cross, moved)))
        else:
            # Eight bits of a log depth near 1 are steps of 0.8 per cent, which walls show.
            own = shuffled(_precise(self.proj, last), grid, 16)
            colours, world = (shuffled(mlp(x), grid, 16) for mlp, x in ((self.rgb_proj, last), (self.cross_proj, moved)))
        own, colours, world = own.float(), colours.float(), world.float().movedim(1, -1)
        out = {
            "points_world": expanded(world[..., :3]), "conf_world": confidence(world[..., 3]),
            "rgb": 2 * (colours.sigmoid() * (1 - 2e-6) + 1e-6) - 1,
            "pose": pose_of(_precise(self.pose_head.mlp, token), bounded=sizes.head == "composed"),
        }
        if sizes.head == "composed":
            focal = max(grid) * 16 * _precise(self.focal_head.mlp, token)[:, 0].exp()
            log_depth = own[:, 0].clamp(-6, 6)
            points = composed_points(log_depth.exp(), focal)
            return {**out, "log_depth": log_depth, "focal": focal, "points_self": points, "conf_self": confidence(own[:, 1])}
        own = own.movedim(1, -1)
        xyz = own[..., :3]
        if sizes.head == "linear":
            xyz = xyz * own[..., 2:3].sign()
        return {**out, "points_self": expanded(xyz), "conf_self": confidence(own[..., 3])}
