"""Times encoder and step of an architecture in plain PyTorch on the CPU, as JSON: what compiled packs are held against (random weights)."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable

import torch

from model.config import PRESETS
from model.network import Network, parameter_count


def milliseconds(work: Callable[[], object], rounds: int) -> dict[str, float]:
    """Median wall and processor time after one round that is not counted."""
    work()
    wall, cpu = [], []
    for _ in range(rounds):
        started, used = time.perf_counter(), time.process_time()
        work()
        wall.append((time.perf_counter() - started) * 1e3)
        cpu.append((time.process_time() - used) * 1e3)
    return {"wallMs": statistics.median(wall), "cpuMs": statistics.median(cpu)}


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", choices=sorted(PRESETS), default="small")
    parser.add_argument("--width", type=int, default=224)
    parser.add_argument("--height", type=int, default=224)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    network = Network(PRESETS[args.preset]).eval()
    grid = (args.height // 16, args.width // 16)
    image = torch.rand(1, 3, args.height, args.width) * 2 - 1
    features = network.encode(image)
    carried = network.begin(1)

    def step() -> object:
        decoded, _ = network.step(features, carried, grid, first=False)
        return network.downstream_head(features, decoded, grid)

    print(json.dumps({"preset": args.preset, "widthPx": args.width, "heightPx": args.height, "threads": args.threads, "torch": torch.__version__,
                      "parameters": parameter_count(network), "encoder": milliseconds(lambda: network.encode(image), args.rounds), "step": milliseconds(step, args.rounds)}))


if __name__ == "__main__":
    main()
