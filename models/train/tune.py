"""Finds out in the first minute on a machine how to use it: photos a step, compiling, reuse of renders, and the steps that fill the time."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import torch

from device import memory_share, wait
from learner import Learner, Plan
from scenes.library import Library
from stages import STAGES, Stage, batch_at, lesson_at, stage_at

#: Photos a step that are tried, ascending. The first that comes near the best speed wins: more steps teach more.
CANDIDATES = (128, 192, 256, 384, 512)
_NEAR_BEST = 0.92
#: Share of the device's memory that a step may take, so that a batch with more points still fits.
_MEMORY = 0.8
#: Drawing may take this share of a step; renders are reused until it does, at most four times.
_DRAWING, _MOST_REUSE = 0.33, 4


@dataclass
class Costs:
    """Seconds a photo in a step without drawing, seconds a photo of drawing, largest share of memory."""

    step: float
    drawing: float
    memory: float


def costs_of(learner: Learner, library: Library, stage: Stage, steps: int) -> Costs:
    """Measured with the longest batch of the stage: all of its views and a question. Raises torch.OutOfMemoryError."""
    plan, device = learner.plan, learner.device
    block = next((block for block in range(50) if lesson_at(block, stage, plan.seed)[1]), 0)
    draw = lambda: batch_at(block, stage, library, plan.frames, learner.network.sizes.img_size, 1, plan.seed, {})
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    batch = draw()
    photos = batch.scenes.rgb.shape[0] * batch.scenes.rgb.shape[1]
    # The first step compiles and fills caches.
    learner.learn(batch, stage)
    wait(device)
    started = time.perf_counter()
    for _ in range(steps):
        learner.learn(batch, stage)
    wait(device)
    learnt = time.perf_counter()
    draw()
    wait(device)
    return Costs((learnt - started) / steps / photos, (time.perf_counter() - learnt) / photos, memory_share(device))


def _speed(plan: Plan, library: Library, device: torch.device, steps: int) -> float | None:
    """Photos per second in pairs, None when pairs or the longest sequences do not fit."""
    learner = None
    try:
        learner = Learner.new(plan, device)
        pairs, longest = costs_of(learner, library, stage_at(0, "pairs"), steps), costs_of(learner, library, STAGES[-1], 1)
    except torch.OutOfMemoryError:
        print(f"tune: {plan.compile} {plan.frames} does not fit", flush=True)
        return None
    except Exception as thrown:
        if plan.compile == "none":
            raise
        # A compiler that fails on this machine costs speed, not the leg.
        print(f"tune: {plan.compile} fails: {thrown}", flush=True)
        return None
    finally:
        del learner
        if device.type == "cuda":
            torch.cuda.empty_cache()
    memory = max(pairs.memory, longest.memory)
    print(f"tune: {plan.compile} {plan.frames} photos a step: {1 / pairs.step:.0f} photos/s learnt, {1 / pairs.drawing:.0f} drawn, memory {memory:.0%}", flush=True)
    return 1 / pairs.step if memory <= _MEMORY else None


def tuned(plan: Plan, library: Library, device: torch.device, seconds: float, candidates: tuple[int, ...], modes: tuple[str, ...],
          steps: int = 4, budget_s: float = 80.0) -> Plan:
    """A plan whose steps take about `seconds` on this device, this search included; looks no further after `budget_s`. Prints what it measured.

    Raises MemoryError when not even the smallest candidate fits.
    """
    started = time.perf_counter()
    late = lambda: time.perf_counter() - started > budget_s
    middle, speeds = candidates[len(candidates) // 2], {}
    for mode in modes:
        if not speeds or not late():
            speeds[mode] = _speed(replace(plan, compile=mode, frames=middle), library, device, steps) or 0.0
    mode = max(speeds, key=lambda name: speeds[name])
    fitting = {middle: speeds[mode]} if speeds[mode] else {}
    for frames in candidates:
        # Where the middle does not fit, smaller ones must be looked at however late it is.
        if frames == middle or (late() and fitting) or (frames > middle and not fitting):
            continue
        speed = _speed(replace(plan, compile=mode, frames=frames), library, device, steps)
        if speed is None:
            break
        fitting[frames] = speed
    if not fitting:
        raise MemoryError(f"Not even {candidates[0]} photos a step fit on this device.")
    frames = min(count for count, speed in fitting.items() if speed >= _NEAR_BEST * max(fitting.values()))
    return _filled(replace(plan, compile=mode, frames=frames), library, device, seconds - (time.perf_counter() - started))


def _filled(plan: Plan, library: Library, device: torch.device, seconds: float) -> Plan:
    """The plan with reuse and steps for that many seconds, by what each stage costs."""
    learner = Learner.new(plan, device)
    per_step, last = 0.0, 0.0
    costs = [costs_of(learner, library, stage, 1) for stage in STAGES]
    drawing = max(c.drawing / c.step for c in costs)
    reuse = next((r for r in range(1, _MOST_REUSE) if drawing / r / (1 + drawing / r) <= _DRAWING), _MOST_REUSE)
    for stage, cost in zip(STAGES, costs):
        share, last = stage.until - last, stage.until
        per_step += share * plan.frames * (cost.step + cost.drawing / reuse)
        print(f"tune: {stage.name}: {1 / cost.step:.0f} photos/s learnt, {1 / cost.drawing:.0f} drawn, memory {cost.memory:.0%}", flush=True)
    steps = max(1, int(seconds / per_step))
    print(f"tune: {plan.frames} photos a step, compile {plan.compile}, reuse {reuse}, {steps} steps of {per_step:.3f} s", flush=True)
    return replace(plan, reuse=reuse, steps=steps)
