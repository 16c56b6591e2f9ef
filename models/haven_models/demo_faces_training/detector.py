"""Training the detector: which cells are to find which face, and the loss."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from haven_models.demo_faces_training.nets import ANCHORS, FIELDS, STRIDES, detector

if TYPE_CHECKING:
    import torch

SIZES = ((8, 22), (22, 40), (40, 62), (62, 95), (95, 150), (150, 1000))
"""Which faces are found by which anchor of which stride: the root of their area, in pixels, from and to."""
LOOSE = 1.25
"""A face that is up to this much too small or too large for an anchor may be found by it too."""
NEAR = 0.26
"""A face is found by the cells that are this near to its middle, as a part of its width and height."""


def cells(side: int) -> "tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]":
    """Return x, y, stride and anchor (0 to 5) of all cells of a square picture, in the order of the net's output."""
    import torch

    parts: list[list[torch.Tensor]] = [[], [], [], []]
    for level, stride in enumerate(STRIDES):
        count = side // stride
        rows, columns, anchors = torch.meshgrid(
            torch.arange(count), torch.arange(count), torch.arange(ANCHORS), indexing="ij"
        )
        of = (columns * stride, rows * stride, torch.full_like(rows, stride), anchors + ANCHORS * level)
        for part, values in zip(parts, of, strict=True):
            part.append(values.flatten().float())
    x, y, stride_of, anchor = (torch.cat(part) for part in parts)
    return x, y, stride_of, anchor.long()


def wanted(truth: "torch.Tensor", side: int) -> "tuple[torch.Tensor, torch.Tensor]":
    """Return for pictures' truth (n, MOST, 15) labels (n, cells), 1 face, 0 none, -1 either, and goals (n, cells, 14).

    Goals are distances to the box and to the landmarks in strides.
    """
    import torch

    x, y, stride, anchor = cells(side)
    low, high = (torch.tensor([size[end] for size in SIZES], dtype=torch.float32)[anchor] for end in (0, 1))
    labels = torch.zeros(len(truth), len(x))
    goals = torch.zeros(len(truth), len(x), FIELDS - 1)
    for column in range(truth.shape[1]):
        face = truth[:, column, None, :]  # (n, 1, 15)
        left, top, right, bottom = (face[..., part] for part in range(4))
        wide, tall = right - left, bottom - top
        size = (wide * tall).clamp(min=0).sqrt()
        dx, dy = (x - (left + right) / 2).abs(), (y - (top + bottom) / 2).abs()
        # However small a face is, the cell nearest to its middle finds it.
        close = (dx <= (wide * NEAR).clamp(min=0) + stride * 0.25) & (dy <= tall * NEAR + stride * 0.25)
        fits = (size >= low) & (size < high)
        loosely = (size >= low / LOOSE) & (size < high * LOOSE)
        there = face[..., 14]
        found = (there > 0) & close & fits
        either = ((there < 0) & (dx < wide / 2) & (dy < tall / 2)) | ((there > 0) & close & loosely)
        labels = torch.where(either & (labels == 0), torch.full_like(labels, -1), labels)
        labels = torch.where(found, torch.ones_like(labels), labels)
        edges = torch.stack([x - left, y - top, right - x, bottom - y], dim=-1)
        marks = face[..., 4:14] - torch.stack([x, y] * 5, dim=-1)
        goals = torch.where(found[..., None], torch.cat([edges, marks], dim=-1) / stride[:, None], goals)
    return labels, goals


def loss_of(given: "torch.Tensor", labels: "torch.Tensor", goals: "torch.Tensor") -> "tuple[torch.Tensor, ...]":
    """Return the losses of scores, boxes and landmarks for the net's output (n, cells, FIELDS)."""
    import torch

    logits = given[..., 0]
    face = labels == 1
    count = face.sum().clamp(min=1)
    target = face.float()
    plain = torch.nn.functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    sure = torch.where(face, logits.sigmoid(), 1 - logits.sigmoid())
    weight = torch.where(face, 0.75, 0.5) * (1 - sure) ** 2
    score = (plain * weight * (labels >= 0)).sum() / count
    told, goal = given[face], goals[face]
    size = (goal[:, 0] + goal[:, 2]).mul(goal[:, 1] + goal[:, 3]).sqrt()[:, None]
    box = 1 - _overlap(told[:, 1:5], goal[:, :4])
    marks = torch.nn.functional.smooth_l1_loss(told[:, 5:] / size, goal[:, 4:] / size, beta=0.03, reduction="none")
    edges = torch.nn.functional.smooth_l1_loss(told[:, 1:5] / size, goal[:, :4] / size, beta=0.05, reduction="none")
    return score, (box.sum() + edges.sum()) / count, marks.sum() / count


def _overlap(told: "torch.Tensor", goal: "torch.Tensor") -> "torch.Tensor":
    """Return intersection over union of boxes around the same points, given as distances."""
    import torch

    told = told.clamp(min=0.01)
    least = torch.minimum(told, goal)
    both = (least[:, 0] + least[:, 2]) * (least[:, 1] + least[:, 3])
    areas = [(one[:, 0] + one[:, 2]) * (one[:, 1] + one[:, 3]) for one in (told, goal)]
    return both / (areas[0] + areas[1] - both)


def prepared(pictures: NDArray[np.uint8]) -> "torch.Tensor":
    """Return pictures (n, height, width, 3) as the net takes them."""
    import torch

    return (torch.from_numpy(pictures).permute(0, 3, 1, 2).float() - 127.5) / 128


def train_detector(
    pictures: NDArray[np.uint8],
    truth: NDArray[np.float32],
    steps: int,
    *,
    batch: int = 16,
    rate: float = 3e-3,
    seed: int = 5,
    tell: Callable[[str], None] = print,
) -> Any:
    """Train a detector on windows and their truth, as pictures.draw_windows returns them; returns it ready for use."""
    import torch

    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    net = detector().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.1)
    side = pictures.shape[1]
    net.train()
    for step in range(steps):
        chosen = np.sort(dice.choice(len(pictures), min(batch, len(pictures)), replace=False))
        images, faces = mirrored(pictures[chosen], truth[chosen], dice)
        tint = torch.from_numpy(dice.uniform(0.85, 1.15, (len(chosen), 3, 1, 1)).astype(np.float32))
        shown = ((prepared(images) + 1) * tint - 1).contiguous(memory_format=torch.channels_last)
        given = torch.cat(net(shown), dim=1)
        labels, goals = wanted(torch.from_numpy(faces), side)
        score, box, marks = loss_of(given, labels, goals)
        loss = score + box + marks
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 49:
            told = f"scores {score.item():.3f}, boxes {box.item():.3f}, marks {marks.item():.3f}"
            tell(f"detector, step {step + 1}: {told}")
    return net.eval()


def mirrored(
    pictures: NDArray[np.uint8], truth: NDArray[np.float32], dice: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return copies, half of them seen in a mirror, where left eyes are right eyes."""
    pictures, truth = pictures.copy(), truth.copy()
    side = pictures.shape[2] - 1
    for number in np.flatnonzero(dice.random(len(pictures)) < 0.5):
        pictures[number] = pictures[number, :, ::-1]
        faces = truth[number].copy()
        faces[:, [0, 2]] = side - truth[number][:, [2, 0]]
        for mark, from_mark in enumerate((1, 0, 2, 4, 3)):
            faces[:, 4 + 2 * mark] = side - truth[number][:, 4 + 2 * from_mark]
            faces[:, 5 + 2 * mark] = truth[number][:, 5 + 2 * from_mark]
        truth[number] = faces
    return pictures, truth
