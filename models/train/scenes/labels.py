"""Names of things: asset labels → words, words → groups, words → the eight classes of the evaluation."""

from __future__ import annotations

#: Classes of the evaluation (LSM and ScanNet use the same list); a word that is none of the first seven is `other`.
COARSE = ("wall", "floor", "ceiling", "chair", "table", "bed", "sofa", "other")

#: group → words. The hierarchy is what the frozen text space is built from: words of a group lie near each other.
GROUPS: dict[str, tuple[str, ...]] = {
    "structure": ("wall", "floor", "ceiling", "column", "door", "window", "curtain", "board"),
    "seating": ("chair", "sofa", "stool", "bench"),
    "tables": ("table", "desk", "worktop"),
    "sleeping": ("bed", "pillow", "blanket"),
    "storage": ("shelf", "cabinet", "wardrobe", "nightstand", "rack", "box"),
    "appliance": ("refrigerator", "air conditioner", "range hood", "trash can"),
    "light": ("lamp", "chandelier"),
    "electronics": ("television", "computer", "tablet", "speaker", "remote", "camera"),
    "tableware": ("cup", "bowl", "fork", "knife", "spoon", "plate", "bottle", "jar"),
    "fruit": ("apple", "avocado", "banana", "lemon", "orange", "peach", "pear", "plum"),
    "tool": ("screwdriver", "hammer", "clamp", "scissors", "stapler", "glue", "utensils"),
    "writing": ("marker", "book"),
    "hygiene": ("soap", "shampoo", "toothpaste", "spray"),
    "decoration": ("picture", "vase", "plant", "rug"),
    "sport": ("ball", "dumbbell", "bicycle", "cube"),
    "thing": ("thing",),
}
WORDS: tuple[str, ...] = tuple(word for words in GROUPS.values() for word in words)
WORD_ID: dict[str, int] = {word: idx for idx, word in enumerate(WORDS)}
GROUP_OF: dict[str, str] = {word: group for group, words in GROUPS.items() for word in words}

#: Other names of the same thing, for people who ask.
SYNONYMS: dict[str, str] = {
    "couch": "sofa", "armchair": "chair", "seat": "chair", "fridge": "refrigerator", "tv": "television",
    "monitor": "television", "bookshelf": "shelf", "bookcase": "shelf", "closet": "wardrobe", "mug": "cup",
    "cupboard": "cabinet", "carpet": "rug", "painting": "picture", "bin": "trash can", "light": "lamp",
    "settee": "sofa", "mattress": "bed", "object": "thing", "cactus": "plant", "books": "book", "laptop": "computer", "ground": "floor", "quilt": "blanket",
}

#: Parts of asset labels → word, first match wins; the order settles labels such as "coffee table" and "table lamp".
_RULES: tuple[tuple[str, str], ...] = (
    ("table lamp", "lamp"), ("chandelier", "chandelier"), ("lamp", "lamp"), ("air conditioner", "air conditioner"),
    ("door handle", "thing"), ("trash", "trash can"), ("tablet", "tablet"), ("nightstand", "nightstand"),
    ("bedspread", "blanket"), ("bed", "bed"), ("couch", "sofa"), ("sofa", "sofa"), ("armchair", "chair"),
    ("stool", "stool"), ("bench", "bench"), ("chair", "chair"), ("worktop", "worktop"), ("desktop", "computer"),
    ("desk", "desk"), ("table", "table"), ("book holder", "rack"), ("bookshelf", "shelf"), ("bookstore", "board"),
    ("book", "book"), ("shoe rack", "rack"), ("dish rack", "rack"), ("spice rack", "rack"), ("plate holder", "rack"),
    ("shelf", "shelf"), ("tv cabinet", "cabinet"), ("cabinet", "cabinet"), ("wardrobe", "wardrobe"),
    ("boom box", "speaker"), ("cardboard", "box"), ("pie box", "box"), ("deck box", "box"), ("speaker", "speaker"),
    ("remote", "remote"), ("security camera", "camera"), ("rubiks", "cube"), ("gym ball", "ball"),
    ("wall", "wall"), ("ceiling", "ceiling"), ("floor", "floor"), ("correction", "glue"), ("cactus", "plant"),
    ("conditioner", "shampoo"), ("repellent", "spray"),
)


def word_of(label: str) -> str:
    """Word for an asset's label; `thing` when no rule and no word fits."""
    label = label.lower()
    for part, word in _RULES:
        if part in label:
            return word
    return next((word for word in WORDS if word in label), "thing")


def coarse_of(word: str) -> str:
    """Class of the evaluation for a word."""
    return {"stool": "chair", "desk": "table", "blanket": "bed"}.get(word, word if word in COARSE else "other")


#: word id → class id, in the order of WORDS.
COARSE_ID: tuple[int, ...] = tuple(COARSE.index(coarse_of(word)) for word in WORDS)
