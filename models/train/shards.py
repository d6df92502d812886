"""Weights as a few files small enough to carry: bfloat16, exponents apart from the rest and deflated, at most 16 MiB a file.

`python models/train/shards.py --from FOLDER --out FOLDER` rounds finished shards to fewer bits, so that they fit beside the repository.

The device machine gives back at most 8 files of 16 MiB, 64 MiB together, and takes no more than 64 MiB with the whole repository.
Exponents of trained weights hold under three bits of news each, so the two planes take about 70 % of plain bfloat16.
"""

from __future__ import annotations

import argparse
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import torch

SHARD_BYTES = 16 * 2**20 - 4096
MOST_FILES = 7
_MAGIC = b"PSH2"


def _planes(weights: dict[str, torch.Tensor]) -> tuple[bytes, bytes]:
    flat = torch.cat([w.detach().cpu().to(torch.bfloat16).flatten() for w in weights.values()])
    bits = flat.view(torch.int16).numpy().view(np.uint16)
    exponent = ((bits >> 7) & 0xFF).astype(np.uint8)
    rest = ((bits & 0x7F) | ((bits >> 8) & 0x80)).astype(np.uint8)
    return exponent.tobytes(), rest.tobytes()


def save_shards(folder: Path, weights: dict[str, torch.Tensor], facts: dict) -> list[Path]:
    """Writes `weights-0.shard` … ; facts are JSON-able. Raises ValueError when they do not fit the limits."""
    exponent, rest = _planes(weights)
    head = json.dumps({"tensors": [[name, list(w.shape)] for name, w in weights.items()], "facts": facts}).encode()
    packed, other = zlib.compress(exponent, 6), zlib.compress(rest, 1)
    blob = _MAGIC + struct.pack("<III", len(head), len(packed), len(other)) + head + packed + other
    parts = [blob[i : i + SHARD_BYTES] for i in range(0, len(blob), SHARD_BYTES)]
    if len(parts) > MOST_FILES:
        raise ValueError(f"The weights need {len(parts)} files, and {MOST_FILES} can be carried.")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"weights-{i}.shard" for i in range(len(parts))]
    # A leg that is stopped while it writes keeps its older shards.
    for path, part in zip(paths, parts):
        path.with_suffix(".part").write_bytes(part)
    for old in set(folder.glob("weights-*.shard")) - set(paths):
        old.unlink()
    for path in paths:
        path.with_suffix(".part").replace(path)
    return paths


def rounded(weights: dict[str, torch.Tensor], bits: int) -> dict[str, torch.Tensor]:
    """Each weight to the nearest number of `bits` binary digits behind the first; what is left of bfloat16's seven deflates away."""
    step = 1 << (23 - bits)
    nearest = lambda w: ((w.float().contiguous().view(torch.int32) + step // 2) & -step).view(torch.float32)
    return {name: torch.where(torch.isfinite(w), nearest(w), w.float()) for name, w in weights.items()}


def load_shards(folder: Path) -> tuple[dict[str, torch.Tensor], dict]:
    """Weights in float32 and the facts. Raises ValueError when a file is missing or cut."""
    paths = sorted(folder.glob("weights-*.shard"))
    blob = b"".join(path.read_bytes() for path in paths)
    if blob[:4] != _MAGIC:
        raise ValueError(f"{folder} holds no shards of weights.")
    sizes = struct.unpack_from("<III", blob, 4)
    if len(blob) != 16 + sum(sizes):
        raise ValueError(f"A shard in {folder} is missing or cut.")
    head = json.loads(blob[16 : 16 + sizes[0]])
    exponent = np.frombuffer(zlib.decompress(blob[16 + sizes[0] : 16 + sizes[0] + sizes[1]]), np.uint8).astype(np.uint16)
    rest = np.frombuffer(zlib.decompress(blob[16 + sizes[0] + sizes[1] :]), np.uint8).astype(np.uint16)
    bits = (exponent << 7) | (rest & 0x7F) | ((rest & 0x80) << 8)
    flat = torch.from_numpy(bits.view(np.int16).copy()).view(torch.bfloat16).float()
    weights, at = {}, 0
    for name, shape in head["tensors"]:
        count = int(np.prod(shape))
        weights[name] = flat[at : at + count].reshape(shape)
        at += count
    return weights, head["facts"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="folder of shards")
    parser.add_argument("--out", type=Path, required=True, help="folder for the rounded ones")
    parser.add_argument("--bits", type=int, default=5)
    args = parser.parse_args()
    weights, facts = load_shards(args.source)
    paths = save_shards(args.out, rounded(weights, args.bits), facts)
    print(f"wrote {len(paths)} shards, {sum(p.stat().st_size for p in paths) / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
