"""Figures against values known by hand, folders of real photos, packed assets, and the evaluation as a whole at toy size."""

from __future__ import annotations

import json
import math
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from evaluate import COARSE_OF_WORD, evaluate_photos, evaluate_renders
from learner import Learner, Plan
from metrics import Confusion, auc, depth_figures, pair_errors, psnr, scaled_by_median
from model.config import TOY
from model.network import LANGUAGE_PX, Network
from model.points import quaternion_of
from model.text_space import text_vectors, vocabulary
from pack_assets import pack, read_packed
from real_data import read_windows
from scenes.clouds import sample_surfaces
from scenes.glb import read_glb
from scenes.labels import COARSE, WORD_ID, WORDS
from scenes.library import build_library, held_out, load_clouds
from scenes.render import Sequences, render
from scenes.shapes import WORDS_WITH_SHAPES, procedural_cloud
from tests.test_losses import truth_of
from tests.test_scenes import triangle_glb

torch.set_num_threads(1)


def turned(degrees: float, shift: tuple[float, float, float]) -> torch.Tensor:
    """World from camera, turned around y."""
    a, pose = math.radians(degrees), torch.eye(4)
    pose[:3, :3] = torch.tensor([[math.cos(a), 0, math.sin(a)], [0, 1, 0], [-math.sin(a), 0, math.cos(a)]])
    pose[:3, 3] = torch.tensor(shift)
    return pose


class Figures(unittest.TestCase):
    def test_depth_figures_and_median_scale(self) -> None:
        truth = torch.tensor([[[1.0, 2.0], [4.0, 8.0]]])
        valid = torch.ones_like(truth, dtype=torch.bool)
        figures = depth_figures(truth * 1.1, truth, valid)
        self.assertAlmostEqual(figures["AbsRel"], 0.1, places=5)
        self.assertEqual(figures["δ<1.25"], 1.0)
        self.assertTrue(torch.allclose(scaled_by_median(truth * 7, truth, valid), truth))

    def test_pair_errors_and_their_area(self) -> None:
        truth = torch.stack([turned(0, (0, 0, 0)), turned(0, (1, 0, 0))])
        half = math.radians(10) / 2
        guess = torch.tensor([[0, 0, 0, 1, 0, 0, 0], [5 * math.cos(0.35), 5 * math.sin(0.35), 0, math.cos(half), 0, math.sin(half), 0]])
        rotation, translation = pair_errors(guess, truth)
        self.assertAlmostEqual(rotation.item(), 10, places=2)
        # Its length is free, its direction is not.
        self.assertAlmostEqual(translation.item(), math.degrees(0.35), places=2)
        # 20.05 degrees: under the thresholds 21 … 30.
        self.assertAlmostEqual(auc(rotation, translation), 10 / 30, places=5)

    def test_classes_and_decibels(self) -> None:
        vectors, confusion = text_vectors(32), Confusion()
        word = torch.full((8, 8), WORD_ID["floor"])
        word[:4] = WORD_ID["desk"]
        # Half of the picture is called a table, which a desk is; half a chair, which the floor is not.
        language = torch.zeros(32, 2, 2)
        language[:, 0] = vectors[WORD_ID["table"]][:, None]
        language[:, 1] = vectors[WORD_ID["chair"]][:, None]
        confusion.add(language, COARSE_OF_WORD[word], vectors)
        self.assertEqual(confusion.figures(), {"mIoU": 0.5, "mAcc": 0.5})
        self.assertAlmostEqual(psnr(torch.full((3, 2, 2), 0.6), torch.full((3, 2, 2), 0.5)), 20, places=3)

    def test_words_of_a_group_lie_nearer_than_others(self) -> None:
        vectors, known = text_vectors(64), vocabulary()
        self.assertTrue(torch.allclose(vectors.norm(dim=1), torch.ones(len(WORDS)), atol=1e-5))
        cosine = lambda a, b: float(vectors[known[a]] @ vectors[known[b]])
        self.assertEqual(known["couch"], known["sofa"])
        self.assertGreater(cosine("apple", "pear"), cosine("apple", "chair") + 0.05)
        off = (vectors @ vectors.T).fill_diagonal_(0)
        self.assertLess(off.max().item(), 0.5)


class Assets(unittest.TestCase):
    def test_a_prefix_of_a_cloud_is_a_fair_sample(self) -> None:
        for i, word in enumerate(WORDS_WITH_SHAPES):
            cloud = procedural_cloud(word, 4000, i)
            few, all_points = cloud.positions[:400], cloud.positions
            # The mean of 400 points is good to a twentieth of the spread; three times that is allowed.
            self.assertLess(np.abs(few.mean(0) - all_points.mean(0)).max(), 0.15 * all_points.std(0).max() + 1e-3, word)
            self.assertAlmostEqual(float(all_points[:, 1].min()), 0, places=4)

    def test_packed_models_are_those_of_the_folder(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            models = []
            for i in range(8):
                triangle_glb(folder / f"m{i}.glb")
                models.append({"file": f"m{i}.glb", "label": "chair", "size_xyz": [2, 2, 0.1], "room_part": i == 7})
            (folder / "manifest.json").write_text(json.dumps({"models": models}))
            (folder / "assets.pack").write_bytes(pack(folder, 300))
            names = []
            for held in (False, True):
                clouds, _ = read_packed(folder / "assets.pack", held)
                plain = load_clouds(folder, 300, held)
                self.assertEqual([c.source for c in clouds], [c.source for c in plain])
                for packed, cloud in zip(clouds, plain):
                    self.assertLess(np.abs(packed.positions - cloud.positions).max(), 1e-4)
                    self.assertEqual(packed.word, "chair")
                    self.assertEqual(held_out(packed.source), held)
                names += [c.source for c in clouds]
            self.assertEqual(sorted(names), [f"m{i}.glb" for i in range(7)])
            self.assertIsNone(sample_surfaces(read_glb(folder / "m0.glb"), "chair", 100, 0.0, "flat", 0))


def photo_folder(folder: Path) -> None:
    """Three photos with poses and depth."""
    for part in ("images", "depth", "gt"):
        (folder / part).mkdir(parents=True)
    rows = ["index,image,origin_file,depth"]
    for i in range(3):
        Image.fromarray(np.random.default_rng(i).integers(0, 255, (48, 64, 3), np.uint8)).save(folder / "images" / f"{i}.png")
        Image.fromarray(np.full((48, 64), 1500 + i, np.uint16)).save(folder / "depth" / f"{i}.png")
        rows.append(f"{i},{i}.png,x,{i}.png")
    (folder / "frames.csv").write_text("\n".join(rows))
    (folder / "gt" / "trajectory_tum.txt").write_text("# comment\n" + "\n".join(f"{i} {i} 0 0 0 0 0 1" for i in range(3)))


def folder_of(scenes: Sequences, folder: Path) -> None:
    """The first sequence as a folder of photos with poses, intrinsics, depth and labels."""
    for part in ("images", "depth", "gt", "labels"):
        (folder / part).mkdir()
    rows, lines = ["index,image,depth"], []
    for v, pose in enumerate(scenes.pose[0]):
        Image.fromarray((scenes.rgb[0, v] * 255).round().byte().permute(1, 2, 0).numpy()).save(folder / "images" / f"{v}.png")
        Image.fromarray((scenes.depth[0, v] * 1000).round().numpy().astype(np.uint16)).save(folder / "depth" / f"{v}.png")
        Image.fromarray(COARSE_OF_WORD[scenes.word[0, v]].byte().numpy() + 1).save(folder / "labels" / f"{v}.png")
        w, x, y, z = quaternion_of(pose[:3, :3]).tolist()
        lines.append(" ".join(map(str, [v, *pose[:3, 3].tolist(), x, y, z, w])))
        rows.append(f"{v},{v}.png,{v}.png")
    (folder / "frames.csv").write_text("\n".join(rows))
    (folder / "labels.json").write_text(json.dumps({"classes": ["nothing", *COARSE]}))
    fx, fy, cx, cy = scenes.intrinsics[0, 0].tolist()
    size = scenes.rgb.shape[-1]
    (folder / "gt" / "intrinsics.json").write_text(json.dumps({"width": size, "height": size, "fx": fx, "fy": fy, "cx": cx, "cy": cy}))
    (folder / "gt" / "trajectory_tum.txt").write_text("\n".join(lines))


class Knower:
    """A network that knows the answer: the truth of the scenes it is shown."""

    sizes = TOY
    text_vectors = text_vectors(64)

    def __init__(self, scenes: Sequences) -> None:
        self.scenes = scenes

    def __call__(self, images: torch.Tensor, rays: torch.Tensor | None = None, asked: tuple[bool, ...] = ()) -> dict[str, torch.Tensor]:
        half = LANGUAGE_PX // 2
        words = self.text_vectors[self.scenes.word[..., half::LANGUAGE_PX, half::LANGUAGE_PX]].movedim(-1, 2)
        return {**truth_of(self.scenes), "language": words}


class Whole(unittest.TestCase):
    def test_who_knows_everything_gets_full_marks_and_more_than_what_stands_beside(self) -> None:
        library = build_library(None, torch.device("cpu"), held=True, points=800, variants=1)
        scenes = render(library, torch.arange(10**9, 10**9 + 3), 4, 64, 64)
        rows = {}
        for line in evaluate_renders(Knower(scenes), [scenes]).splitlines()[2:]:
            _, name, ours, beside, _ = (part.strip() for part in line.split("|"))
            rows[name] = (float(ours), float(beside.split(" ")[0]) if beside else None)
        classes = len(COARSE_OF_WORD[scenes.word[:, :-1, LANGUAGE_PX // 2 :: LANGUAGE_PX, LANGUAGE_PX // 2 :: LANGUAGE_PX]].unique())
        full = {"depth AbsRel, median scale": 0, "depth δ<1.25, median scale": 1, "depth AbsRel in metres": 0, "AUC@30 of pairs": 1,
                f"mIoU over the {classes} classes there are": 1, f"mAcc over the {classes} classes there are": 1, "ray-map answer: PSNR (dB)": 100, "ray-map answer: depth AbsRel": 0}
        for name, mark in full.items():
            self.assertAlmostEqual(rows[name][0], mark, delta=2e-3, msg=name)
        for name in ("AUC@30 of pairs", "PSNR of Gaussians in a new view, where seen (dB)", "ray-map answer: PSNR (dB)"):
            self.assertGreater(rows[name][0], rows[name][1], name)
        self.assertLess(rows["depth AbsRel, median scale"][0], rows["depth AbsRel, median scale"][1])

    def test_who_knows_everything_about_a_folder_gets_full_marks_too(self) -> None:
        library = build_library(None, torch.device("cpu"), held=True, points=800, variants=1)
        scenes = render(library, torch.tensor([10**9 + 4]), 4, 64, 64, clean=True)
        # Things that move are no truth of one picture for another.
        scenes.objects[:] = scenes.objects[:, :1]
        with tempfile.TemporaryDirectory() as name:
            folder_of(scenes, Path(name))
            (window,) = read_windows(Path(name), 4, 64)
            self.assertTrue(torch.allclose(window.intrinsics, scenes.intrinsics[0], rtol=1e-5))
            self.assertTrue(torch.equal(window.classes, COARSE_OF_WORD[scenes.word[0]]))
            rows = {}
            for line in evaluate_photos(Knower(scenes), Path(name), 4, torch.device("cpu")).splitlines()[2:]:
                _, row, ours, beside, _ = (part.strip() for part in line.split("|"))
                rows[row.split(" over")[0]] = (float(ours), float(beside.split(" ")[0]))
        # Photos are eight bits, depth whole millimetres.
        for row, mark, delta in (("depth AbsRel, median scale", 0, 1e-3), ("AUC@30 of pairs", 1, 2e-3), ("mIoU", 1, 1e-6), ("ray-map answer: depth AbsRel", 0, 1e-3)):
            self.assertAlmostEqual(rows[row][0], mark, delta=delta, msg=row)
        self.assertGreater(rows["ray-map answer: PSNR (dB)"][0], 45)
        self.assertGreater(rows["PSNR of Gaussians in a new view, where seen (dB)"][0], rows["PSNR of Gaussians in a new view, where seen (dB)"][1])

    def test_an_evaluation_fills_its_tables(self) -> None:
        cpu = torch.device("cpu")
        library = build_library(None, cpu, held=True, points=400, variants=1)
        torch.manual_seed(0)
        network = Network(TOY).eval()
        table = evaluate_renders(network, [render(library, torch.tensor([10**9]), 3, 64, 64)])
        self.assertEqual(table.count("\n"), 11)
        self.assertNotIn("nan", table)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "room"
            photo_folder(folder)
            (window,) = read_windows(folder, 3, 64)
            self.assertEqual(tuple(window.rgb.shape), (3, 3, 64, 64))
            self.assertAlmostEqual(window.depth[2].mean().item(), 1.502, places=4)
            self.assertEqual(window.pose[2, 0, 3].item(), 2)
            self.assertIn("constant depth", evaluate_photos(network, folder, 3, cpu))
            # Geometry's own scale and world are free; a photo that it did not place makes its pairs wrong.
            beside = Path(name) / "room.tum"
            beside.write_text("\n".join(f"{i} 0 {2 * i} 7 0 0 0.7071068 0.7071068" for i in range(3)))
            self.assertRegex(evaluate_photos(network, folder, 3, cpu, beside), r"1\.000 \(geometry")
            beside.write_text("0 0 0 0 0 0 0 1\n1 1 0 0 0 0 0 1")
            self.assertRegex(evaluate_photos(network, folder, 3, cpu, beside), r"0\.333 \(geometry")

    def test_a_leg_does_not_begin_from_nothing_when_it_was_told_from_where(self) -> None:
        with tempfile.TemporaryDirectory() as name, self.assertRaises(ValueError):
            Learner.new(Plan(preset="toy"), torch.device("cpu")).resume(Path(name))


if __name__ == "__main__":
    unittest.main()
