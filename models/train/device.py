"""The device that work runs on and how exactly it counts: the same for training, evaluation and preview."""

from __future__ import annotations

import os

import torch


def start_device(threads: int = 1) -> torch.device:
    """The GPU if there is one. Call before anything else touches it."""
    # Batches differ in points: without growing segments the memory falls to pieces.
    os.environ.setdefault("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True")
    torch.set_num_threads(threads)
    # TF32 keeps ten bits of a float32 product: too few for poses and reprojections. The network has bfloat16 where speed counts.
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def wait(device: torch.device) -> None:
    """Until the device has done what it was told; nothing on a CPU."""
    if device.type == "cuda":
        torch.cuda.synchronize()


def memory_share(device: torch.device) -> float:
    """Largest share of the device's memory that was in use at once; 0 on a CPU."""
    if device.type != "cuda":
        return 0.0
    return torch.cuda.max_memory_reserved() / torch.cuda.get_device_properties(device).total_memory
