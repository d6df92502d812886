"""One call makes a batch of sequences with all their truth: rooms, cameras, pictures, depth, words, instances."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch

from .cameras import make_cameras, moved_points, rays_of, turned
from .dice import Dice
from .layout import Rooms, make_rooms
from .library import Library
from .photo import develop
from .shade import make_lights, shade
from .shell import FIRST_OBJECT, make_shell, meet_shell
from .splat import draw_objects, world_from_object


@dataclass
class Sequences:
    """B sequences of V pictures."""

    #: [B,V,3,H,W] sRGB 0…1
    rgb: torch.Tensor
    #: [B,V,H,W] metres along the optical axis
    depth: torch.Tensor
    #: [B,V,H,W] word number (labels.WORDS)
    word: torch.Tensor
    #: [B,V,H,W] number of the thing in its scene; below FIRST_OBJECT it is part of the room
    instance: torch.Tensor
    #: [B,V,4,4] world from camera, OpenCV axes, metres
    pose: torch.Tensor
    #: [B,V,4] fx fy cx cy in pixels, first pixel centre at 0.5
    intrinsics: torch.Tensor
    #: [B,V,P,3,4] world from object of each slot at each view (for flow of what moves)
    objects: torch.Tensor

    def to(self, device: torch.device) -> "Sequences":
        return Sequences(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})

    def first(self, count: int) -> "Sequences":
        """The first `count` sequences, or all."""
        return Sequences(**{f.name: getattr(self, f.name)[:count] for f in fields(self)})


def joined(parts: list[Sequences]) -> Sequences:
    """Batches of the same views as one batch."""
    return parts[0] if len(parts) == 1 else Sequences(**{f.name: torch.cat([getattr(p, f.name) for p in parts]) for f in fields(Sequences)})


@torch.no_grad()
def render(library: Library, seeds: torch.Tensor, views: int, height_px: int, width_px: int, *, supersample: int = 1,
           stride: float = 0.4, clean: bool = False) -> Sequences:
    """seeds [B] int64 on the library's device: the same seed gives the same sequence in any batch (up to ties of float arithmetic between devices)."""
    dice = Dice(seeds)
    rooms = make_rooms(dice, library)
    pose, intrinsics, times = make_cameras(dice, rooms, views, height_px, width_px, stride)
    shell = make_shell(dice, rooms.size, library.textures)
    lights = make_lights(dice, library, rooms)
    h, w = height_px * supersample, width_px * supersample
    fine = intrinsics * supersample
    rays = rays_of(fine, h, w)
    rotation, origin = pose[..., :3, :3], pose[..., :3, 3]
    direction = turned(rotation[:, :, None, None], rays)
    hit = meet_shell(shell, rooms.size, origin[:, :, None, None], direction, 1 / fine[..., 0, None, None], library.textures)
    depth, word, instance = hit.depth.flatten(), hit.word.flatten(), hit.instance.flatten()
    albedo, normal = hit.albedo.flatten(0, 3), hit.normal.flatten(0, 3)
    gloss, glow = hit.gloss.flatten(), hit.glow.flatten()

    drawn = draw_objects(library, rooms, pose, fine, times, h, w, 12 * supersample + 1)
    found = _resolve(library, rooms, drawn, rays.flatten(0, 3), rotation.flatten(0, 1), origin.flatten(0, 1), fine.flatten(0, 1), h * w, views)
    nearer = found["depth"] < depth[drawn.pixel]
    at = drawn.pixel[nearer]
    depth[at], word[at], instance[at] = found["depth"][nearer], found["word"][nearer], found["instance"][nearer]
    albedo[at], normal[at], gloss[at], glow[at] = found["albedo"][nearer], found["normal"][nearer], found["gloss"][nearer], 0.0

    picture = torch.arange(len(depth), device=depth.device) // (h * w)
    way = direction.flatten(0, 3)
    point = origin.flatten(0, 1)[picture] + depth[:, None] * way
    to_camera = -torch.nn.functional.normalize(way, dim=-1)
    normal = normal * torch.where((normal * to_camera).sum(-1, keepdim=True) < 0, -1.0, 1.0)
    radiance = shade(lights, picture // views, rooms.size, point, normal, to_camera, albedo, gloss, glow)
    batch = len(seeds)
    radiance = radiance.reshape(batch, views, height_px, supersample, width_px, supersample, 3).mean((3, 5)).permute(0, 1, 4, 2, 3)
    depth, word, instance = _reduce(depth, word, instance, (batch, views, height_px, width_px), supersample)
    return Sequences(develop(dice, radiance, clean), depth, word, instance, pose, intrinsics, world_from_object(rooms, times))


def _resolve(library: Library, rooms: Rooms, drawn, rays, rotation, origin, intrinsics, pixels: int, views: int) -> dict[str, torch.Tensor]:
    """Attributes of the points that won their pixels; depth on the point's tangent plane at the pixel's own ray."""
    pair, index = drawn.points.pair[drawn.number], drawn.points.index[drawn.number]
    picture, cloud = drawn.picture[pair], drawn.cloud[pair]
    room, slot = picture // views, drawn.slot[pair]
    matrix = drawn.matrix[pair]
    scale = rooms.scale[room, slot]
    world = moved_points(matrix, library.positions[index])
    # Normals turn by the inverse transpose: the rotation, after dividing by the scale twice.
    normal = torch.nn.functional.normalize(turned(matrix, library.normals[index] / scale**2), dim=-1)
    camera_from_world = rotation[picture].transpose(-1, -2)
    position = turned(camera_from_world, world - origin[picture])
    inward = turned(camera_from_world, normal)
    ray = rays[drawn.pixel]
    across = (inward * ray).sum(-1)
    plane = (inward * position).sum(-1) / torch.where(across.abs() < 0.05, torch.full_like(across, torch.nan), across)
    depth = torch.where((plane / position[:, 2] - 1).abs() < 0.04, plane, position[:, 2])
    uv = library.uv[index]
    baked = torch.isnan(uv[:, 0])
    texture = rooms.texture[room, slot]
    colour = library.colours[index].float() / 255
    looked_up = library.textures.look_up(texture, uv * scale.mean(-1, keepdim=True), depth / intrinsics[picture, 0])
    colour = torch.where(baked[:, None], colour, colour * (0.35 + 0.65 * looked_up)) * rooms.tint[room, slot]
    return {"depth": depth, "word": library.word[cloud], "instance": FIRST_OBJECT + slot, "albedo": colour.clamp(0, 1), "normal": normal, "gloss": library.gloss[cloud]}


def _reduce(depth: torch.Tensor, word: torch.Tensor, instance: torch.Tensor, shape: tuple[int, ...], s: int):
    """Truth of a supersampled picture: the thing nearest to the camera in each pixel, and its mean depth there."""
    batch, views, height, width = shape
    if s == 1:
        return depth.reshape(shape), word.reshape(shape), instance.reshape(shape)
    split = lambda x: x.reshape(batch, views, height, s, width, s).transpose(3, 4).flatten(4)
    depth, word, instance = split(depth), split(word), split(instance)
    first = depth.argmin(-1, keepdim=True)
    thing = instance.gather(-1, first)
    same = (instance == thing).float()
    return (depth * same).sum(-1) / same.sum(-1), word.gather(-1, first)[..., 0], thing[..., 0]
