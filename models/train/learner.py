"""One network with its optimiser: a step of training, and saving and resuming without a trace."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import torch

from losses import completion_loss, losses_of, relative_poses, total_of
from model.blocks import DecoderBlock, EncoderBlock, ModulatedBlock
from model.config import PRESETS
from model.network import Network
from model.points import ray_map
from shards import load_shards, save_shards
from stages import Batch, Stage


@dataclass
class Plan:
    """What stays the same over all legs of a training."""

    preset: str = "small"
    steps: int = 60_000
    #: photos per step
    frames: int = 256
    rate: float = 6e-4
    warm_up: int = 400
    seed: int = 1
    reuse: int = 2
    #: "none"; "blocks": each kind of transformer block, once for any batch; else a mode of torch.compile for the whole network
    compile: str = "none"


def kept_plan(keep: Path | None) -> Plan | None:
    """Plan of the complete state in a folder, or None where there is none."""
    if keep is None or not (keep / "whole.pt").exists():
        return None
    return Plan(**torch.load(keep / "whole.pt", map_location="cpu", weights_only=True, mmap=True)["plan"])


@dataclass
class Learner:
    plan: Plan
    device: torch.device
    network: Network
    optimiser: torch.optim.Optimizer
    step: int = 0
    frames_seen: int = 0
    #: bfloat16 inside the network; weights, heads' numbers and losses stay float32
    half: bool = False
    #: first step since the optimiser was new: moments are rebuilt under a low rate
    fresh_at: int = 0
    run: object = field(default=None, repr=False)
    #: share of the whole training that is done, where a leg sets it by the clock
    clock: float | None = None

    @staticmethod
    def new(plan: Plan, device: torch.device) -> "Learner":
        torch.manual_seed(plan.seed)
        network = Network(PRESETS[plan.preset]).to(device)
        decayed = [p for n, p in network.named_parameters() if p.ndim > 1 and "token" not in n and ".mem" not in n]
        known = {id(p) for p in decayed}
        groups = [{"params": decayed, "weight_decay": 0.05}, {"params": [p for p in network.parameters() if id(p) not in known], "weight_decay": 0.0}]
        optimiser = torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.95), fused=True)
        run = network
        if plan.compile != "none":
            # What a compiler cannot do runs as it is; nor may a new shape end compiling for good.
            torch._dynamo.config.suppress_errors = True
            torch._dynamo.config.recompile_limit = 32
        if plan.compile == "blocks":
            for block in network.modules():
                if isinstance(block, (EncoderBlock, DecoderBlock, ModulatedBlock)):
                    block.compile(dynamic=True)
        elif plan.compile != "none":
            run = torch.compile(network, mode=plan.compile, dynamic=False)
        return Learner(plan, device, network, optimiser, half=device.type == "cuda", run=run)

    @property
    def progress(self) -> float:
        """0 … 1: by steps, or by the clock."""
        return min(1.0, self.step / self.plan.steps) if self.clock is None else self.clock

    @property
    def rate(self) -> float:
        """Warm-up after every fresh start of the optimiser, then half a cosine over all steps."""
        warm = min(1.0, (self.step - self.fresh_at + 1) / self.plan.warm_up)
        return self.plan.rate * warm * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * self.progress)))

    def learn(self, batch: Batch, stage: Stage) -> dict[str, torch.Tensor]:
        """One step; the terms of the loss, detached, not yet on the CPU. `left out` is 1 (and they are 0) when the batch went wrong."""
        scenes = batch.scenes
        height, width = scenes.rgb.shape[-2:]
        rays = ray_map(relative_poses(scenes), scenes.intrinsics, height, width) if any(batch.asked) else None
        if self.run is not self.network:
            torch.compiler.cudagraph_mark_step_begin()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            out = self.run(scenes.rgb * 2 - 1, rays, batch.asked, batch.hidden)
        out = {name: value.float() for name, value in out.items()}
        if "language" in out:
            out["text_vectors"] = self.network.text_vectors
        terms = losses_of(out, scenes, batch.asked, stage.weights, batch.pairs)
        terms = {name: value for name, value in terms.items() if getattr(stage.weights, name) > 0}
        total = total_of(terms, stage.weights)
        if batch.hidden is not None:
            terms["completion"] = completion_loss(out, scenes, batch.hidden)
            total = total + terms["completion"]
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        # A batch that went wrong is left out instead of poisoning weights and moments; the fused step looks itself, so nothing waits.
        self.optimiser.found_inf = (~torch.isfinite(norm)).float()
        self.optimiser.step()
        self.step += 1
        self.frames_seen += scenes.rgb.shape[0] * scenes.rgb.shape[1]
        wrong = self.optimiser.found_inf
        shown = {**terms, "total": total, "gradient": norm}
        return {**{name: torch.where(wrong > 0, 0.0, value.detach()) for name, value in shown.items()}, "left out": wrong}

    def save(self, folder: Path, keep: Path | None = None) -> list[Path]:
        """Shards of bfloat16 to carry; with `keep` also the complete state, for the next leg on the same machine."""
        facts = {"step": self.step, "frames": self.frames_seen, "plan": vars(self.plan), "sizes": self.network.sizes.as_dict()}
        paths = save_shards(folder, self.network.state_dict(), facts)
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            state = {"network": self.network.state_dict(), "optimiser": self.optimiser.state_dict(), "step": self.step, "frames": self.frames_seen,
                     "fresh_at": self.fresh_at, "plan": vars(self.plan)}
            torch.save(state, keep / "whole.part")
            (keep / "whole.part").replace(keep / "whole.pt")
        return paths

    def resume(self, folder: Path | None, keep: Path | None = None) -> str:
        """From the complete state when it is there, else from the shards of a named folder. Returns a sentence that says which.

        Raises ValueError when that folder holds no whole set of shards: a leg must not begin from nothing by mistake.
        """
        if keep is not None and (keep / "whole.pt").exists():
            state = torch.load(keep / "whole.pt", map_location=self.device, weights_only=True)
            self.network.load_state_dict(state["network"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.step, self.frames_seen, self.fresh_at = state["step"], state["frames"], state["fresh_at"]
            return f"Resumed the complete state at step {self.step}.{self._changes(state['plan'])}"
        if folder is not None:
            weights, facts = load_shards(folder)
            self.network.load_state_dict(weights)
            self.step, self.frames_seen, self.fresh_at = facts["step"], facts["frames"], facts["step"]
            return f"Resumed the shards at step {self.step}; the optimiser starts fresh.{self._changes(facts['plan'])}"
        return "Started from random weights."

    def _changes(self, before: dict) -> str:
        """What the plan of this leg does otherwise than the last one's: it should rarely be anything."""
        now = vars(self.plan)
        changes = [f"{name} {before[name]} → {now[name]}" for name in now if name in before and before[name] != now[name]]
        return f" The plan has changed: {', '.join(changes)}." if changes else ""
