"""The command `python -m haven_models.demo_training --out DIR`: draws, trains and exports the demo model.

Half an hour on two quiet cores. It then measures the model on new pictures of pairs it was trained on. The test pairs
are for tests/benchmarks/retrieval.py --demo, when all is settled.
"""

import argparse
import dataclasses
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from haven_fs.demo import dice
from haven_models.demo_training.pairs import SEEN_PAIRS, TEST_PAIRS, VALIDATION_PAIRS
from haven_models.demo_training.pictures import SIDE, draw_many, picture, show
from haven_models.demo_training.train import CONTEXT, MEAN, STD, Settings, config, train
from haven_models.demo_training.vocabulary import write_merges

PICTURES = 32_000
SMALL = (160, 240)
"""Pixels of the longer side of pictures that are compared with open_clip."""
PREPROCESS = {
    "size": SIDE,
    "mode": "RGB",
    "mean": MEAN,
    "std": STD,
    "interpolation": "bicubic",
    "resize_mode": "squash",
}
OURS = {
    "name": "demo",
    "licence": "MIT",
    "languages": ["en"],
    "source": "Trained by haven_models.demo_training on pictures that Haven draws.",
    "about": (
        "A tiny model for trying and testing Haven. It knows a dozen drawn things in eight drawn places and nothing of"
        " real photos, so it is never picked for a real library silently."
    ),
    "cutoff": {
        "score": 0.27,
        "measured": (
            "On drawn pictures of pairs of subject and scene that a shorter run was not trained on: nine of ten that"
            " fit score higher, and nothing does for words the model does not know."
        ),
    },
}


def make_model(
    out: Path, settings: Settings, *, pictures: int = PICTURES, choosing: bool = False, processes: int = 2
) -> Path:
    """Draw pictures, train a model on them and write it to the folder `out`, which must not be there or be empty.

    `choosing`: leave out the validation pairs too, as when settings are chosen. Tells on stdout how it goes.
    """
    from open_clip.tokenizer import SimpleTokenizer

    started = time.monotonic()

    def tell(text: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {text}", flush=True)

    without = (*TEST_PAIRS, *VALIDATION_PAIRS) if choosing else TEST_PAIRS
    seen = [pair for pair in SEEN_PAIRS if pair not in without]
    tell(f"Drawing {pictures} pictures of {len(seen)} pairs ...")
    shown, drawn = draw_many(f"training {settings.seed}", pictures, seen, processes)
    with tempfile.TemporaryDirectory() as folder:
        tokenizer = SimpleTokenizer(str(write_merges(Path(folder, "merges.txt.gz"))), context_length=CONTEXT)
    model = train(settings, shown, drawn, without, tokenizer, tokenizer.vocab_size, tell)
    export(model, tokenizer, out, config(settings, tokenizer.vocab_size), tell)
    tell(f"Written to {out}.")
    return out


def export(model: Any, tokenizer: Any, out: Path, what: dict[str, Any], tell: Callable[[str], None] = print) -> None:
    """Write a trained model of the configuration `what` to a folder, compared with open_clip on small pictures.

    Small, for of pictures that are many times as large as the model takes, Haven makes a quick average first, by which
    vectors of so small a model move by a cosine of 0.0002; with open_clip that would be an error.
    """
    from haven_models.export import export_open_clip

    rng = dice("parity")
    pictures = [picture(rng, show(rng, pair), SMALL) for pair in SEEN_PAIRS[:24]]
    export_open_clip(model, PREPROCESS, tokenizer, out, config=what, ours=OURS, half=True, pictures=pictures, tell=tell)


def main() -> None:
    """Read the command line and run."""
    args = argparse.ArgumentParser("python -m haven_models.demo_training", description=__doc__)
    args.add_argument("--out", type=Path, required=True, help="the model's folder, not there yet")
    args.add_argument("--choosing", action="store_true", help="leave the validation pairs out too")
    args.add_argument("--pictures", type=int, default=PICTURES)
    args.add_argument("--threads", type=int, default=0, help="processor threads; 0: as many as torch likes")
    for field in dataclasses.fields(Settings):
        args.add_argument(f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default)
    chosen = vars(args.parse_args())
    settings = Settings(**{field.name: chosen[field.name] for field in dataclasses.fields(Settings)})
    if chosen["threads"]:
        import torch

        torch.set_num_threads(chosen["threads"])
    make_model(chosen["out"], settings, pictures=chosen["pictures"], choosing=chosen["choosing"])


if __name__ == "__main__":
    main()
