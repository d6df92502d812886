"""Our PyTorch modules against the numbers of the official implementation (fixtures of the TypeScript golden tests)."""

from __future__ import annotations

import json
import unittest
from pathlib import Path

import torch
from safetensors.torch import load_file

from model.config import OFFICIAL_224, OFFICIAL_512, Sizes
from model.network import Network
from model.recurrence import Carried

FIXTURES = Path(__file__).resolve().parents[3] / "test" / "fixtures" / "models"


def official(head: str) -> tuple[Network, dict[str, torch.Tensor]]:
    """The tiny official checkpoint in our modules; strict: every name and shape must fit."""
    weights = {k: v.float() for k, v in load_file(FIXTURES / f"cut3r-tiny-{head}.safetensors").items()}
    sizes = Sizes(img_size=64, head=head, encoder=64, encoder_depth=3, encoder_heads=4, encoder_hidden=256, ray_depth=2, ray_heads=16, decoder=48,
                  decoder_depth=4, decoder_heads=4, decoder_hidden=192, state_heads=2, state_tokens=20, memory_slots=16, memory_hidden=384,
                  head_hidden=192, dpt=(8, 16, 24, 32, 32, 16), language_dim=0, gaussians=False, matching_dim=0)
    network = Network(sizes).eval()
    for name in [k for k in weights if ".scratch.layer_rn." in k or k == "masked_ray_map_token"]:
        del weights[name]
    network.load_state_dict(weights, strict=True)
    return network, load_file(FIXTURES / f"cut3r-tiny-{head}.golden.safetensors")


class Parity(unittest.TestCase):
    def check(self, head: str) -> None:
        torch.set_num_threads(1)
        network, golden = official(head)
        carried, worst = network.begin(1), 0.0
        for i in range(6):
            state = Carried(golden[f"state.{i}.feat"], golden[f"state.{i}.mem"])
            # Features carry 2e-4 of noise already in the golden file (test/golden/cut3r.test.ts), everything else far less.
            self.assertLess((carried.state - state.state).abs().max().item(), 1e-4, f"state before {i}")
            self.assertLess((carried.memory - state.memory).abs().max().item(), 1e-4, f"memory before {i}")
            with torch.no_grad():
                if f"in.{i}.img" in golden:
                    planes = golden[f"in.{i}.img"]
                    features = network.encode(planes)
                else:
                    planes = golden[f"in.{i}.ray_map"].permute(0, 3, 1, 2)
                    features = network.encode_rays(planes)
                grid = (planes.shape[-2] // 16, planes.shape[-1] // 16)
                decoded, proposed = network.step(features, carried, grid, first=i == 0)
                out = network.downstream_head(features, decoded, grid)
            names = {"pts3d_in_self_view": out["points_self"], "conf_self": out["conf_self"], "pts3d_in_other_view": out["points_world"],
                     "conf": out["conf_world"], "rgb": out["rgb"].permute(0, 2, 3, 1), "camera_pose": out["pose"]}
            for name, ours in names.items():
                theirs = golden[f"out.{i}.{name}"].reshape(ours.shape)
                error = ((ours - theirs).abs() / theirs.abs().clamp(min=1)).max().item()
                worst = max(worst, error)
                self.assertLess(error, 1e-3, f"{name} of entry {i}")
            updated = bool(golden[f"in.{i}.update"].all()) if f"in.{i}.update" in golden else True
            carried = proposed if updated and f"in.{i}.img" in golden else carried
        print(f"{head}: largest error of any output {worst:.1e}")

    def test_the_linear_model_gives_the_official_numbers(self) -> None:
        self.check("linear")

    def test_the_dpt_model_gives_the_official_numbers(self) -> None:
        self.check("dpt")

    def test_the_full_sizes_have_the_names_and_shapes_of_the_released_files(self) -> None:
        for sizes, name in ((OFFICIAL_512, "cut3r_512_dpt_4_64"), (OFFICIAL_224, "cut3r_224_linear_4")):
            with torch.device("meta"):
                ours = {key: list(value.shape) for key, value in Network(sizes).state_dict().items()}
            theirs = json.loads((FIXTURES / f"{name}.tensors.json").read_text())["tensors"]
            # A second name of the DPT convolutions, and a token that only training with both kinds of input needs.
            theirs = {key: shape for key, shape in theirs.items() if ".layer_rn." not in key and key != "masked_ray_map_token"}
            self.assertEqual(ours, theirs)


if __name__ == "__main__":
    unittest.main()
