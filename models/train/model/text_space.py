"""The frozen text side: a vector per word made from the hierarchy of labels alone, so that it is ours to ship.

LSeg (Li et al. 2022) aligns pixels with CLIP's text vectors; here the words of a group share a direction, so that what the
network confuses is near, and an unknown thing still falls near its group.
"""

from __future__ import annotations

import hashlib

import numpy as np
import torch

from scenes.labels import GROUP_OF, SYNONYMS, WORDS

#: Shares of the group's and the word's own direction.
_GROUP, _OWN = 0.55, 1.0


def _direction(name: str, dim: int) -> np.ndarray:
    """A fixed random unit vector of a name."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    v = np.random.Generator(np.random.PCG64(seed)).standard_normal(dim)
    return v / np.linalg.norm(v)


def text_vectors(dim: int) -> torch.Tensor:
    """[words, dim] unit vectors in the order of WORDS."""
    rows = []
    for word in WORDS:
        v = _OWN * _direction(f"word:{word}", dim) + _GROUP * _direction(f"group:{GROUP_OF[word]}", dim)
        rows.append(v / np.linalg.norm(v))
    return torch.from_numpy(np.stack(rows).astype(np.float32))


def vocabulary() -> dict[str, int]:
    """Every word that can be asked for, synonyms included → row of the text vectors."""
    known = {word: idx for idx, word in enumerate(WORDS)}
    return {**known, **{other: known[word] for other, word in SYNONYMS.items()}}
