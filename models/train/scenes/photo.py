"""From light to photo: exposure, white balance, tone curve, vignette, blur and noise."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .dice import Dice


def develop(dice: Dice, radiance: torch.Tensor, clean: bool) -> torch.Tensor:
    """Linear [B,V,3,H,W] → sRGB 0…1 of the same shape. `clean`: exposure only, for looking at renders."""
    batch, views = radiance.shape[:2]
    level = radiance.mean((2, 3, 4), keepdim=True).clamp(min=1e-4)
    steady = level.mean(1, keepdim=True)
    # Cameras hold their exposure over a scene, mostly.
    each = torch.where(dice.chance(0.7)[:, None, None, None, None], steady, level)
    gain = 0.28 / each
    draws = dice.uniform(views + 6), dice.normal(views)
    if clean:
        return (radiance * gain).clamp(0, 1) ** (1 / 2.2)
    start = draws[0]
    gain = gain * torch.exp2((start[:, :1] - 0.5) * 1.6 + 0.12 * draws[1])[:, :, None, None, None]
    white = 1 + (dice.uniform(3) - 0.5)[:, None, :, None, None] * 0.2
    image = radiance * gain * white
    height, width = image.shape[-2:]
    y, x = torch.meshgrid(torch.linspace(-1, 1, height, device=image.device), torch.linspace(-1, 1, width, device=image.device), indexing="ij")
    image = image * (1 - dice.uniform(1, high=0.3)[:, :, None, None, None] * (x * x + y * y) / 2)
    # A soft shoulder instead of hard clipping.
    shoulder = dice.uniform(1, high=0.6)[:, :, None, None, None]
    image = image / (1 + shoulder * image * image) ** 0.5
    image = _blur(image.flatten(0, 1), dice.uniform(views, low=-0.6, high=0.9).clamp(min=0).flatten()).reshape(image.shape)
    shot = dice.uniform(1, high=0.035)[:, :, None, None, None]
    image = image + shot * (image.clamp(min=0).sqrt() * 0.7 + 0.15) * _grain(dice, image.shape)
    gamma = 1 / (2.2 * dice.uniform(1, low=0.88, high=1.14)[:, :, None, None, None])
    return image.clamp(1e-5, 1) ** gamma


def _blur(image: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
    """Gaussian blur of each picture [n,3,H,W] by its own sigma [n] in pixels (0: none)."""
    at = torch.arange(-2, 3, device=image.device, dtype=torch.float32)
    kernel = torch.exp(-0.5 * (at / sigma[:, None].clamp(min=0.05)) ** 2)
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(3, 0)
    count, _, height, width = image.shape
    flat = F.pad(image.reshape(1, -1, height, width), (2, 2, 2, 2), mode="replicate")
    flat = F.conv2d(flat, kernel[:, None, :, None], groups=3 * count)
    return F.conv2d(flat, kernel[:, None, None, :], groups=3 * count).reshape(image.shape)


def _grain(dice: Dice, shape: torch.Size) -> torch.Tensor:
    """Noise of unit variance from the sum of three uniform numbers."""
    total = sum(dice.uniform(*shape[1:]) for _ in range(3))
    return (total - 1.5) * 2
