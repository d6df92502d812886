"""Models of a folder as one small file of point clouds, to be carried to a training machine. `python models/train/pack_assets.py --assets DIR --out FILE`"""

from __future__ import annotations

import argparse
import io
import json
import zlib
from pathlib import Path

import numpy as np

from scenes.clouds import Cloud
from scenes.library import held_out, load_clouds
from scenes.textures import photo_textures

#: Textures and clouds of the split that is asked for.
Packed = tuple[list[Cloud], list[np.ndarray]]


def pack(assets: Path, points: int) -> bytes:
    """12 bytes a point before deflation: positions in 16 bits of the box, normals and colours in 8."""
    clouds = load_clouds(assets, points, False) + load_clouds(assets, points, True)
    arrays: dict[str, np.ndarray] = {}
    facts = []
    for i, cloud in enumerate(clouds):
        low, high = cloud.positions.min(0), cloud.positions.max(0)
        unit = (cloud.positions - low) / np.maximum(high - low, 1e-9)
        # Planes of bytes deflate better than triples.
        arrays[f"p{i}"] = np.round(unit * 65535).astype(np.uint16).T.copy()
        arrays[f"n{i}"] = np.round(cloud.normals * 127).astype(np.int8).T.copy()
        arrays[f"c{i}"] = cloud.colours.T.copy()
        facts.append({"word": cloud.word, "low": low.tolist(), "high": high.tolist(), "area": cloud.area, "gloss": cloud.gloss, "source": cloud.source})
    textures = photo_textures(assets)
    if textures:
        arrays["textures"] = (np.stack(textures) * 255).round().astype(np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, facts=np.frombuffer(json.dumps(facts).encode(), np.uint8), **arrays)
    return zlib.compress(buffer.getvalue(), 9)


def read_packed(path: Path, held: bool) -> Packed:
    """Clouds and textures of the split, as load_clouds and photo_textures give them."""
    clouds = []
    with np.load(io.BytesIO(zlib.decompress(path.read_bytes())), allow_pickle=False) as file:
        for i, fact in enumerate(json.loads(file["facts"].tobytes())):
            if held_out(fact["source"]) != held:
                continue
            low, high = np.asarray(fact["low"]), np.asarray(fact["high"])
            positions = (file[f"p{i}"].T / 65535 * (high - low) + low).astype(np.float32)
            normals = file[f"n{i}"].T.astype(np.float32)
            normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
            uv = np.full((len(positions), 2), np.nan, np.float32)
            clouds.append(Cloud(fact["word"], positions, normals, file[f"c{i}"].T.copy(), uv, fact["area"], fact["gloss"], fact["source"]))
        textures = list(file["textures"].astype(np.float32) / 255) if "textures" in file else []
    return clouds, textures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--points", type=int, default=4096, help="of a large object; chairs have twice, tables three times as many")
    args = parser.parse_args()
    data = pack(args.assets, args.points)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_bytes(data)
    print(f"wrote {args.out}: {len(data) / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
