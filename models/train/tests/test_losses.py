"""Each term of the loss against truth: nothing to lose there, and away from it a gradient that leads back."""

from __future__ import annotations

import unittest

import torch

from losses import GAUSSIAN_SEQUENCES, Weights, completion_loss, gaussian_loss, language_loss, losses_of, matching_loss, relative_poses
from model.config import TOY
from model.network import GAUSSIAN_CHANNELS, LANGUAGE_PX, MATCHING_PX, Network
from model.points import composed_points, pose_of, quaternion_of, ray_map
from model.text_space import text_vectors
from scenes.cameras import moved_points, rays_of
from scenes.library import build_library
from scenes.render import Sequences, render
from scenes.truth import flow_between
from stages import ASKED_SHARE, STAGES, batch_at, lesson_at, stage_at

torch.set_num_threads(1)
CPU = torch.device("cpu")
LIBRARY = build_library(None, CPU, points=1500, variants=1)
SIDE = 64
SCENES = render(LIBRARY, torch.arange(70, 74), 3, SIDE, SIDE, clean=True, stride=0.3)
NOTHING_ASKED = (False, False, False)


def truth_of(scenes: Sequences, depth_factor: torch.Tensor | float = 1.0) -> dict[str, torch.Tensor]:
    """What a network that knows everything would answer, and is not surer than one; its depths times a factor."""
    poses = relative_poses(scenes)
    depth = scenes.depth * depth_factor
    camera = rays_of(scenes.intrinsics, SIDE, SIDE) * depth[..., None]
    one = torch.ones_like(scenes.depth)
    batch, views = scenes.depth.shape[:2]
    return {
        "log_depth": depth.log(), "conf_self": one, "conf_world": one, "points_self": camera, "points_world": moved_points(poses[:, :, None, None], camera),
        "pose": torch.cat([poses[..., :3, 3], quaternion_of(poses[..., :3, :3])], -1), "focal": scenes.intrinsics[..., 0], "rgb": scenes.rgb * 2 - 1,
        "gaussians": torch.zeros(batch, views, GAUSSIAN_CHANNELS, SIDE // 2, SIDE // 2), "text_vectors": text_vectors(64),
    }


def terms_of(out: dict[str, torch.Tensor], asked: tuple[bool, ...] = NOTHING_ASKED, **weights: float) -> dict[str, torch.Tensor]:
    return losses_of(out, SCENES, asked, Weights(**{"matching": 0, "language": 0, "gaussians": 0, **weights}), [])


class AtTheTruth(unittest.TestCase):
    def test_there_is_nothing_to_lose(self) -> None:
        for name, value in terms_of(truth_of(SCENES)).items():
            # Depths and poses go through logarithms, quaternions and inverses in float32.
            self.assertLess(abs(value.item()), 2e-4, name)

    def test_points_are_composed_of_depth_and_focal_length(self) -> None:
        points = composed_points(SCENES.depth, SCENES.intrinsics[..., 0])
        self.assertLess((points - truth_of(SCENES)["points_self"]).abs().max().item(), 1e-4)


class AwayFromIt(unittest.TestCase):
    def slope(self, change, name: str) -> float:
        """Derivative of a term by the one number that `change` takes, there where it is given."""
        at = torch.tensor(change[1], requires_grad=True)
        value = change[0](at)[name]
        value.backward()
        self.assertGreater(value.item(), 1e-3)
        return at.grad.item()

    def test_depth_and_points_are_pulled_from_both_sides(self) -> None:
        for name in ("depth", "world"):
            far = self.slope((lambda f: terms_of(truth_of(SCENES, f)), 1.2), name)
            near = self.slope((lambda f: terms_of(truth_of(SCENES, f)), 0.8), name)
            self.assertGreater(far, 0, name)
            self.assertLess(near, 0, name)

    def test_edges_see_a_bend_that_one_factor_is_not(self) -> None:
        self.assertLess(terms_of(truth_of(SCENES, 1.3))["edges"].item(), 1e-4)
        ramp = torch.linspace(0.8, 1.2, SIDE)
        self.assertGreater(terms_of(truth_of(SCENES, ramp))["edges"].item(), 0.01)

    def test_a_camera_is_pulled_back_in_place_and_direction(self) -> None:
        for axis in (0, 1, 2, 4, 5, 6):
            def shifted(by: torch.Tensor) -> dict[str, torch.Tensor]:
                out = truth_of(SCENES)
                out["pose"] = out["pose"] + by * torch.eye(7)[axis]
                return terms_of(out)
            self.assertGreater(self.slope((shifted, 0.1), "pose"), 0, axis)
            self.assertLess(self.slope((shifted, -0.1), "pose"), 0, axis)

    def test_the_focal_length_is_pulled_by_its_ratio(self) -> None:
        def zoomed(by: torch.Tensor) -> dict[str, torch.Tensor]:
            return terms_of({**truth_of(SCENES), "focal": SCENES.intrinsics[..., 0] * by})
        self.assertGreater(self.slope((zoomed, 1.5), "focal"), 0)
        self.assertLess(self.slope((zoomed, 0.7), "focal"), 0)

    def test_being_sure_pays_where_it_is_right_and_costs_where_it_is_wrong(self) -> None:
        def sure(factor: float):
            def of(confidence: torch.Tensor) -> dict[str, torch.Tensor]:
                out = truth_of(SCENES, factor)
                out["conf_self"] = out["conf_self"] * confidence
                return {"depth": 10 + terms_of(out)["depth"]}
            return of
        self.assertLess(self.slope((sure(1.02), 2.0), "depth"), 0)
        self.assertGreater(self.slope((sure(2.0), 2.0), "depth"), 0)

    def test_colours_of_a_view_nobody_took_count_ten_times_those_of_a_photo(self) -> None:
        out = truth_of(SCENES)
        out["rgb"] = out["rgb"] + torch.tensor([0.0, 0, 0.2])[:, None, None, None]
        photo, question = terms_of(out)["rgb"], terms_of(out, (False, False, True))["rgb"]
        self.assertAlmostEqual((question / photo).item(), 10, places=3)


class Rotation(unittest.TestCase):
    def test_it_is_bounded_and_no_first_component_can_grow(self) -> None:
        raw = torch.randn(50, 7, generator=torch.Generator().manual_seed(1)) * 30
        bounded = pose_of(raw, bounded=True)
        self.assertTrue(torch.allclose(bounded[:, 3:].norm(dim=1), torch.ones(50), atol=1e-5))
        longer = raw.clone()
        longer[:, 3] *= 1000
        self.assertTrue(torch.equal(bounded, pose_of(longer, bounded=True)))

    def test_its_gradient_at_rest_is_that_of_the_angle(self) -> None:
        raw = torch.zeros(1, 7, requires_grad=True)
        pose_of(raw, bounded=True)[0, 5].backward()
        self.assertAlmostEqual(raw.grad[0, 5].item(), 1.0, places=5)


class Matching(unittest.TestCase):
    def descriptors(self) -> torch.Tensor:
        """[B,3,64,8,8]: one direction per cell of view 1; cells of view 0 that see one carry its direction."""
        side = SIDE // MATCHING_PX
        own = torch.eye(side * side).unflatten(1, (side, side)).expand(len(SCENES.rgb), -1, -1, -1)
        flow, _ = flow_between(SCENES, 0, 1)
        half = MATCHING_PX // 2
        v, u = torch.meshgrid(torch.arange(SIDE) + 0.5, torch.arange(SIDE) + 0.5, indexing="ij")
        to = ((flow + torch.stack([u, v], -1))[:, half::MATCHING_PX, half::MATCHING_PX] / MATCHING_PX).long().clamp(0, side - 1)
        first = torch.nn.functional.one_hot(to[..., 1] * side + to[..., 0], side * side).float().movedim(-1, 1)
        return torch.stack([first, own, own], 1)

    def test_true_matches_cost_nothing_and_wrong_ones_cost_their_margin(self) -> None:
        right = self.descriptors()
        self.assertLess(matching_loss(right, SCENES, 0, 1).item(), 1e-3)
        wrong = right.clone()
        wrong[:, 0] = wrong[:, 0].roll(1, dims=1)
        # One over the temperature.
        self.assertGreater(matching_loss(wrong, SCENES, 0, 1).item(), 10)

    def test_descriptors_of_one_place_are_drawn_together(self) -> None:
        descriptors = torch.nn.functional.normalize(self.descriptors() + 0.3, dim=2).requires_grad_()
        matching_loss(descriptors, SCENES, 0, 1).backward()
        # Downhill is towards the direction of the true cell.
        self.assertLess((descriptors.grad[:, 0] * self.descriptors()[:, 0]).sum().item(), 0)


class Words(unittest.TestCase):
    def test_the_right_word_costs_little_and_another_much(self) -> None:
        vectors, half = text_vectors(64), LANGUAGE_PX // 2
        word = SCENES.word[..., half::LANGUAGE_PX, half::LANGUAGE_PX]
        right = vectors[word].movedim(-1, 2)
        wrong = vectors[(word + 9) % len(vectors)].movedim(-1, 2)
        self.assertLess(language_loss(right, SCENES.word, vectors).item(), 0.2)
        self.assertGreater(language_loss(wrong, SCENES.word, vectors).item(), 5)


class Completion(unittest.TestCase):
    def test_only_hidden_patches_count_and_the_photo_itself_costs_nothing(self) -> None:
        hidden = torch.zeros(len(SCENES.rgb), 3, (SIDE // 16) ** 2, dtype=torch.bool)
        hidden[:, 2, :4] = True
        out = {"rgb": SCENES.rgb * 2 - 1}
        self.assertEqual(completion_loss(out, SCENES, hidden).item(), 0)
        # The first four patches are the upper strip of the last view.
        below = out["rgb"].clone()
        below[:, 2, :, 16:] = 0
        below[:, :2] = 0
        self.assertEqual(completion_loss({"rgb": below}, SCENES, hidden).item(), 0)
        above = out["rgb"].clone()
        above[:, 2, :, :16] += 0.5
        self.assertGreater(completion_loss({"rgb": above}, SCENES, hidden).item(), 0.1)

    def test_it_hides_patches_of_the_last_view_alone(self) -> None:
        batch = batch_at(0, stage_at(0, "completion"), LIBRARY, 8, SIDE, 1, 1, {})
        self.assertFalse(batch.hidden[:, 0].any())
        self.assertAlmostEqual(batch.hidden[:, 1].float().mean().item(), 0.85, delta=0.15)


class GaussianHead(unittest.TestCase):
    def loss(self, factor: torch.Tensor | float) -> torch.Tensor:
        out = truth_of(SCENES, factor)
        return gaussian_loss(out, SCENES, relative_poses(SCENES), NOTHING_ASKED)

    def test_gaussians_at_the_true_depth_look_right_from_elsewhere(self) -> None:
        true, nearer, farther = (self.loss(f).item() for f in (1.0, 0.8, 1.25))
        self.assertLess(true, 0.01)
        self.assertGreater(min(nearer, farther), 1.15 * true)

    def test_colours_opacities_and_places_get_a_gradient(self) -> None:
        out = truth_of(SCENES)
        raw = out["gaussians"].requires_grad_()
        gaussian_loss(out, SCENES, relative_poses(SCENES), NOTHING_ASKED).backward()
        for first, last in ((0, 3), (3, 6), (6, 10), (10, 11), (11, 14)):
            self.assertGreater(raw.grad[:, :2, first:last].abs().sum().item(), 0, (first, last))

    def test_only_some_sequences_of_a_batch_are_drawn(self) -> None:
        many = render(LIBRARY, torch.arange(GAUSSIAN_SEQUENCES + 2), 2, SIDE, SIDE)
        out = truth_of(many)
        raw = out["gaussians"].requires_grad_()
        losses_of(out, many, (False, False), Weights(matching=0, language=0), [])["gaussians"].backward()
        drawn = raw.grad[:, 0].abs().flatten(1).sum(1) > 0
        self.assertTrue(drawn[:GAUSSIAN_SEQUENCES].all())
        self.assertFalse(drawn[GAUSSIAN_SEQUENCES:].any())


class Questions(unittest.TestCase):
    def test_an_asked_view_sees_only_its_rays_and_leaves_no_trace(self) -> None:
        torch.manual_seed(0)
        network = Network(TOY).eval()
        images = SCENES.rgb * 2 - 1
        rays = ray_map(relative_poses(SCENES), SCENES.intrinsics, SIDE, SIDE)
        asked = (False, True, False)
        with torch.no_grad():
            out = network(images, rays, asked)
            other = images.clone()
            other[:, 1] = 0
            blind = network(other, rays, asked)
            elsewhere = network(images, rays.roll(1, 0), asked)
            without = network(images[:, [0, 2]])
        self.assertTrue(torch.equal(out["rgb"], blind["rgb"]))
        self.assertGreater((out["rgb"][:, 1] - elsewhere["rgb"][:, 1]).abs().max().item(), 1e-5)
        self.assertTrue(torch.allclose(out["pose"][:, 2], without["pose"][:, 1], atol=1e-5))

    def test_a_share_of_batches_asks_and_no_lesson_of_completion_does(self) -> None:
        shares = {stage.name: sum(lesson_at(block, stage, 1)[1] for block in range(300)) / 300 for stage in STAGES}
        self.assertEqual(shares.pop("completion"), 0)
        for name, share in shares.items():
            self.assertAlmostEqual(share, ASKED_SHARE, delta=0.1, msg=name)


class Lessons(unittest.TestCase):
    def test_hidden_patches_come_first_then_pairs_then_four_then_eight(self) -> None:
        names = [stage_at(i / 100).name for i in range(100)]
        self.assertEqual(list(dict.fromkeys(names)), ["completion", "pairs-near", "pairs", "four", "eight"])
        self.assertEqual([stage.views for stage in STAGES], [2, 2, 2, 4, 8])
        self.assertLess(STAGES[1].stride[1], STAGES[2].stride[1])


if __name__ == "__main__":
    unittest.main()
