"""Legs of a training: they end in time, go on where the last one ended, and their weights are small enough to be carried."""

from __future__ import annotations

import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

import torch

import learner as learner_module
import train
import tune as tune_module
from learner import Learner, Plan, kept_plan
from scenes.library import build_library
from scenes.render import joined, render
from shards import load_shards, save_shards
from stages import stage_at
from train import guard, leg
from tune import Costs, tuned

torch.set_num_threads(1)
CPU = torch.device("cpu")
LIBRARY = build_library(None, CPU, points=600, variants=1)


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
