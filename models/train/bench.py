"""Times an architecture in plain PyTorch on the CPU (random weights), as JSON lines: what compiled packs are held against.

Prints what it is once it is ready, then answers every line of its input (`encoder`, `step` or `gemm`) with the time of one run, so that
another program can take turns with it on the same machine. Without input: `--rounds N` runs of each and their fastest.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F

from model.config import PRESETS
from model.network import Network, parameter_count


def milliseconds(work: Callable[[], object]) -> dict[str, float]:
    """Wall and processor time of one run."""
    started, used = time.perf_counter(), time.process_time()
    work()
    return {"wallMs": (time.perf_counter() - started) * 1e3, "cpuMs": (time.process_time() - used) * 1e3}


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", choices=sorted(PRESETS), default="small")
    parser.add_argument("--width", type=int, default=224)
    parser.add_argument("--height", type=int, default=224)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=None)
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

    x, w = torch.rand(768, 1024), torch.rand(4096, 1024)
    parts: dict[str, Callable[[], object]] = {"encoder": lambda: network.encode(image), "step": step, "gemm": lambda: F.linear(x, w)}
    for work in parts.values():
        work()
    say = lambda facts: print(json.dumps(facts), flush=True)
    say({"preset": args.preset, "threads": args.threads, "torch": torch.__version__, "parameters": parameter_count(network)})
    if args.rounds is None:
        for line in sys.stdin:
            say(milliseconds(parts[line.strip()]))
        return
    for name, work in parts.items():
        say({"part": name, **min((milliseconds(work) for _ in range(args.rounds)), key=lambda run: run["cpuMs"])})


if __name__ == "__main__":
    main()
