"""Whether a model on disk gives the vectors that open_clip gives for the same pictures and texts.

Both go their own way from the picture file and the text on: making ready, tokens and computing are compared together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from haven_fs import UserError
from haven_models.clip import open_clip_model

LEAST = 0.9999
"""Cosine below which an export has failed."""
MOST_PICTURES = 64

TEXTS = (
    "a dog on the beach",
    "A red bicycle, leaning against a wall.",
    "sunset over the sea",
    "two children playing in the snow",
    "IMG_2041",
    "a photo of a cat",
    "Großmutters Geburtstag im Garten",
    "les enfants à la plage",
    "un perro en la playa",
    "собака на пляже",
    "海滩上的狗",
    "浜辺の犬",
    "a very long description of a picture in which a great many things can be seen at once: a lake, mountains behind"
    " it, a boat with a white sail, some people on the shore who wave, a dog, an old tree, clouds, and far away a"
    " church, a bridge and a train that crosses it slowly while the light of the evening falls on everything",
    "",
)


@dataclass(frozen=True, slots=True)
class Parity:
    """The lowest cosine similarity between the two vectors of one picture, and of one text, and of how many."""

    images: float
    texts: float
    pictures: int

    @property
    def holds(self) -> bool:
        """Whether both are the same to what matters."""
        return min(self.images, self.texts) > LEAST


def measure_parity(folder: Path, model: Any, transform: Any, tokenizer: Any, pictures: Sequence[Image.Image]) -> Parity:
    """Compare the model in a folder with open_clip's own `model`, `transform` for pictures, and `tokenizer`.

    Each side is asked for everything at once and one by one, since a file may have learned the number of the example.
    """
    import torch

    ours = open_clip_model(folder, backend="onnx")
    with torch.no_grad():
        theirs = [
            model.encode_image(torch.stack([transform(picture) for picture in pictures]), normalize=True),
            model.encode_text(tokenizer(list(TEXTS)), normalize=True),
        ]
    images, texts = (vectors.float().cpu().numpy() for vectors in theirs)
    singly = np.concatenate([ours.embed_images([one]) for one in pictures])
    lowest = [min(_cosine(ours.embed_images(pictures), images), _cosine(singly, images))]
    singly = np.concatenate([ours.embed_texts([one]) for one in TEXTS])
    lowest += [min(_cosine(ours.embed_texts(TEXTS), texts), _cosine(singly, texts))]
    ours.unload()
    return Parity(lowest[0], lowest[1], len(pictures))


def _cosine(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> float:
    cosines = np.einsum("nd,nd->n", ours.astype(np.float64), theirs.astype(np.float64))
    return min(float(cosines.min()), 1.0)


def drawn_pictures() -> list[Image.Image]:
    """Return pictures of things in places, in several shapes and sizes."""
    import random

    from haven_fs.demo import SCENES, SUBJECTS, TIMES, draw_picture, fits

    rng = random.Random(11)  # noqa: S311 - no secret
    pictures: list[Image.Image] = []
    for number, subject in enumerate(sorted(SUBJECTS)):
        scene = rng.choice(sorted(scene for scene in SCENES if fits(subject, scene)))
        size = ((400, 300), (300, 400), (1280, 850), (224, 224))[number % 4]
        pictures.append(draw_picture(subject, scene, "red", TIMES[number % len(TIMES)], size, rng))
    return pictures


def pictures_in(folder: Path) -> list[Image.Image]:
    """Return the first pictures of a folder, at most MOST_PICTURES. Raises UserError if there is none."""
    pictures: list[Image.Image] = []
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if len(pictures) == MOST_PICTURES:
            break
        try:
            with Image.open(path) as image:
                image.draft("RGB", (1280, 1280))
                pictures.append(image.convert("RGB"))
        except (OSError, ValueError, Image.DecompressionBombError):
            continue
    if not pictures:
        raise UserError(f"There are no pictures in {folder}. Give --pictures a folder of JPEG or PNG files.")
    return pictures
