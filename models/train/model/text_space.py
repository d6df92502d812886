"""The frozen text side: a vector per word made from the hierarchy of labels alone, so that it is ours to ship.

LSeg (Li et al. 2022) aligns pixels with CLIP's text vectors; here the words of a group share a direction, so that what the
network confuses is near, and an unknown thing still falls near its group.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
import torch

from scenes.labels import GROUP_OF, SYNONYMS, WORDS

#: Cosines that are aimed at: within a group, and between groups.
_WITHIN, _BETWEEN = 0.3, 0.0
_ROUNDS, _PACE = 400, 0.1


def _direction(name: str, dim: int) -> np.ndarray:
    """A fixed random unit vector of a name."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    v = np.random.Generator(np.random.PCG64(seed)).standard_normal(dim)
    return v / np.linalg.norm(v)


@lru_cache
def _vectors(dim: int) -> np.ndarray:
    """Random directions, moved downhill until their cosines are as near to the hierarchy's as `dim` channels allow."""
    groups = np.array([GROUP_OF[word] for word in WORDS])
    wanted = np.where(groups[:, None] == groups[None], _WITHIN, _BETWEEN)
    np.fill_diagonal(wanted, 1)
    rows = np.stack([_direction(word, dim) for word in WORDS])
    for _ in range(_ROUNDS):
        rows = rows - _PACE * (rows @ rows.T - wanted) @ rows
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32)


def text_vectors(dim: int) -> torch.Tensor:
    """[words, dim] unit vectors in the order of WORDS; a pure function of the hierarchy."""
    return torch.from_numpy(_vectors(dim).copy())


def vocabulary() -> dict[str, int]:
    """Every word that can be asked for, synonyms included → row of the text vectors."""
    known = {word: idx for idx, word in enumerate(WORDS)}
    return {**known, **{other: known[word] for other, word in SYNONYMS.items()}}
