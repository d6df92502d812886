"""One leg of the training: resumes, learns for some minutes, saves. `python models/train/train.py --help`"""

from __future__ import annotations

import argparse
import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

#: Loading PyTorch on a cold machine is part of the leg's minutes.
STARTED = time.perf_counter()

import torch  # noqa: E402

from device import memory_share, start_device, wait
from learner import Learner, Plan, kept_plan
from model.network import parameter_count
from pack_assets import read_packed
from scenes.library import Library, build_library
from shards import load_shards
from stages import STAGES, batch_at, stage_at
from tune import CANDIDATES, tuned


#: A leg may be late by this much before it is cut off.
GRACE_S = 12.0


def library_for(assets: Path | None, packed: Path | None, device: torch.device, held: bool, points: int) -> Library:
    """From a folder of models, from the packed file that legs carry, or procedural alone."""
    if packed is not None:
        return build_library(None, device, held=held, points=points, packed=read_packed(packed, held))
    return build_library(assets, device, held=held, points=points)


def leg(learner: Learner, library: Library, minutes: float, steps: int | None, stage_name: str | None = None, every: int = 20,
        save: Callable[[], object] = lambda: None, save_minutes: float = 3.0, finish: bool = False) -> dict:
    """Learns until the minutes or the steps of this leg are over, and calls `save` every few minutes. Returns facts for the log.

    `finish`: what is left of the stages and of the learning rate's way down is spread over these minutes, however fast the machine is.
    """
    plan, device = learner.plan, learner.device
    started, first_step, first_frames, begun_at = time.perf_counter(), learner.step, learner.frames_seen, learner.progress
    saved = started
    kept: dict = {}
    drawing, sums, count, shown = 0.0, {}, 0, {}
    while (finish or learner.step < plan.steps) and (steps is None or learner.step - first_step < steps) and time.perf_counter() - started < minutes * 60:
        if finish:
            learner.clock = begun_at + (1 - begun_at) * min(1.0, (time.perf_counter() - started) / (minutes * 60))
        stage = stage_at(learner.progress, stage_name)
        timed = learner.step % every == 0
        if timed:
            wait(device)
        before = time.perf_counter()
        try:
            batch = batch_at(learner.step, stage, library, plan.frames, learner.network.sizes.img_size, plan.reuse, plan.seed, kept)
            if timed:
                wait(device)
                drawing = time.perf_counter() - before
            terms = learner.learn(batch, stage)
        except torch.OutOfMemoryError:
            if plan.frames < 16:
                raise
            # Smaller steps are better than a lost leg.
            batch = None
            kept.clear()
            plan.frames = plan.frames * 3 // 4
            print(f"Out of memory at step {learner.step}: {plan.frames} photos a step from here.", flush=True)
            if device.type == "cuda":
                torch.cuda.empty_cache()
            continue
        for name, value in terms.items():
            sums[name] = sums.get(name, 0) + value
        count += 1
        if learner.step % every == 0:
            shown, sums, count = means(sums, count), {}, 0
            seconds = time.perf_counter() - started
            text = " ".join(f"{name} {value:.3f}" for name, value in shown.items())
            print(f"step {learner.step} {stage.name} | {text} | {(learner.frames_seen - first_frames) / seconds:.0f} frames/s, last drawing {drawing * 1e3:.0f} ms, "
                  f"memory {memory_share(device):.0%}", flush=True)
        if time.perf_counter() - saved > save_minutes * 60:
            save()
            saved = time.perf_counter()
    if count:
        shown = means(sums, count)
    wait(device)
    return {"from": first_step, "to": learner.step, "frames": learner.frames_seen - first_frames, "seconds": time.perf_counter() - started,
            "stage": stage.name if learner.step > first_step else "none", "losses": shown}


def means(sums: dict[str, torch.Tensor], count: int) -> dict[str, float]:
    """Of the steps that went well; `left out` counts the others, where there are any."""
    values = {name: float(value) for name, value in sums.items()}
    wrong = values.pop("left out", 0.0)
    shown = {name: value / max(1.0, count - wrong) for name, value in values.items()}
    return {**shown, "left out": wrong} if wrong else shown


def log_line(learner: Learner, facts: dict, device_name: str) -> str:
    losses = ", ".join(f"{name} {value:.3f}" for name, value in facts["losses"].items())
    return (f"| {datetime.now(UTC):%Y-%m-%d %H:%M} | {device_name} | {learner.plan.preset} | {facts['from']}–{facts['to']} ({facts['stage']}) | "
            f"{facts['frames']} | {facts['frames'] / max(facts['seconds'], 1e-9):.0f} | {losses} |")


def guard(seconds: float, save: Callable[[], object], leave: Callable[[int], object] = os._exit) -> threading.Timer:
    """Saves and ends the process with code 3 after that time, whatever the main thread is held up by (compiling, say)."""
    def act() -> None:
        print("The leg is out of time in the middle of a step; saving what there is.", flush=True)
        save()
        leave(3)

    timer = threading.Timer(max(0.0, seconds), act)
    timer.daemon = True
    timer.start()
    return timer


def planned(plan: Plan, minutes: float, library: Library, device: torch.device, source: Path | None) -> Plan:
    """The tuned plan; on shards of an earlier day its steps come on top of theirs."""
    done = load_shards(source)[1]["step"] if source is not None else 0
    # Compiling for a processor takes longer than a toy is worth.
    found = tuned(plan, library, device, minutes * 60, CANDIDATES, ("none", "blocks") if device.type == "cuda" else ("none",))
    return replace(found, steps=done + found.steps)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    plan = Plan()
    parser.add_argument("--assets", type=Path, help="folder of models with manifest.json")
    parser.add_argument("--packed", type=Path, help="file made by pack_assets.py instead")
    parser.add_argument("--out", type=Path, required=True, help="folder for the shards")
    parser.add_argument("--from", dest="source", type=Path, help="folder of shards to go on from")
    parser.add_argument("--keep", type=Path, help="folder on this machine for the complete state between legs")
    parser.add_argument("--resume", action="store_true", help="go on by the plan in --keep, or end at once where it is gone, instead of beginning anew")
    parser.add_argument("--log", type=Path, help="file that gets a line about this leg")
    parser.add_argument("--minutes", type=float, default=9.0)
    parser.add_argument("--until", type=float, metavar="SECONDS", help="the leg ends at this time of `date +%%s`, or after --minutes if that is sooner")
    parser.add_argument("--finish", action="store_true", help="the training's last leg: the rest of the stages and of the learning rate is spread over its minutes")
    parser.add_argument("--leg-steps", type=int, help="end the leg after this many steps")
    parser.add_argument("--preset", default=plan.preset, choices=("small", "toy"))
    parser.add_argument("--steps", type=int, default=plan.steps, help="of the whole training: sets stages and learning rate")
    parser.add_argument("--tune", type=float, metavar="MINUTES", help="find photos a step, reuse and compile for this device, and the steps that fill so many minutes; "
                        "where --keep holds a training, its plan goes on instead")
    parser.add_argument("--frames", type=int, default=plan.frames, help="photos per step")
    parser.add_argument("--rate", type=float, default=plan.rate)
    parser.add_argument("--warm-up", type=int, default=plan.warm_up)
    parser.add_argument("--reuse", type=int, default=plan.reuse, help="times that a render is used")
    parser.add_argument("--seed", type=int, default=plan.seed)
    parser.add_argument("--stage", choices=[stage.name for stage in STAGES], help="this stage only")
    parser.add_argument("--points", type=int, default=12_288, help="points of a large object")
    parser.add_argument("--compile", default="none", choices=("none", "blocks", "default", "reduce-overhead"), help="blocks compiles in under a minute; the others take the whole network, minutes for every length; reduce-overhead uses CUDA graphs")
    parser.add_argument("--threads", type=int, default=1, help="of the processor; one is best on a shared machine")
    args = parser.parse_args(arguments)
    left_s = lambda: min(args.minutes * 60 - (time.perf_counter() - STARTED), (args.until or math.inf) - time.time())
    device = start_device(args.threads)
    kept = kept_plan(args.keep)
    if args.resume and kept is None:
        parser.error(f"There is no training in {args.keep} to go on with.")
    library = library_for(args.assets, args.packed, device, False, args.points)
    plan = Plan(args.preset, args.steps, args.frames, args.rate, args.warm_up, args.seed, args.reuse, args.compile)
    if args.resume:
        plan = kept
    elif args.tune is not None:
        plan = kept or planned(plan, args.tune, library, device, args.source)
    learner = Learner.new(plan, device)
    print(f"{parameter_count(learner.network) / 1e6:.1f} M parameters, {len(library.count)} objects, {device}. {learner.resume(args.source, args.keep)}", flush=True)
    # Files that the guard writes are only shards: a complete state taken in the middle of a step would not be one.
    watch = guard(left_s() + GRACE_S, lambda: learner.save(args.out))
    facts = leg(learner, library, left_s() / 60, args.leg_steps, args.stage, save=lambda: learner.save(args.out, args.keep), finish=args.finish)
    watch.cancel()
    paths = learner.save(args.out, args.keep)
    print(f"Saved {len(paths)} shards, {sum(p.stat().st_size for p in paths) / 2**20:.1f} MiB, at step {learner.step}.")
    line = log_line(learner, facts, torch.cuda.get_device_name() if device.type == "cuda" else "CPU")
    print(line)
    if args.log:
        with args.log.open("a") as log:
            log.write(line + "\n")


if __name__ == "__main__":
    main()
