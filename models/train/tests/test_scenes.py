"""The generator: the same seed gives the same pictures, and the truth agrees with itself between views."""

from __future__ import annotations

import json
import struct
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from scenes.clouds import sample_surfaces
from scenes.glb import GlbError, read_glb
from scenes.dice import Dice
from scenes.labels import COARSE, COARSE_ID, WORDS, word_of
from scenes.layout import SLOTS, make_rooms
from scenes.library import build_library
from scenes.render import render
from scenes.shell import FIRST_OBJECT
from scenes.splat import area_of
from scenes.truth import flow_between, sample

torch.set_num_threads(1)
LIBRARY = build_library(None, torch.device("cpu"), points=3000, variants=2)


class Generator(unittest.TestCase):
    def test_the_same_seed_gives_the_same_sequence_in_any_batch(self) -> None:
        together = render(LIBRARY, torch.tensor([5, 6, 7]), 2, 48, 48)
        again = render(LIBRARY, torch.tensor([5, 6, 7]), 2, 48, 48)
        alone = render(LIBRARY, torch.tensor([6]), 2, 48, 48)
        for name, value in vars(together).items():
            self.assertTrue(torch.equal(value, getattr(again, name)), name)
            # Sums of a batch may be taken in another order than those of one sequence.
            torch.testing.assert_close(value[1:2], getattr(alone, name), rtol=1e-4, atol=1e-4)
        self.assertGreater((together.rgb[0] - together.rgb[1]).abs().mean().item(), 0.02)

    def test_depth_reprojected_into_the_next_view_agrees_with_its_depth_and_colours(self) -> None:
        scenes = render(LIBRARY, torch.arange(40, 48), 2, 64, 64, clean=True, stride=0.3, supersample=2)
        flow, visible = flow_between(scenes, 0, 1)
        self.assertGreater(visible.float().mean().item(), 0.5)
        v, u = torch.meshgrid(torch.arange(64) + 0.5, torch.arange(64) + 0.5, indexing="ij")
        warped = sample(scenes.rgb[:, 1], flow + torch.stack([u, v], -1))
        level = lambda x: (x - scenes.rgb[:, 0]).abs().mean(1)[visible].mean().item()
        # Exposure follows each picture's light in a part of the sequences, hence no tighter bound.
        self.assertLess(level(warped), 0.6 * level(scenes.rgb[:, 1]))
        self.assertLess(level(warped), 0.06)

    def test_rooms_hold_walls_floors_and_things_at_depths_of_rooms(self) -> None:
        scenes = render(LIBRARY, torch.arange(16), 2, 48, 48)
        classes = {COARSE[COARSE_ID[w]] for w in scenes.word.unique().tolist()}
        self.assertTrue({"wall", "floor", "chair", "other"} <= classes, classes)
        self.assertTrue(torch.isfinite(scenes.rgb).all() and (scenes.rgb >= 0).all() and (scenes.rgb <= 1).all())
        self.assertGreater(scenes.depth.min().item(), 0.04)
        self.assertLess(scenes.depth.max().item(), 12)
        self.assertGreater((scenes.instance >= FIRST_OBJECT).float().mean().item(), 0.05)

    def test_a_flattened_rug_keeps_the_area_of_its_broad_side(self) -> None:
        seeds = torch.arange(30)
        rooms = make_rooms(Dice(seeds), LIBRARY)
        areas, slot = area_of(LIBRARY, rooms), SLOTS["rug"][0]
        s = rooms.scale[:, slot]
        broad = LIBRARY.area[rooms.cloud[:, slot]] * s[:, 0] * s[:, 2]
        self.assertLess(s[:, 1].min().item(), 0.2)
        self.assertTrue((areas[:, slot] >= broad * 0.999).all())

    def test_moving_things_have_a_flow_of_their_own(self) -> None:
        scenes = render(LIBRARY, torch.arange(60), 2, 32, 32, stride=0.5)
        moving = (scenes.objects[:, 1] - scenes.objects[:, 0]).abs().amax((-1, -2)) > 1e-3
        self.assertTrue(moving[:, 31:33].any())
        self.assertFalse(moving[:, :31].any())

    def test_asset_labels_become_words(self) -> None:
        expected = {"coffee table": "table", "table lamp": "lamp", "couch": "sofa", "armchair": "chair", "piles of books": "book",
                    "desktop computer": "computer", "blue cup": "cup", "strange object": "thing", "tv cabinet": "cabinet"}
        self.assertEqual({label: word_of(label) for label in expected}, expected)
        self.assertEqual(len(set(WORDS)), len(WORDS))


def triangle_glb(path: Path) -> None:
    """One red triangle of two square metres, moved by a node."""
    positions = np.array([[0, 0, 0], [2, 0, 0], [0, 2, 0]], np.float32)
    blob = positions.tobytes() + np.array([0, 1, 2], np.uint16).tobytes() + b"\0\0"
    document = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0, "translation": [0, 5, 0]}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [1, 0, 0, 1]}}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}, {"bufferView": 1, "componentType": 5123, "count": 3, "type": "SCALAR"}],
        "bufferViews": [{"buffer": 0, "byteOffset": 0, "byteLength": 36}, {"buffer": 0, "byteOffset": 36, "byteLength": 6}],
        "buffers": [{"byteLength": len(blob)}],
    }
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(blob), b"BIN\0") + blob
    path.write_bytes(b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks)


class Assets(unittest.TestCase):
    def test_a_glb_is_read_and_sampled_by_area(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "triangle.glb"
            triangle_glb(path)
            surfaces = read_glb(path)
            self.assertAlmostEqual(surfaces[0].positions[:, 1].min(), 5)
            cloud = sample_surfaces(surfaces, "thing", 500, 1.0, "triangle", 0)
            self.assertAlmostEqual(cloud.area, 2.0, places=5)
            self.assertEqual(cloud.colours[0].tolist(), [255, 0, 0])
            self.assertTrue(np.allclose(np.abs(cloud.normals[:, 2]), 1))
            # Half of the triangle's area lies beyond this line.
            x = cloud.positions[:, 0] - cloud.positions[:, 0].min()
            self.assertAlmostEqual(float((x < 2 - 2**0.5).mean()), 0.5, delta=0.06)
            path.write_bytes(path.read_bytes()[:60])
            with self.assertRaises(GlbError):
                read_glb(path)


if __name__ == "__main__":
    unittest.main()
