"""Training the embedder: faces of one identity near to each other, of two apart by a margin (ArcFace)."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from haven_models.demo_faces_training.nets import embedder

if TYPE_CHECKING:
    import torch

SCALE = 24.0
MARGIN = 0.35
"""Radians that a face must be nearer to its own identity than to any other."""


def train_embedder(
    faces: NDArray[np.uint8],
    each: int,
    steps: int,
    *,
    batch: int = 128,
    rate: float = 4e-3,
    seed: int = 6,
    tell: Callable[[str], None] = print,
) -> Any:
    """Train an embedder on aligned faces (n, 112, 112, 3), `each` of one identity in a row, and return it."""
    import torch

    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    net = embedder().to(memory_format=torch.channels_last)
    people = torch.nn.Parameter(torch.randn(len(faces) // each, 128) * 0.05)
    optimizer = torch.optim.AdamW(
        [{"params": net.parameters(), "weight_decay": 0.02}, {"params": [people], "weight_decay": 0.05}], lr=rate
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.15)
    net.train()
    order = np.empty(0, np.int64)
    for step in range(steps):
        if len(order) < batch:
            order = dice.permutation(len(faces))
        chosen, order = np.sort(order[:batch]), order[batch:]
        margin = MARGIN * min(1.0, 3 * step / steps)  # with all of it from the start nothing is learned
        vectors = net(varied(faces[chosen]))
        loss, right = arcface(vectors, people, torch.from_numpy(chosen // each), margin)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*net.parameters(), people], 5.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 49:
            tell(f"embedder, step {step + 1}: loss {loss.item():.3f}, right {right:.2f}")
    return net.eval()


def arcface(
    vectors: "torch.Tensor", people: "torch.Tensor", who: "torch.Tensor", margin: float
) -> "tuple[torch.Tensor, float]":
    """Return the loss of vectors (n, d) of identities `who` (n,) and the share that is nearest to its own."""
    import torch

    normal = torch.nn.functional.normalize
    cosine = (normal(vectors) @ normal(people).T).clamp(-0.9999, 0.9999)
    own = cosine.gather(1, who[:, None])
    right = (cosine.argmax(1) == who).float().mean().item()
    nearer = own * math.cos(margin) - (1 - own**2).sqrt() * math.sin(margin)
    logits = cosine.scatter(1, who[:, None], nearer) * SCALE
    return torch.nn.functional.cross_entropy(logits, who), right


def varied(faces: NDArray[np.uint8]) -> "torch.Tensor":
    """Return aligned faces as the net takes them, each tinted and moved a little; not mirrored, for partings count."""
    import torch

    n = len(faces)
    images = torch.from_numpy(faces).permute(0, 3, 1, 2).float() / 127.5
    images = images * torch.empty(n, 3, 1, 1).uniform_(0.9, 1.1) * torch.empty(n, 1, 1, 1).uniform_(0.8, 1.2)
    down, right = (int(step) for step in torch.randint(-2, 3, (2,)))
    images = torch.roll(images, (down, right), (2, 3))
    return (images.clamp(0, 2) - 1).contiguous(memory_format=torch.channels_last)
