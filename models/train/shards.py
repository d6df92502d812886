"""Weights as a few files small enough to carry: bfloat16, exponents apart from the rest and deflated, at most 16 MiB a file.

`python models/train/shards.py --from FOLDER --out FOLDER` makes finished shards half as large for the way back to the machine.

The device machine gives back at most 8 files of 16 MiB, 64 MiB together, and takes no more than 64 MiB with the whole repository.
Exponents of trained weights hold under three bits of news each, so the two planes take about 70 % of plain bfloat16. The coarse form keeps
whole multiples of a tenth of each row's own spread: 5.4 bits for normal weights, an error of 3 % of the spread.
"""

from __future__ import annotations

import argparse
import json
import math
import struct
import zlib
from pathlib import Path

import numpy as np
import torch

SHARD_BYTES = 16 * 2**20 - 4096
MOST_FILES = 7
_MAGIC = b"PSH3"
#: Step of the coarse form, in root mean squares of a row.
_STEP = 0.1


def _exact(weights: dict[str, torch.Tensor]) -> list[bytes]:
    """Two planes: exponents, and signs with mantissas."""
    flat = torch.cat([w.detach().cpu().to(torch.bfloat16).flatten() for w in weights.values()])
    bits = flat.view(torch.int16).numpy().view(np.uint16)
    exponent = ((bits >> 7) & 0xFF).astype(np.uint8)
    rest = ((bits & 0x7F) | ((bits >> 8) & 0x80)).astype(np.uint8)
    return [zlib.compress(exponent.tobytes(), 6), zlib.compress(rest.tobytes(), 1)]


def _of_exact(planes: list[bytes]) -> torch.Tensor:
    exponent, rest = (np.frombuffer(zlib.decompress(plane), np.uint8).astype(np.uint16) for plane in planes)
    bits = (exponent << 7) | (rest & 0x7F) | ((rest & 0x80) << 8)
    return torch.from_numpy(bits.view(np.int16).copy()).view(torch.bfloat16).float()


def _rows(shape: list[int]) -> int:
    """Matrices have a step for each row; of what is no matrix every number has its own, which keeps it exactly."""
    return shape[0] if len(shape) > 1 else math.prod(shape)


def _coarse(weights: dict[str, torch.Tensor]) -> list[bytes]:
    """Two planes: whole numbers, and the steps of the rows."""
    codes, steps = [], []
    for w in weights.values():
        rows = w.detach().cpu().float().reshape(_rows(list(w.shape)), -1)
        exact = rows.shape[1] == 1
        step = rows.abs()[:, :1] if exact else torch.maximum(_STEP * rows.pow(2).mean(1, keepdim=True).sqrt(), rows.abs().amax(1, keepdim=True) / 127)
        step = torch.where(step > 0, step, 1.0)
        codes.append((rows / step).round().to(torch.int8).flatten())
        steps.append(step.flatten())
    # Weights have no words to find, only numbers that are commoner than others.
    huffman = zlib.compressobj(9, strategy=zlib.Z_HUFFMAN_ONLY)
    return [huffman.compress(torch.cat(codes).numpy().tobytes()) + huffman.flush(), torch.cat(steps).numpy().tobytes()]


def _of_coarse(planes: list[bytes], shapes: list[list[int]]) -> torch.Tensor:
    codes = torch.from_numpy(np.frombuffer(zlib.decompress(planes[0]), np.int8).copy()).float()
    rows = torch.tensor([_rows(shape) for shape in shapes])
    lengths = torch.tensor([math.prod(shape) for shape in shapes]) // rows.clamp(min=1)
    return codes * torch.from_numpy(np.frombuffer(planes[1], np.float32).copy()).repeat_interleave(lengths.repeat_interleave(rows))


def save_shards(folder: Path, weights: dict[str, torch.Tensor], facts: dict, coarse: bool = False) -> list[Path]:
    """Writes `weights-0.shard` … ; facts are JSON-able. Raises ValueError when they do not fit the limits."""
    planes = _coarse(weights) if coarse else _exact(weights)
    head = json.dumps({"tensors": [[name, list(w.shape)] for name, w in weights.items()], "facts": facts, "coarse": coarse}).encode()
    blob = _MAGIC + struct.pack("<III", len(head), *map(len, planes)) + head + b"".join(planes)
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
    planes = [blob[16 + sizes[0] : 16 + sizes[0] + sizes[1]], blob[16 + sizes[0] + sizes[1] :]]
    flat = _of_coarse(planes, [shape for _, shape in head["tensors"]]) if head["coarse"] else _of_exact(planes)
    weights, at = {}, 0
    for name, shape in head["tensors"]:
        count = int(np.prod(shape))
        weights[name] = flat[at : at + count].reshape(shape)
        at += count
    return weights, head["facts"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="folder of shards")
    parser.add_argument("--out", type=Path, required=True, help="folder for the coarse ones")
    args = parser.parse_args()
    weights, facts = load_shards(args.source)
    paths = save_shards(args.out, weights, facts, coarse=True)
    print(f"wrote {len(paths)} shards, {sum(p.stat().st_size for p in paths) / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
