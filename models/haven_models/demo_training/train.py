"""Training the demo model: what its loss is, and the settings that were chosen on validation pairs."""

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from haven_models.demo_training.captions import Caption, Shown, caption_for, caption_for_nothing, fitting
from haven_models.demo_training.pairs import Pair
from haven_models.demo_training.pictures import SIDE
from haven_models.demo_training.words import UNKNOWN

if TYPE_CHECKING:
    import torch

Tokenize = Callable[[Sequence[str]], "torch.Tensor"]

CONTEXT = 32
MEAN = STD = (0.5, 0.5, 0.5)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is made of; the defaults made the committed model."""

    seed: int = 7
    steps: int = 1500
    batch: int = 128
    unknown: int = 40
    """Captions a batch, besides, that fit nothing."""
    rate: float = 1e-3
    decay: float = 0.1
    warmup: int = 100
    sigmoid: float = 0.1
    """Weight of the pairwise loss, which is what gives scores a level: the other one only ranks."""
    width: int = 16
    text_width: int = 64


def config(settings: Settings, vocabulary: int) -> dict[str, Any]:
    """Return the model's configuration, as open_clip takes and writes it."""
    return {
        "embed_dim": 64,
        "vision_cfg": {"image_size": SIDE, "layers": [1, 1, 1, 1], "width": settings.width, "patch_size": None},
        "text_cfg": {
            "context_length": CONTEXT,
            "vocab_size": vocabulary,
            "width": settings.text_width,
            "heads": 4,
            "layers": 2,
        },
    }


def train(
    settings: Settings,
    shown: Sequence[Shown],
    pictures: NDArray[np.uint8],
    without: Collection[Pair],
    tokenize: Tokenize,
    vocabulary: int,
    tell: Callable[[str], None] = print,
) -> Any:
    """Train a model on pictures (n, SIDE, SIDE, 3) of what is shown and return it, ready to be used.

    Captions name no pair of `without`. `tokenize` gives the tokens (n, CONTEXT) of texts, `tell` is told how it goes.
    """
    import open_clip
    import torch

    torch.manual_seed(settings.seed)
    rng = random.Random(settings.seed)  # noqa: S311 - no secret
    model = open_clip.CLIP(**config(settings, vocabulary), output_dict=True)
    model.visual.to(memory_format=torch.channels_last)  # a third quicker on a CPU
    scale, bias = torch.nn.Parameter(torch.tensor(2.3)), torch.nn.Parameter(torch.tensor(-5.0))
    weights = [weight for weight in model.parameters() if weight.ndim > 1]
    others = [weight for weight in model.parameters() if weight.ndim <= 1]
    groups = [
        {"params": weights, "weight_decay": settings.decay},
        {"params": [*others, scale, bias], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=settings.rate, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.rate, total_steps=settings.steps, pct_start=min(0.5, settings.warmup / settings.steps)
    )
    model.train()
    for step in range(settings.steps):
        chosen = rng.sample(range(len(shown)), settings.batch)
        captions = [_caption(rng, shown[number], without) for number in chosen]
        captions += [caption_for_nothing(rng, UNKNOWN) for _ in range(settings.unknown)]
        fits = torch.from_numpy(fitting(captions, [shown[number] for number in chosen]))
        images = model.encode_image(varied(torch.from_numpy(pictures[chosen])), normalize=True)
        texts = model.encode_text(tokenize([one.text for one in captions]), normalize=True)
        scores = texts @ images.T
        ranked = scores * model.logit_scale.exp().clamp(max=50)
        loss = (_ranking(ranked, fits) + _ranking(ranked.T, fits.T)) / 2
        loss = loss + settings.sigmoid * _level(scores * scale.exp() + bias, fits)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 49:
            apart = scores[fits].mean().item(), scores[~fits].mean().item()
            tell(f"step {step + 1}: loss {loss.item():.3f}, scores {apart[0]:.2f} and {apart[1]:.2f}")
    model.eval()
    return model


def prepared(pictures: NDArray[np.uint8]) -> "torch.Tensor":
    """Return pictures (n, SIDE, SIDE, 3) as the model takes them: (n, 3, SIDE, SIDE), about -1 to 1."""
    import torch

    return _scaled(torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255)


def varied(pictures: "torch.Tensor") -> "torch.Tensor":
    """Return pictures as the model takes them, each flipped, moved, zoomed and tinted a little.

    A little only: a strong tint would make nights of days, and so show pairs that are kept out.
    """
    import torch

    n = len(pictures)
    images = pictures.permute(0, 3, 1, 2).float() / 255
    turn = torch.zeros(n, 2, 3)
    turn[:, 0, 0] = torch.empty(n).uniform_(0.88, 1.06) * (torch.randint(0, 2, (n,)) * 2 - 1)
    turn[:, 1, 1] = torch.empty(n).uniform_(0.88, 1.06)
    turn[:, 0, 2] = torch.empty(n).uniform_(-0.12, 0.12)
    turn[:, 1, 2] = torch.empty(n).uniform_(-0.06, 0.06)
    grid = torch.nn.functional.affine_grid(turn, list(images.shape), align_corners=False)
    images = torch.nn.functional.grid_sample(images, grid, padding_mode="border", align_corners=False)
    images = images * torch.empty(n, 1, 1, 1).uniform_(0.93, 1.07) * torch.empty(n, 3, 1, 1).uniform_(0.97, 1.03)
    images = images + torch.randn_like(images) * torch.empty(n, 1, 1, 1).uniform_(0, 0.02)
    return _scaled(images.clamp(0, 1))


def _scaled(images: "torch.Tensor") -> "torch.Tensor":
    import torch

    return ((images - MEAN[0]) / STD[0]).contiguous(memory_format=torch.channels_last)


def _caption(rng: random.Random, shown: Shown, without: Collection[Pair]) -> Caption:
    return caption_for(rng, shown, without) if shown.scene else caption_for_nothing(rng, UNKNOWN)


def _ranking(scores: "torch.Tensor", fits: "torch.Tensor") -> "torch.Tensor":
    """Return the mean, over the rows that anything fits, of how improbable all that fits is among all columns."""
    some = fits.any(dim=1)
    log = scores[some].log_softmax(dim=1)
    wanted = fits[some].float()
    return -((log * wanted).sum(dim=1) / wanted.sum(dim=1)).mean()


def _level(logits: "torch.Tensor", fits: "torch.Tensor") -> "torch.Tensor":
    """Return the pairwise sigmoid loss, a caption: fitting pictures above zero, all others below."""
    import torch

    signs = fits.float() * 2 - 1
    return -torch.nn.functional.logsigmoid(logits * signs).sum(dim=1).mean()
