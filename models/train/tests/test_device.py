"""What a GPU asks of the code, checked where there is none: one device throughout, exact geometry, finite halves, legs that end in time."""

from __future__ import annotations

import tempfile
import threading
import time
import unittest
from dataclasses import replace
from pathlib import Path
from unittest import mock

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

import check_device
import learner as learner_module
import train
import tune as tune_module
from device import start_device
from learner import Learner, Plan, kept_plan
from losses import Weights, losses_of, total_of
from model.config import PRESETS, SMALL, TOY
from model.network import Network
from model.points import ray_map
from scenes.cameras import make_cameras, moved_points, rays_of
from scenes.dice import Dice
from scenes.layout import make_rooms
from scenes.library import build_library
from scenes.photo import develop
from scenes.render import Sequences, joined, render
from scenes.shell import make_shell, meet_shell
from scenes.truth import flow_between
from shards import load_shards, save_shards
from stages import batch_at, lesson_at, stage_at
from train import guard, leg
from tune import Costs, tuned

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


class InTime(unittest.TestCase):
    def test_a_leg_held_up_in_a_step_saves_and_leaves(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            ours, left, codes = Learner.new(Plan("toy"), CPU), threading.Event(), []
            guard(0.2, lambda: ours.save(Path(name)), lambda code: (codes.append(code), left.set()))
            self.assertTrue(left.wait(20))
            self.assertEqual(codes, [3])
            self.assertEqual(load_shards(Path(name))[1]["step"], 0)

    def test_a_leg_saves_on_its_way(self) -> None:
        saves = []
        ours = Learner.new(Plan("toy", 100, 4, 1e-3, 1, reuse=1), CPU)
        leg(ours, LIBRARY, 5, 3, "pairs", save=lambda: saves.append(ours.step), save_minutes=0)
        self.assertEqual(saves, [1, 2, 3])

    def test_a_step_too_large_for_the_memory_becomes_smaller(self) -> None:
        ours = Learner.new(Plan("toy", 100, 24, 1e-3, 1, reuse=1), CPU)
        learn, sizes = ours.learn, []

        def careful(batch, stage):
            sizes.append(len(batch.scenes.rgb))
            if len(batch.scenes.rgb) > 10:
                raise torch.OutOfMemoryError("full")
            return learn(batch, stage)

        ours.learn = careful
        facts = leg(ours, LIBRARY, 5, 2, "completion")
        self.assertEqual(facts["to"], 2)
        self.assertEqual(sizes[:2], [12, 9])

    def test_a_tuned_plan_fills_its_time_and_the_next_leg_takes_it_from_the_state(self) -> None:
        # Seconds a photo by photos a step: eight are nearly as fast as sixteen, which do not fit; drawing takes twice as long as learning.
        seconds = {4: 0.02, 8: 0.01, 16: 0.0095}
        known = lambda learner, *_: Costs(seconds[learner.plan.frames], 2 * seconds[learner.plan.frames], 0.9 if learner.plan.frames == 16 else 0.5)
        with mock.patch.object(tune_module, "costs_of", known):
            plan = tuned(Plan("toy", rate=1e-3), LIBRARY, CPU, 12_000.0, candidates=(4, 8, 16), modes=("none",))
        self.assertEqual((plan.frames, plan.reuse), (8, 4))
        # Eight photos at 0.01 s, and a quarter of 0.02 s; the search itself takes seconds of those 12,000.
        self.assertAlmostEqual(plan.steps, 100_000, delta=5000)
        with tempfile.TemporaryDirectory() as name:
            self.assertIsNone(kept_plan(Path(name)))
            Learner.new(plan, CPU).save(Path(name) / "out", Path(name))
            self.assertEqual(kept_plan(Path(name)), plan)

    def test_two_legs_by_the_same_command_are_one_training(self) -> None:
        with tempfile.TemporaryDirectory() as name, mock.patch.object(train, "CANDIDATES", (4, 8)):
            folder = Path(name)
            command = ["--preset", "toy", "--points", "300", "--tune", "600", "--minutes", "30", "--leg-steps", "2", "--keep", f"{folder / 'keep'}", "--out", f"{folder / 'leg'}",
                       "--log", f"{folder / 'log.md'}"]
            train.main(command)
            plan = kept_plan(folder / "keep")
            train.main(command)
            self.assertEqual(kept_plan(folder / "keep"), plan)
            self.assertEqual(load_shards(folder / "leg")[1]["step"], 4)
            log = (folder / "log.md").read_text().splitlines()
            self.assertEqual([line.split("|")[4].split(" (")[0].strip() for line in log], ["0–2", "2–4"])
            # Another day: shards alone, and a plan on top of what was done.
            train.main([*command[:-6], "--keep", f"{folder / 'other'}", "--from", f"{folder / 'leg'}", "--out", f"{folder / 'next'}"])
            self.assertEqual(load_shards(folder / "next")[1]["step"], 6)
            self.assertGreater(kept_plan(folder / "other").steps, 6)

    def test_a_later_leg_does_not_begin_anew_on_a_machine_that_lost_the_training(self) -> None:
        with tempfile.TemporaryDirectory() as name, self.assertRaises(SystemExit), mock.patch("sys.stderr"):
            train.main(["--resume", "--keep", f"{name}/keep", "--out", f"{name}/leg"])

    def test_the_last_leg_ends_with_the_last_stage_and_the_lowest_rate_however_slow_it_is(self) -> None:
        ours, seen = Learner.new(Plan("toy", 1_000_000, 4, 1e-3, 1, reuse=1), CPU), []
        ours.step = 300_000
        learn = ours.learn

        def watched(batch, stage):
            seen.append((ours.progress, stage.name, ours.rate))
            return learn(batch, stage)

        ours.learn = watched
        facts = leg(ours, LIBRARY, 0.1, None, finish=True)
        self.assertAlmostEqual(seen[0][0], 0.3, delta=0.05)
        self.assertEqual(seen[0][1], "pairs-near")
        self.assertEqual(facts["stage"], seen[-1][1])
        self.assertEqual([p for p, _, _ in seen], sorted(p for p, _, _ in seen))
        ours.clock = 1.0
        self.assertAlmostEqual(ours.rate, 0.02 * 1e-3, delta=1e-9)
        self.assertEqual(stage_at(ours.progress).name, "eight")

    def test_a_leg_ends_at_the_time_it_is_told(self) -> None:
        # The guard would end this process: to it a leg this late is held up.
        with tempfile.TemporaryDirectory() as name, mock.patch.object(train, "guard"):
            train.main(["--preset", "toy", "--points", "300", "--frames", "4", "--minutes", "30", "--until", str(time.time() - 1), "--out", f"{name}/leg"])
            self.assertEqual(load_shards(Path(name) / "leg")[1]["step"], 0)

    def test_compiled_blocks_that_fail_are_not_chosen(self) -> None:
        new = Learner.new

        def failing(plan, device):
            if plan.compile != "none":
                raise RuntimeError("no compiler here")
            return new(plan, device)

        with mock.patch.object(tune_module.Learner, "new", failing):
            self.assertEqual(tuned(Plan("toy"), LIBRARY, CPU, 60.0, candidates=(4,), modes=("none", "blocks"), steps=1).compile, "none")

    def test_where_nothing_fits_the_tuning_says_so(self) -> None:
        def full(*_):
            raise torch.OutOfMemoryError("full")

        original, learner_module.Learner.learn = learner_module.Learner.learn, full
        try:
            with self.assertRaises(MemoryError):
                tuned(Plan("toy"), LIBRARY, CPU, 60.0, candidates=(4, 8), modes=("none",), steps=1)
        finally:
            learner_module.Learner.learn = original


class Carrying(unittest.TestCase):
    def test_coarse_shards_are_half_as_large_and_near(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            random = torch.Generator().manual_seed(1)
            weights = {"a": torch.randn(300, 2, 500, generator=random) * torch.tensor([1.0, 1e-3, 30.0]).repeat(100)[:, None, None], "b": torch.tensor([0.0, -1.5, 1e-9]),
                       "c": torch.zeros(3, 4), "d": torch.tensor(2.5)}
            size = lambda paths: sum(path.stat().st_size for path in paths)
            full = size(save_shards(Path(name) / "full", weights, {}))
            slim = size(save_shards(Path(name) / "slim", weights, {"step": 7}, coarse=True))
            self.assertLess(slim, 0.55 * full)
            back, facts = load_shards(Path(name) / "slim")
            self.assertEqual(facts, {"step": 7})
            # Half a step of a tenth of the row's spread.
            spread = weights["a"].pow(2).mean((1, 2), keepdim=True).sqrt()
            self.assertLess(((back["a"] - weights["a"]).abs() / spread).max().item(), 0.0501)
            for exact in "bcd":
                self.assertTrue(torch.equal(back[exact], weights[exact]), exact)

    def test_parts_of_a_batch_make_the_batch(self) -> None:
        whole = render(LIBRARY, torch.arange(3), 2, 32, 32)
        parts = joined([render(LIBRARY, torch.arange(2), 2, 32, 32), render(LIBRARY, torch.arange(2, 3), 2, 32, 32)])
        torch.testing.assert_close(parts.rgb, whole.rgb, rtol=1e-4, atol=1e-4)
        self.assertTrue(torch.equal(whole.first(2).word, whole.word[:2]))


if __name__ == "__main__":
    unittest.main()
