"""The learner at toy size: gradients reach every part, the loss falls, a leg resumes bit by bit, shards and export keep their word."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

import torch
from safetensors import safe_open

from export import export, load_network
from learner import Learner, Plan
from model.config import TOY
from model.gaussians import Gaussians, render_gaussians
from model.network import Network
from model.points import matrix_of, pose_of, quaternion_of
from scenes.library import build_library
from shards import load_shards, save_shards
from stages import batch_at, stage_at
from train import leg

torch.set_num_threads(1)
CPU = torch.device("cpu")
LIBRARY = build_library(None, CPU, points=600, variants=1)


def learner(**changes) -> Learner:
    return Learner.new(Plan(**{"preset": "toy", "steps": 400, "frames": 8, "rate": 3e-3, "warm_up": 3, "reuse": 1, **changes}), CPU)


class Learning(unittest.TestCase):
    def test_gradients_reach_every_parameter_over_the_stages(self) -> None:
        ours, touched = learner(rate=0.0), set()
        for name, steps in (("completion", 1), ("pairs", 6)):
            for step in range(steps):
                ours.learn(batch_at(step, stage_at(0, name), LIBRARY, 6, 64, 1, 3, {}), stage_at(0, name))
                touched |= {n for n, p in ours.network.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0}
        missing = {n for n, _ in ours.network.named_parameters()} - touched
        self.assertEqual(missing, set())

    def test_the_loss_falls_over_thirty_steps_on_one_scene(self) -> None:
        ours = learner()
        stage = stage_at(0, "pairs")
        batch = batch_at(0, stage, LIBRARY, 4, 64, 1, 1, {})
        losses = [float(ours.learn(batch, stage)["total"]) for _ in range(30)]
        self.assertLess(sum(losses[-3:]) / 3, 0.6 * losses[0])

    def test_sixteen_pairs_and_their_poses_are_memorised_in_sixty_steps(self) -> None:
        # The training probe's network could not: its unbounded quaternion froze at identity.
        ours, stage = learner(frames=32, rate=2e-3, warm_up=10, steps=2000), stage_at(0, "pairs-near")
        batch = batch_at(0, stage, LIBRARY, 32, 64, 1, 1, {})
        poses = [float(ours.learn(batch, stage)["pose"]) for _ in range(60)]
        self.assertLess(poses[-1], 0.4 * poses[0])

    def test_half_precision_learns_the_same_within_its_precision(self) -> None:
        ours, half = learner(), learner()
        half.half = True
        stage = stage_at(0, "pairs")
        batch = batch_at(1, stage, LIBRARY, 6, 64, 1, 1, {})
        full, coarse = float(ours.learn(batch, stage)["total"]), float(half.learn(batch, stage)["total"])
        # Eight bits of mantissa through a dozen layers: one or two per cent of the loss.
        self.assertAlmostEqual(coarse / full, 1, delta=0.03)

    def test_a_leg_that_resumes_equals_one_that_never_stopped(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            whole = learner()
            leg(whole, LIBRARY, 5, 4, "pairs")
            first = learner()
            leg(first, LIBRARY, 5, 2, "pairs")
            first.save(folder / "out", folder / "keep")
            second = learner()
            self.assertEqual("Resumed the complete state at step 2.", second.resume(folder / "out", folder / "keep"))
            leg(second, LIBRARY, 5, 2, "pairs")
            for key, value in whole.network.state_dict().items():
                self.assertTrue(torch.equal(value, second.network.state_dict()[key]), key)
            # From shards alone: the weights in bfloat16, the step, and a fresh optimiser that warms up again.
            third = learner(frames=6)
            self.assertIn("frames 8 → 6", third.resume(folder / "out"))
            self.assertEqual((third.step, third.fresh_at, third.frames_seen), (2, 2, first.frames_seen))
            for key, value in first.network.state_dict().items():
                self.assertTrue(torch.equal(value.to(torch.bfloat16).float(), third.network.state_dict()[key]), key)

    def test_shards_keep_every_bfloat16_and_refuse_a_missing_file(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            weights = {"a": torch.randn(100, 7).to(torch.bfloat16).float(), "b": torch.tensor([0.0, -0.0, 1e-38, -3e38, float("inf")]).to(torch.bfloat16).float()}
            paths = save_shards(folder, weights, {"step": 3})
            back, facts = load_shards(folder)
            self.assertEqual(facts["step"], 3)
            for key, value in weights.items():
                self.assertTrue(torch.equal(value, back[key]))
            paths[0].write_bytes(paths[0].read_bytes()[:-1])
            with self.assertRaises(ValueError):
                load_shards(folder)

    def test_an_export_has_the_official_names_and_the_same_poses(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            ours = learner()
            ours.save(folder)
            network, facts = load_network(folder)
            export(network, folder / "model.safetensors", {"steps": str(facts["step"])})
            with safe_open(folder / "model.safetensors", "pt") as file:
                keys, metadata = set(file.keys()), file.metadata()
                weight = file.get_tensor("downstream_head.pose_head.mlp.fc2.weight")
            expected = {k for k in network.state_dict() if not k.startswith("matching_head.")} | {"text_space.vectors"}
            self.assertEqual(keys, expected)
            self.assertEqual(weight[3].abs().sum().item(), 0)
            self.assertIn("head_type='composed'", metadata["model"])
            self.assertIn("couch:", metadata["model"])
            self.assertLess(len(metadata["model"]), 20_000)


class Geometry(unittest.TestCase):
    def test_rotations_survive_the_way_through_quaternions(self) -> None:
        torch.manual_seed(0)
        raw = torch.randn(200, 7)
        pose = pose_of(raw, bounded=False)
        back = quaternion_of(matrix_of(pose)[:, :3, :3])
        self.assertLess((back - pose[:, 3:]).abs().max().item(), 1e-4)

    def test_a_gaussian_covers_where_it_projects_and_gets_gradients(self) -> None:
        mean = torch.tensor([[[0.0, 0.0, 2.0], [0.0, 0.0, 3.0]]], requires_grad=True)
        colour = torch.tensor([[[1.0, 0, 0], [0, 1.0, 0]]], requires_grad=True)
        gaussians = Gaussians(mean, 0.1 * torch.eye(3).expand(1, 2, 3, 3), torch.tensor([[0.9, 0.9]]), colour)
        picture, cover = render_gaussians(gaussians, torch.tensor([[30.0, 30, 16, 16]]), 32, 32)
        red, green, _ = picture[0, :, 16, 16]
        # The nearer one hides the farther.
        self.assertGreater(red.item(), 0.8)
        self.assertLess(green.item(), 0.15)
        self.assertLess(cover[0, 2, 2].item(), 0.01)
        picture.mean().backward()
        self.assertGreater(mean.grad.abs().sum().item(), 0)
        self.assertGreater(colour.grad[0, 1].abs().sum().item(), 0)

    def test_the_small_network_has_the_agreed_size(self) -> None:
        with torch.device("meta"):
            from model.config import SMALL
            count = sum(p.numel() for p in Network(SMALL).parameters())
        self.assertTrue(25e6 <= count <= 30e6, count)
        self.assertEqual(TOY.head, "composed")


if __name__ == "__main__":
    unittest.main()
