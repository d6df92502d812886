"""CUT3R's encoders, state and memory (model-facts 1.8), with the names of the official state dict. Heads are in heads.py."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn as nn

from .blocks import DecoderBlock, EncoderBlock, Rope, norm, rope_table
from .config import Sizes


@dataclass
class Carried:
    """state [B,S,c] and memory [B,M,2c]: what persists from photo to photo."""

    state: torch.Tensor
    memory: torch.Tensor


@dataclass
class Decoded:
    """Tokens of one photo after meeting the state: levels before the last un-normalised without the pose token, last [B,N,c], pose [B,c]."""

    middle: list[torch.Tensor]
    last: torch.Tensor
    pose: torch.Tensor


class PoseRetriever(nn.Module):
    """The local memory: two blocks read a pose token from it, two write the photo's into it."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        c, width = sizes.decoder, 2 * sizes.decoder
        self.proj_q = nn.Linear(sizes.encoder, c)
        self.masked_token = nn.Parameter(torch.randn(1, 1, c) * 0.2)
        self.mem = nn.Parameter(torch.randn(1, sizes.memory_slots, width) * 0.2)
        make = lambda: nn.ModuleList(DecoderBlock(width, sizes.decoder_heads, sizes.memory_hidden) for _ in range(2))
        self.write_blocks, self.read_blocks = make(), make()

    def read(self, glance: torch.Tensor, memory: torch.Tensor) -> torch.Tensor:
        """glance [B,1,c] → pose token [B,1,c]."""
        x = torch.cat([glance, self.masked_token.expand_as(glance)], -1)
        for block in self.read_blocks:
            x = block(x, memory)
        return x[..., glance.shape[-1] :]

    def write(self, memory: torch.Tensor, glance: torch.Tensor, pose: torch.Tensor) -> torch.Tensor:
        note = torch.cat([glance, pose], -1)
        for block in self.write_blocks:
            memory = block(memory, note)
        return memory


class Patches(nn.Module):
    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(inputs, channels, 16, 16)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        # One layout for every caller: compiled blocks are compiled again for each new one.
        return self.proj(planes).flatten(2).transpose(1, 2).contiguous()


class Recurrence(nn.Module):
    """Parameters under the official names; tensors are batched, positions are shared by the batch."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        e, c = sizes.encoder, sizes.decoder
        encoder = lambda depth, heads: nn.ModuleList(EncoderBlock(e, heads, sizes.encoder_hidden) for _ in range(depth))
        decoder = lambda heads: nn.ModuleList(DecoderBlock(c, heads, sizes.decoder_hidden) for _ in range(sizes.decoder_depth))
        self.patch_embed, self.patch_embed_ray_map = Patches(3, e), Patches(6, e)
        self.enc_blocks, self.enc_blocks_ray_map = encoder(sizes.encoder_depth, sizes.encoder_heads), encoder(sizes.ray_depth, sizes.ray_heads)
        self.enc_norm, self.enc_norm_ray_map = norm(e), norm(e)
        self.decoder_embed, self.decoder_embed_state = nn.Linear(e, c), nn.Linear(e, c)
        self.dec_blocks, self.dec_blocks_state = decoder(sizes.decoder_heads), decoder(sizes.state_heads)
        self.dec_norm, self.dec_norm_state = norm(c), norm(c)
        self.register_tokens = nn.Embedding(sizes.state_tokens, e)
        self.pose_token = nn.Parameter(torch.randn(1, 1, c) * 0.02)
        self.masked_img_token = nn.Parameter(torch.randn(1, e) * 0.02)
        self.pose_retriever = PoseRetriever(sizes)

    def encode(self, images: torch.Tensor, hidden: torch.Tensor | None = None) -> torch.Tensor:
        """images [n,3,H,W] in −1…1 → features [n,N,e]. Patches in `hidden` [n,N] are replaced by the mask token (cross-view completion)."""
        # Sums over many blocks are kept in float32, also under autocast; only what blocks add is bfloat16.
        tokens = self.patch_embed(images).float()
        if hidden is not None:
            tokens = torch.where(hidden[..., None], self.masked_img_token, tokens)
        rope = self._grid_rope(images, self.sizes.encoder_heads, self.sizes.encoder)
        for block in self.enc_blocks:
            tokens = block(tokens, rope)
        return self.enc_norm(tokens)

    def encode_rays(self, rays: torch.Tensor) -> torch.Tensor:
        """rays [n,6,H,W]: origin and direction in the world of the first view (rays.py) → features [n,N,e]."""
        tokens = self.patch_embed_ray_map(rays).float()
        rope = self._grid_rope(rays, self.sizes.ray_heads, self.sizes.encoder)
        for block in self.enc_blocks_ray_map:
            tokens = block(tokens, rope)
        return self.enc_norm_ray_map(tokens)

    def begin(self, batch: int) -> Carried:
        state = self.decoder_embed_state(self.register_tokens.weight).float()
        # Copies, since the layout of an expanded tensor would be compiled for apart.
        return Carried(state.expand(batch, -1, -1).contiguous(), self.pose_retriever.mem.expand(batch, -1, -1).contiguous())

    def step(self, features: torch.Tensor, carried: Carried, grid: tuple[int, int], first: bool) -> tuple[Decoded, Carried]:
        """features [B,N,e] of pictures with `grid` = (rows, columns) patches meet the state; returns the proposed state and memory."""
        sizes, device = self.sizes, features.device
        glance = self.pose_retriever.proj_q(features.mean(1, keepdim=True))
        token = self.pose_token.expand(len(features), -1, -1) if first else self.pose_retriever.read(glance, carried.memory)
        image = torch.cat([token.float(), self.decoder_embed(features).float()], 1)
        state = carried.state
        patches = torch.cat([torch.full((1, 2), -1, device=device), grid_positions(*grid, device)])
        registers = state_positions(sizes.state_tokens, device)
        table = lambda positions, heads: rope_table(positions, sizes.decoder // heads)
        image_ropes = table(patches, sizes.decoder_heads), table(registers, sizes.decoder_heads)
        state_ropes = table(registers, sizes.state_heads), table(patches, sizes.state_heads)
        levels = [image]
        for image_block, state_block in zip(self.dec_blocks, self.dec_blocks_state):
            # Both sides read the other's previous layer.
            image, state = image_block(image, state, *image_ropes), state_block(state, image, *state_ropes)
            levels.append(image)
        last = self.dec_norm(image)
        memory = self.pose_retriever.write(carried.memory, glance, last[:, :1])
        depth = sizes.decoder_depth
        middle = [levels[depth * 2 // 4][:, 1:], levels[depth * 3 // 4][:, 1:]]
        return Decoded(middle, last[:, 1:], last[:, 0]), Carried(self.dec_norm_state(state), memory)

    def _grid_rope(self, planes: torch.Tensor, heads: int, channels: int) -> Rope:
        rows, columns = planes.shape[-2] // 16, planes.shape[-1] // 16
        return rope_table(grid_positions(rows, columns, planes.device), channels // heads)


def grid_positions(rows: int, columns: int, device: torch.device) -> torch.Tensor:
    """[rows·columns, 2], row by row."""
    row, column = torch.meshgrid(torch.arange(rows, device=device), torch.arange(columns, device=device), indexing="ij")
    return torch.stack([row, column], -1).flatten(0, 1)


def state_positions(count: int, device: torch.device) -> torch.Tensor:
    """State tokens sit on a grid whose width is the root of their number, made even."""
    side = int(count**0.5)
    columns = side + side % 2
    at = torch.arange(count, device=device)
    return torch.stack([at // columns, at % columns], -1)
