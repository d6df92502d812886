"""A trained checkpoint in the layout of the official files, as one safetensors file that the studio compiles, and its model card."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file

from model.config import Sizes
from model.network import Network, parameter_count
from model.text_space import text_vectors, vocabulary
from shards import load_shards

CARD = Path(__file__).resolve().parent / "MODEL_CARD.md"


def exported(network: Network) -> dict[str, torch.Tensor]:
    """Tensors under the official names and ours; what only training needs is left out."""
    sizes = network.sizes
    tensors = {k: v.detach().cpu().clone() for k, v in network.state_dict().items() if not k.startswith("matching_head.")}
    if sizes.head == "composed":
        # (1, v): a constant first component gives the bounded rotation in the official pose head.
        tensors["downstream_head.pose_head.mlp.fc2.weight"][3] = 0
        tensors["downstream_head.pose_head.mlp.fc2.bias"][3] = 1
    if sizes.language_dim:
        tensors["text_space.vectors"] = text_vectors(sizes.language_dim)
    return tensors


def expression_of(sizes: Sizes) -> str:
    """The constructor expression, with the list of words where there is a language head."""
    if not sizes.language_dim:
        return sizes.expression()
    words = "|".join(f"{word}:{row}" for word, row in vocabulary().items())
    return sizes.expression()[:-2] + f", words='{words}'))"


def export(network: Network, path: Path, facts: dict[str, str]) -> None:
    """bfloat16: what the shards hold, exactly."""
    tensors = {name: value.to(torch.bfloat16).contiguous() for name, value in exported(network).items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, {"model": expression_of(network.sizes), "licence": "MIT", **facts})


def card(network: Network, facts: dict[str, str], figures: str) -> str:
    """The card's template with its numbers."""
    text = CARD.read_text()
    values = {"PARAMETERS": f"{parameter_count(network) / 1e6:.1f} M", "SIZE": str(network.sizes.img_size), "STEPS": facts["steps"], "FRAMES": facts["frames"],
              "FIGURES": figures}
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def load_network(folder: Path) -> tuple[Network, dict]:
    """Network and facts of a folder of shards."""
    weights, facts = load_shards(folder)
    sizes = dict(facts["sizes"])
    network = Network(replace(Sizes(), **{**sizes, "dpt": tuple(sizes["dpt"])}))
    network.load_state_dict(weights)
    return network.eval(), facts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="folder of shards")
    parser.add_argument("--out", type=Path, required=True, help="for example permanence-224.safetensors; the card goes beside it")
    parser.add_argument("--figures", type=Path, help="Markdown that evaluate.py wrote")
    args = parser.parse_args()
    network, facts = load_network(args.source)
    said = {"steps": str(facts["step"]), "frames": str(facts["frames"])}
    export(network, args.out, said)
    figures = args.figures.read_text() if args.figures else "Not evaluated."
    args.out.with_suffix(".md").write_text(card(network, said, figures))
    print(f"wrote {args.out} ({args.out.stat().st_size / 2**20:.1f} MiB) and its card")


if __name__ == "__main__":
    main()
