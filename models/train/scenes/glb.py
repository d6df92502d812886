"""Reader of binary glTF 2.0 (core only): triangles in world space with colours or textures."""

from __future__ import annotations

import io
import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

_DTYPES = {5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


@dataclass
class Surface:
    """One primitive. positions [n,3] float64 in the file's world (y up, file units); triangles [m,3]; uv [n,2] or None."""

    positions: np.ndarray
    triangles: np.ndarray
    uv: np.ndarray | None
    #: [4] base colour factor, linear RGBA as glTF stores it.
    factor: np.ndarray
    #: [h,w,4] uint8 sRGB with alpha, or None.
    texture: np.ndarray | None
    #: 0 mirror … 1 matt.
    roughness: float


class GlbError(ValueError):
    """The file is not a binary glTF of the kind we read; the message is one sentence."""


def read_glb(path: Path) -> list[Surface]:
    """All triangle primitives of the default scene. Raises GlbError with the file's name."""
    data = path.read_bytes()
    if len(data) < 20 or data[:4] != b"glTF" or struct.unpack_from("<I", data, 4)[0] != 2:
        raise GlbError(f"{path.name} is no binary glTF 2.0.")
    try:
        return _surfaces(*_chunks(data))
    except (KeyError, IndexError, ValueError, struct.error) as thrown:
        raise GlbError(f"{path.name} cannot be read: {thrown!r}.") from thrown


def _chunks(data: bytes) -> tuple[dict, bytes]:
    at, document, blob = 12, {}, b""
    while at + 8 <= len(data):
        length, kind = struct.unpack_from("<I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if kind == b"JSON":
            document = json.loads(body)
        elif kind == b"BIN\0":
            blob = body
        at += 8 + length
    if document.get("extensionsRequired"):
        raise ValueError(f"it needs the extensions {document['extensionsRequired']}")
    return document, blob


def _surfaces(document: dict, blob: bytes) -> list[Surface]:
    images: dict[int, np.ndarray] = {}
    found: list[Surface] = []
    scene = document.get("scenes", [{"nodes": range(len(document["nodes"]))}])[document.get("scene", 0)]
    stack = [(idx, np.eye(4)) for idx in scene.get("nodes", [])]
    while stack:
        idx, parent = stack.pop()
        node = document["nodes"][idx]
        matrix = parent @ _local(node)
        stack += [(child, matrix) for child in node.get("children", [])]
        if "mesh" not in node:
            continue
        for primitive in document["meshes"][node["mesh"]]["primitives"]:
            if primitive.get("mode", 4) == 4:
                found.append(_surface(document, blob, primitive, matrix, images))
    return found


def _surface(document: dict, blob: bytes, primitive: dict, matrix: np.ndarray, images: dict[int, np.ndarray]) -> Surface:
    attributes = primitive["attributes"]
    local = _accessor(document, blob, attributes["POSITION"]).astype(np.float64)
    count = len(local)
    idx = _accessor(document, blob, primitive["indices"])[:, 0] if "indices" in primitive else np.arange(count)
    material = document["materials"][primitive["material"]] if "material" in primitive else {}
    metal = material.get("pbrMetallicRoughness", {})
    texture = uv = None
    if "baseColorTexture" in metal:
        wanted = metal["baseColorTexture"]
        source = document["textures"][wanted["index"]]["source"]
        if source not in images:
            images[source] = _image(document, blob, source)
        texture = images[source]
        name = f"TEXCOORD_{wanted.get('texCoord', 0)}"
        uv = _accessor(document, blob, attributes[name]).astype(np.float32) if name in attributes else None
    return Surface(
        positions=local @ matrix[:3, :3].T + matrix[:3, 3],
        triangles=idx[: len(idx) // 3 * 3].reshape(-1, 3).astype(np.int64),
        uv=uv,
        factor=np.asarray(metal.get("baseColorFactor", [1, 1, 1, 1]), dtype=np.float32),
        texture=texture if uv is not None else None,
        roughness=float(metal.get("roughnessFactor", 1.0)),
    )


def _accessor(document: dict, blob: bytes, idx: int) -> np.ndarray:
    """[count, width] in the stored type, or float32 when the accessor is normalised."""
    accessor = document["accessors"][idx]
    dtype, width, count = np.dtype(_DTYPES[accessor["componentType"]]), _WIDTHS[accessor["type"]], accessor["count"]
    if "bufferView" not in accessor:
        return np.zeros((count, width), dtype)
    view = document["bufferViews"][accessor["bufferView"]]
    start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    stride = view.get("byteStride", dtype.itemsize * width)
    if start + stride * (count - 1) + dtype.itemsize * width > len(blob):
        raise ValueError("an accessor lies outside the buffer")
    values = np.ndarray((count, width), dtype, blob, start, (stride, dtype.itemsize))
    if accessor.get("normalized"):
        return np.maximum(values.astype(np.float32) / np.iinfo(dtype).max, -1)
    return values.copy()


def _image(document: dict, blob: bytes, idx: int) -> np.ndarray:
    view = document["bufferViews"][document["images"][idx]["bufferView"]]
    start = view.get("byteOffset", 0)
    picture = Image.open(io.BytesIO(blob[start : start + view["byteLength"]]))
    return np.asarray(picture.convert("RGBA"))


def _local(node: dict) -> np.ndarray:
    if "matrix" in node:
        return np.asarray(node["matrix"], dtype=np.float64).reshape(4, 4).T
    x, y, z, w = node.get("rotation", [0, 0, 0, 1])
    rotation = np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ])
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * np.asarray(node.get("scale", [1, 1, 1]), dtype=np.float64)
    matrix[:3, 3] = node.get("translation", [0, 0, 0])
    return matrix
