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
BATCH = 96
FEW = 3
"""How many times a person is looked at for where they are, before training goes on."""
MARGIN = 0.35
"""Radians that a face must be nearer to its own identity than to any other."""


def train_embedder(
    faces: NDArray[np.uint8],
    each: int,
    steps: int,
    shaken_steps: int,
    *,
    seed: int = 6,
    tell: Callable[[str], None] = print,
) -> Any:
    """Train an embedder on aligned faces (n, 112, 112, 3), `each` of one identity in a row, and return it.

    After `steps` on faces cut out as they should be come `shaken_steps` on faces cut out as a detector does.
    """
    import torch

    torch.manual_seed(seed)
    net = embedder().to(memory_format=torch.channels_last)
    people = torch.randn(len(faces) // each, 128) * 0.05
    _run(net, people, faces, each, steps, rate=4e-3, warmup=1 / 3, shaken=0.0, seed=seed, tell=tell)
    return shake(net, faces, each, shaken_steps, seed=seed, tell=tell)


def shake(
    net: Any, faces: NDArray[np.uint8], each: int, steps: int, *, seed: int = 6, tell: Callable[[str], None] = print
) -> Any:
    """Train an embedder that knows well cut out faces on badly cut out ones, and return it."""
    import torch

    few = faces.reshape(-1, each, *faces.shape[1:])[:, :FEW]
    vectors = vectors_of(net.eval(), few.reshape(-1, *faces.shape[1:]))
    people = torch.nn.functional.normalize(vectors.reshape(len(few), -1, vectors.shape[1]).mean(dim=1))
    _run(net, people, faces, each, steps, rate=2e-3, warmup=0.0, shaken=1.0, seed=seed + 1, tell=tell)
    return net.eval()


def vectors_of(net: Any, faces: NDArray[np.uint8]) -> "torch.Tensor":
    """Return the vectors, of unit length, of aligned faces."""
    import torch

    with torch.no_grad():
        parts = [net(_scaled(faces[start : start + 200])) for start in range(0, len(faces), 200)]
    return torch.nn.functional.normalize(torch.cat(parts))


def _run(
    net: Any,
    people: "torch.Tensor",
    faces: NDArray[np.uint8],
    each: int,
    steps: int,
    *,
    rate: float,
    warmup: float,
    shaken: float,
    seed: int,
    tell: Callable[[str], None],
) -> None:
    """Train; the margin grows for a part `warmup` of the steps, for with all of it at the start nothing is learned."""
    import torch

    dice = np.random.default_rng(seed)
    centres = torch.nn.Parameter(people)
    groups = [{"params": net.parameters(), "weight_decay": 0.02}, {"params": [centres], "weight_decay": 0.05}]
    optimizer = torch.optim.AdamW(groups, lr=rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.15)
    net.train()
    order = np.empty(0, np.int64)
    for step in range(steps):
        if len(order) < BATCH:
            order = dice.permutation(len(faces))
        chosen, order = np.sort(order[:BATCH]), order[BATCH:]
        margin = MARGIN * min(1.0, step / (steps * warmup)) if warmup else MARGIN
        vectors = net(varied(faces[chosen], shaken))
        loss, right = arcface(vectors, centres, torch.from_numpy(chosen // each), margin)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*net.parameters(), centres], 5.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 49:
            tell(f"embedder, step {step + 1}: loss {loss.item():.3f}, right {right:.2f}")


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


def varied(faces: NDArray[np.uint8], shaken: float = 0.0) -> "torch.Tensor":
    """Return aligned faces as the net takes them, each tinted and moved a little; not mirrored, for partings count.

    `shaken`: 1 to also turn, zoom and move each as landmarks do that are a tenth of the eyes' distance off.
    """
    import torch

    n = len(faces)
    images = _scaled(faces) + 1
    images = images * torch.empty(n, 3, 1, 1).uniform_(0.9, 1.1) * torch.empty(n, 1, 1, 1).uniform_(0.8, 1.2)
    images = images.clamp(0, 2) - 1
    if not shaken:
        down, right = (int(step) for step in torch.randint(-2, 3, (2,)))
        images = torch.roll(images, (down, right), (2, 3))
    else:
        angle, zoom = torch.randn(n) * 0.07 * shaken, 1 + torch.randn(n) * 0.07 * shaken
        turn = torch.zeros(n, 2, 3)
        turn[:, 0, 0] = turn[:, 1, 1] = zoom * angle.cos()
        turn[:, 0, 1], turn[:, 1, 0] = -zoom * angle.sin(), zoom * angle.sin()
        turn[:, :, 2] = torch.randn(n, 2) * 0.05 * shaken
        where = torch.nn.functional.affine_grid(turn, list(images.shape), align_corners=False)
        images = torch.nn.functional.grid_sample(images, where, padding_mode="border", align_corners=False)
    return images.contiguous(memory_format=torch.channels_last)


def _scaled(faces: NDArray[np.uint8]) -> "torch.Tensor":
    import torch

    return torch.from_numpy(np.ascontiguousarray(faces)).permute(0, 3, 1, 2).float() / 127.5 - 1
