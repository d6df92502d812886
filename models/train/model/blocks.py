"""Transformer blocks with the parameter names of CroCo, DUSt3R and CUT3R, and 2D rotary positions (model-facts 1.5, 1.6)."""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F

#: cos and sin of the angles, [tokens, head_dim / 2]: row angles, then column angles.
Rope = tuple[torch.Tensor, torch.Tensor]


def rope_table(positions: torch.Tensor, head_dim: int, base: float = 100.0) -> Rope:
    """positions [n,2] (row, column), −1 allowed: the angle is position × frequency."""
    quarter = head_dim // 4
    frequency = base ** (-torch.arange(quarter, device=positions.device, dtype=torch.float32) / quarter)
    angle = (positions.float()[..., None] * frequency).flatten(-2)
    return angle.cos(), angle.sin()


def rotate(x: torch.Tensor, rope: Rope) -> torch.Tensor:
    """x [B,heads,n,d]: quarters (row u, row v, column u, column v); each (u, v) turns by its angle. In float32, cast back."""
    cos, sin = rope
    ru, rv, cu, cv = x.float().chunk(4, -1)
    quarter = cos.shape[-1] // 2
    rc, rs, cc, cs = cos[:, :quarter], sin[:, :quarter], cos[:, quarter:], sin[:, quarter:]
    return torch.cat([ru * rc - rv * rs, rv * rc + ru * rs, cu * cc - cv * cs, cv * cc + cu * cs], -1).to(x.dtype)


def _heads(x: torch.Tensor, heads: int) -> torch.Tensor:
    return x.unflatten(-1, (heads, -1)).transpose(-3, -2)


def _merged(x: torch.Tensor) -> torch.Tensor:
    return x.transpose(-3, -2).flatten(-2)


class Mlp(nn.Module):
    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.fc2 = nn.Linear(hidden, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc2(F.gelu(self.fc1(x)))


class Attention(nn.Module):
    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)

    def forward(self, x: torch.Tensor, rope: Rope | None) -> torch.Tensor:
        q, k, v = (_heads(part, self.heads) for part in self.qkv(x).chunk(3, -1))
        if rope is not None:
            q, k = rotate(q, rope), rotate(k, rope)
        return self.proj(_merged(F.scaled_dot_product_attention(q, k, v)))


class CrossAttention(nn.Module):
    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.projq = nn.Linear(channels, channels)
        self.projk = nn.Linear(channels, channels)
        self.projv = nn.Linear(channels, channels)
        self.proj = nn.Linear(channels, channels)

    def forward(self, x: torch.Tensor, y: torch.Tensor, rope_x: Rope | None, rope_y: Rope | None) -> torch.Tensor:
        q, k, v = _heads(self.projq(x), self.heads), _heads(self.projk(y), self.heads), _heads(self.projv(y), self.heads)
        if rope_x is not None and rope_y is not None:
            q, k = rotate(q, rope_x), rotate(k, rope_y)
        return self.proj(_merged(F.scaled_dot_product_attention(q, k, v)))


def norm(channels: int) -> nn.LayerNorm:
    return nn.LayerNorm(channels, eps=1e-6)


class EncoderBlock(nn.Module):
    def __init__(self, channels: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.norm1 = norm(channels)
        self.attn = Attention(channels, heads)
        self.norm2 = norm(channels)
        self.mlp = Mlp(channels, hidden, channels)

    def forward(self, x: torch.Tensor, rope: Rope | None) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), rope)
        return x + self.mlp(self.norm2(x))


class DecoderBlock(nn.Module):
    """Self attention, cross attention over norm_y(y), MLP; y comes back unchanged."""

    def __init__(self, channels: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.norm1 = norm(channels)
        self.attn = Attention(channels, heads)
        self.cross_attn = CrossAttention(channels, heads)
        self.norm2 = norm(channels)
        self.norm3 = norm(channels)
        self.mlp = Mlp(channels, hidden, channels)
        self.norm_y = norm(channels)

    def forward(self, x: torch.Tensor, y: torch.Tensor, rope_x: Rope | None = None, rope_y: Rope | None = None) -> torch.Tensor:
        x = x + self.attn(self.norm1(x), rope_x)
        x = x + self.cross_attn(self.norm2(x), self.norm_y(y), rope_x, rope_y)
        return x + self.mlp(self.norm3(x))


class Modulation(nn.Module):
    """Layer norm whose shift and scale come from a condition: LN(x)·(1 + scale) + shift."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = norm(channels)
        self.mlp = nn.Sequential(nn.SiLU(), nn.Linear(channels, 2 * channels))

    def forward(self, x: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        shift, scale = self.mlp(condition).chunk(2, -1)
        return self.norm(x) * (1 + scale) + shift


class ModulatedBlock(nn.Module):
    def __init__(self, channels: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.norm1 = Modulation(channels)
        self.attn = Attention(channels, heads)
        self.norm2 = Modulation(channels)
        self.mlp = Mlp(channels, hidden, channels)

    def forward(self, x: torch.Tensor, condition: torch.Tensor, rope: Rope) -> torch.Tensor:
        x = x + self.attn(self.norm1(x, condition), rope)
        return x + self.mlp(self.norm2(x, condition))
