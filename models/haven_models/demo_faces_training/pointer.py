"""Training the net that points at landmarks: faces are cut out by boxes that are a little off, as a detector's are."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from haven_models.demo_faces_training.detector import mirrored, prepared
from haven_models.demo_faces_training.nets import CUT, pointer

if TYPE_CHECKING:
    import torch

AROUND = 1.25
"""Sides of the square that is cut out, in longer sides of the box."""
OFF = 0.045
"""How far edges of boxes are off in training, on average about, as parts of the box."""


def squares(boxes: "torch.Tensor") -> "torch.Tensor":
    """Return the squares around boxes (n, 4): x and y of their middles, and their sides (n, 3), in pixels."""
    import torch

    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    side = torch.maximum(wide, high).clamp(min=1.0) * AROUND
    return torch.stack([boxes[:, 0] + wide / 2, boxes[:, 1] + high / 2, side], dim=1)


def grid(around: "torch.Tensor", sides: "torch.Tensor") -> "torch.Tensor":
    """Return where in a picture of `sides` (width, height) pixels a cut's pixels are (n, CUT, CUT, 2), -1 to 1."""
    import torch

    steps = (torch.arange(CUT) + 0.5) / CUT - 0.5
    x, y = (around[:, axis, None] + steps * around[:, 2, None] for axis in (0, 1))
    x, y = x / sides[0] * 2 - 1, y / sides[1] * 2 - 1
    return torch.stack([x[:, None, :].expand(-1, CUT, -1), y[:, :, None].expand(-1, -1, CUT)], dim=-1)


def train_pointer(
    pictures: NDArray[np.uint8],
    truth: NDArray[np.float32],
    steps: int,
    *,
    batch: int = 40,
    rate: float = 4e-3,
    seed: int = 8,
    tell: Callable[[str], None] = print,
) -> Any:
    """Train on the faces of windows, as pictures.draw_windows returns them; returns the net ready for use."""
    import torch

    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    net = pointer().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.1)
    side = torch.tensor([pictures.shape[2], pictures.shape[1]])
    some = np.flatnonzero((truth[..., 14] > 0).any(axis=1))
    net.train()
    for step in range(steps):
        chosen = np.sort(dice.choice(some, min(batch, len(some)), replace=False))
        images, told = mirrored(pictures[chosen], truth[chosen], dice)
        rows, columns = np.nonzero(told[..., 14] > 0)
        faces = torch.from_numpy(told[rows, columns])
        span = (faces[:, 2:4] - faces[:, :2]).repeat(1, 2)
        around = squares(faces[:, :4] + torch.randn(len(faces), 4) * OFF * span)
        shown = torch.nn.functional.grid_sample(prepared(images)[rows], grid(around, side), align_corners=False)
        tint = torch.empty(len(faces), 3, 1, 1).uniform_(0.85, 1.15)
        goal = (faces[:, 4:14] - around[:, :2].repeat(1, 5)) / around[:, 2:]
        loss = torch.nn.functional.smooth_l1_loss(net((shown + 1) * tint - 1), goal, beta=0.01)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        if step % 50 == 49:
            tell(f"pointer, step {step + 1}: {loss.item():.4f}")
    return net.eval()
