"""What a GPU asks of the code, checked where there is none: one device throughout, exact geometry, finite halves, few graphs."""

from __future__ import annotations

import unittest
from dataclasses import replace
from unittest import mock

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

import check_device
from device import start_device
from learner import Learner, Plan
from losses import Weights, losses_of, total_of
from model.config import PRESETS, SMALL, TOY
from model.network import Network
from model.points import ray_map
from scenes.cameras import make_cameras, moved_points, rays_of
from scenes.dice import Dice
from scenes.layout import make_rooms
from scenes.library import build_library
from scenes.photo import develop
from scenes.render import Sequences, render
from scenes.shell import make_shell, meet_shell
from scenes.truth import flow_between
from stages import batch_at, lesson_at, stage_at

torch.set_num_threads(1)
CPU = torch.device("cpu")
LIBRARY = build_library(None, CPU, points=600, variants=1)


def fake_scenes(views: int, side: int) -> Sequences:
    """Two sequences of shapes and types alone, on a GPU that need not exist."""
    make = lambda *shape, dtype=torch.float32: torch.ones(2, views, *shape, dtype=dtype, device="cuda")
    return Sequences(make(3, side, side), make(side, side), make(side, side, dtype=torch.int64), make(side, side, dtype=torch.int64), make(4, 4), make(4), make(33, 3, 4))


class OneDevice(unittest.TestCase):
    """A tensor that is made on the processor by mistake meets one of the GPU and raises; nothing is computed."""

    def test_network_and_losses_stay_on_the_gpu(self) -> None:
        with FakeTensorMode(allow_non_fake_inputs=False):
            with torch.device("cuda"):
                network = Network(TOY)
            # Made by numpy; Learner.new moves it with the rest.
            network.text_vectors = network.text_vectors.to("cuda")
            for views, asked, hidden in ((2, (False, False), True), (3, (False, False, True), False)):
                scenes = fake_scenes(views, 64)
                rays = ray_map(scenes.pose, scenes.intrinsics, 64, 64)
                masks = torch.zeros(2, views, 16, dtype=torch.bool, device="cuda") if hidden else None
                out = network(scenes.rgb, rays, asked, masks)
                out = {**{k: v.float() for k, v in out.items()}, "text_vectors": network.text_vectors}
                # Drawing of Gaussians looks at numbers, which shapes alone do not have.
                weights = Weights(gaussians=0)
                total = total_of({k: v for k, v in losses_of(out, scenes, asked, weights, [(0, 1)]).items() if getattr(weights, k)}, weights)
                self.assertEqual(total.device.type, "cuda")

    def test_rooms_cameras_walls_photos_and_flow_stay_on_the_gpu(self) -> None:
        with FakeTensorMode() as mode:
            library = mode_library(mode)
            dice = Dice(torch.zeros(2, dtype=torch.int64, device="cuda"))
            rooms = make_rooms(dice, library)
            pose, intrinsics, _ = make_cameras(dice, rooms, 2, 32, 32)
            shell = make_shell(dice, rooms.size, library.textures)
            rays = rays_of(intrinsics, 32, 32)
            hit = meet_shell(shell, rooms.size, pose[..., :3, 3][:, :, None, None], rays, 1 / intrinsics[..., 0, None, None], library.textures)
            photo = develop(dice, hit.albedo.permute(0, 1, 4, 2, 3), False)
            flow, visible = flow_between(fake_scenes(2, 32), 0, 1)
            self.assertEqual({t.device.type for t in (rooms.place, pose, hit.depth, hit.albedo, photo, flow, visible)}, {"cuda"})


def mode_library(mode: FakeTensorMode):
    """The library with all its tensors on the GPU that is not there."""
    moved = lambda t: torch.empty(t.shape, dtype=t.dtype, device="cuda")
    tensors = {name: moved(value) for name, value in vars(LIBRARY).items() if isinstance(value, torch.Tensor)}
    bank = object.__new__(type(LIBRARY.textures))
    bank.__dict__ = {name: moved(value) if isinstance(value, torch.Tensor) else value for name, value in vars(LIBRARY.textures).items()}
    return replace(LIBRARY, **tensors, roles={role: moved(value) for role, value in LIBRARY.roles.items()}, textures=bank)


class Exactness(unittest.TestCase):
    def test_no_product_of_geometry_may_run_in_ten_bits(self) -> None:
        torch.set_float32_matmul_precision("high")
        start_device()
        self.assertEqual(torch.get_float32_matmul_precision(), "highest")
        self.assertFalse(torch.backends.cuda.matmul.allow_tf32)

    def test_points_move_as_matrices_say(self) -> None:
        matrix, points = torch.randn(5, 1, 1, 4, 4), torch.randn(5, 6, 7, 3)
        expected = torch.einsum("bij,bhwj->bhwi", matrix[:, 0, 0, :3, :3], points) + matrix[..., :3, 3]
        self.assertLess((moved_points(matrix, points) - expected).abs().max().item(), 1e-5)

    def test_sums_over_blocks_stay_float32_under_autocast(self) -> None:
        network = Network(TOY)
        with torch.autocast("cpu", torch.bfloat16):
            carried = network.begin(1)
            features = network.encode(torch.zeros(1, 3, 64, 64))
            decoded, proposed = network.step(features, carried, (4, 4), first=True)
        for tensor in (carried.state, features, decoded.middle[0], decoded.last, proposed.state, proposed.memory):
            self.assertEqual(tensor.dtype, torch.float32)


class Agreement(unittest.TestCase):
    def test_a_device_that_renders_otherwise_is_named(self) -> None:
        calls = []

        def far(*args):
            scenes = render(*args)
            calls.append(args)
            return replace(scenes, depth=scenes.depth * 1.01) if len(calls) == 1 else scenes

        with mock.patch.object(check_device, "render", far):
            found = check_device.disagreements(CPU)
        self.assertEqual(len(found), 1, found)
        self.assertIn("pixels with another depth", found[0])


class Halves(unittest.TestCase):
    def test_the_real_sizes_learn_in_bfloat16_in_every_stage(self) -> None:
        PRESETS["small-64"] = replace(SMALL, img_size=64)
        self.addCleanup(PRESETS.pop, "small-64")
        ours = Learner.new(Plan("small-64", 400, 4, 1e-4, 3, reuse=1), CPU)
        ours.half = True
        for name in ("completion", "pairs", "four", "eight"):
            terms = ours.learn(batch_at(1, stage_at(0, name), LIBRARY, 4, 64, 1, 3, {}), stage_at(0, name))
            for term, value in terms.items():
                self.assertTrue(torch.isfinite(value), f"{term} in {name}")

    def test_depth_is_no_rounded_half(self) -> None:
        torch.manual_seed(0)
        network = Network(TOY)
        with torch.autocast("cpu", torch.bfloat16), torch.no_grad():
            depth = network(torch.rand(1, 1, 3, 64, 64))["log_depth"]
        self.assertGreater((depth != depth.bfloat16().float()).float().mean().item(), 0.9)

    def test_a_batch_that_went_wrong_changes_nothing(self) -> None:
        ours = Learner.new(Plan("toy", 400, 4, 1e-3, 1, reuse=1), CPU)
        stage = stage_at(0, "pairs")
        good = batch_at(0, stage, LIBRARY, 4, 64, 1, 1, {})
        ours.learn(good, stage)
        before = {k: v.clone() for k, v in ours.network.state_dict().items()}
        moment = next(iter(ours.optimiser.state.values()))["exp_avg"].clone()
        bad = batch_at(0, stage, LIBRARY, 4, 64, 1, 1, {})
        bad.scenes.rgb[0, 0, 0, 0, 0] = torch.nan
        terms = ours.learn(bad, stage)
        self.assertEqual((float(terms["left out"]), float(terms["total"])), (1.0, 0.0))
        for key, value in before.items():
            self.assertTrue(torch.equal(value, ours.network.state_dict()[key]), key)
        self.assertTrue(torch.equal(moment, next(iter(ours.optimiser.state.values()))["exp_avg"]))
        ours.learn(good, stage)
        self.assertFalse(torch.equal(before["pose_token"], ours.network.state_dict()["pose_token"]))


class Compiled(unittest.TestCase):
    def test_each_kind_of_block_is_compiled_once_for_all_stages(self) -> None:
        graphs = []

        def counting(graph, _):
            graphs.append(graph)
            return graph.forward

        plain = torch.nn.Module.compile
        torch._dynamo.reset()
        with mock.patch.object(torch.nn.Module, "compile", lambda self, **options: plain(self, backend=counting, **options)):
            ours = Learner.new(Plan("toy", 400, 6, 1e-4, 3, reuse=1, compile="blocks"), CPU)
        ours.half = True
        for name in ("completion", "pairs", "eight"):
            stage = stage_at(0, name)
            # With and without a question.
            for asked in sorted({lesson_at(block, stage, 1)[1] for block in range(20)}):
                block = next(block for block in range(20) if lesson_at(block, stage, 1)[1] == asked)
                terms = ours.learn(batch_at(block, stage, LIBRARY, 20, 64, 1, 1, {}), stage)
                self.assertEqual(float(terms["left out"]), 0)
        # Encoder, images, state, memory read and written, last blocks with and without other views: a new layout or a graph break adds to them.
        self.assertLessEqual(len(graphs), 7)
        self.assertGreaterEqual(len(graphs), 4)


if __name__ == "__main__":
    unittest.main()
