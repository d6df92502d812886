"""Sizes of a network, and the constructor expression by which the TypeScript compiler learns what shapes do not tell."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Sizes:
    """Widths in channels, depths in blocks; defaults are our 224 px model."""

    img_size: int = 224
    #: "composed": depth, focal and pose make the points (ours); "linear", "dpt": the official heads.
    head: str = "composed"
    encoder: int = 320
    encoder_depth: int = 7
    encoder_heads: int = 5
    encoder_hidden: int = 1280
    ray_depth: int = 1
    ray_heads: int = 5
    decoder: int = 192
    decoder_depth: int = 6
    decoder_heads: int = 6
    decoder_hidden: int = 768
    state_heads: int = 4
    state_tokens: int = 256
    memory_slots: int = 128
    memory_hidden: int = 384
    head_hidden: int = 384
    #: only for head "dpt": widths of its four levels, of the fusion, and before the last convolution
    dpt: tuple[int, ...] = (96, 192, 384, 768, 256, 128)
    #: 0: no such head
    language_dim: int = 64
    gaussians: bool = True
    matching_dim: int = 32

    def expression(self) -> str:
        """In the form of the official checkpoints (model-facts 1.1); read as data by models/compile/expression.ts."""
        return (
            f"ARCroco3DStereo(ARCroco3DStereoConfig(img_size=({self.img_size}, {self.img_size}), head_type='{self.head}', "
            "depth_mode=('exp', -inf, inf), conf_mode=('exp', 1, inf), pose_mode=('exp', -inf, inf), pos_embed='RoPE100', state_pe='2d', "
            f"enc_num_heads={self.encoder_heads}, ray_enc_num_heads={self.ray_heads}, dec_num_heads={self.decoder_heads}, "
            f"state_dec_num_heads={self.state_heads}))"
        )

    def as_dict(self) -> dict:
        return asdict(self)


SMALL = Sizes()

#: Tests and fixtures; 64 px pictures are 16 tokens.
TOY = Sizes(img_size=64, encoder=48, encoder_depth=2, encoder_heads=2, encoder_hidden=96, ray_depth=1, ray_heads=2, decoder=48, decoder_depth=2,
            decoder_heads=2, decoder_hidden=96, state_heads=4, state_tokens=20, memory_slots=8, memory_hidden=96, head_hidden=48,
            language_dim=64, matching_dim=16)

_OFFICIAL = dict(encoder=1024, encoder_depth=24, encoder_heads=16, encoder_hidden=4096, ray_depth=2, ray_heads=16, decoder=768, decoder_depth=12,
                 decoder_heads=12, decoder_hidden=3072, state_heads=16, state_tokens=768, memory_slots=256, memory_hidden=6144,
                 head_hidden=3072, language_dim=0, gaussians=False, matching_dim=0)
#: Sizes of the released checkpoints (model-facts 1.2), for timing the same architecture in PyTorch; weights are not ours to ship.
OFFICIAL_224 = Sizes(img_size=224, head="linear", **_OFFICIAL)
OFFICIAL_512 = Sizes(img_size=512, head="dpt", **_OFFICIAL)

PRESETS = {"small": SMALL, "toy": TOY, "official-224": OFFICIAL_224, "official-512": OFFICIAL_512}
