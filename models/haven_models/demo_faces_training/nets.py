"""The three nets, of depthwise and pointwise convolutions, small enough to be trained on a processor."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

STRIDES = (8, 16, 32)
ANCHORS = 2
FIELDS = 15
"""A cell's numbers: a score's logit, four distances to the box, ten to the landmarks, in strides."""
CUT = 48
"""Pixels of a face in which landmarks are looked for."""


def block(torch: Any, before: int, after: int, stride: int = 1, kernel: int = 3) -> Any:
    """A depthwise convolution and a pointwise one."""
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(before, before, kernel, stride, kernel // 2, groups=before, bias=False),
        nn.BatchNorm2d(before),
        nn.ReLU(inplace=True),
        nn.Conv2d(before, after, 1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )


def stem(torch: Any, width: int) -> Any:
    """A convolution to a quarter of the sides at once: most time would go into what is larger than that."""
    nn = torch.nn
    return nn.Sequential(nn.Conv2d(3, width, 7, 4, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True))


def detector(width: int = 16) -> "torch.nn.Module":
    """Return a net from (n, 3, height, width), about -1 to 1, to a (n, cells, FIELDS) for each of STRIDES.

    Cells go from left to right, rows from the top, ANCHORS a place, as in SCRFD. Sides must be multiples of 32.
    """
    import torch

    nn = torch.nn
    neck = width * 5 // 2

    class Detector(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fine = nn.Sequential(
                stem(torch, width * 3 // 2),
                block(torch, width * 3 // 2, neck, 2),
                block(torch, neck, neck),
            )
            self.middle = nn.Sequential(
                block(torch, neck, width * 4, 2),
                block(torch, width * 4, width * 4),
                block(torch, width * 4, width * 4, kernel=5),
            )
            self.coarse = nn.Sequential(
                block(torch, width * 4, width * 6, 2),
                block(torch, width * 6, width * 6, kernel=5),
                block(torch, width * 6, width * 6, kernel=5),
            )
            self.sides = nn.ModuleList([nn.Conv2d(wide, neck, 1) for wide in (neck, width * 4, width * 6)])
            self.heads = nn.ModuleList(
                [
                    nn.Sequential(
                        block(torch, neck, neck), block(torch, neck, neck), nn.Conv2d(neck, ANCHORS * FIELDS, 1)
                    )
                    for _ in STRIDES
                ]
            )
            start = torch.zeros(ANCHORS, FIELDS)
            start[:, 0] = -5.0  # most cells are of no face
            start[:, 1:5] = 2.0
            for head in self.heads.children():
                last: Any = list(head.children())[-1]
                last.bias.data = start.flatten().clone()

        def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, ...]:
            fine = self.fine(pictures)
            middle = self.middle(fine)
            coarse = self.sides[2](self.coarse(middle))
            middle = self.sides[1](middle) + nn.functional.interpolate(coarse, scale_factor=2.0)
            fine = self.sides[0](fine) + nn.functional.interpolate(middle, scale_factor=2.0)
            return tuple(
                head(level).permute(0, 2, 3, 1).reshape(pictures.shape[0], -1, FIELDS)
                for head, level in zip(self.heads, (fine, middle, coarse), strict=True)
            )

    return Detector()


def pointer(width: int = 16) -> "torch.nn.Module":
    """Return a net from faces cut out by their boxes (n, 3, CUT, CUT) to their landmarks (n, 10), as shares of CUT.

    The middle of the cut is 0, 0. On their own the cells of so small a detector learn where faces are, but hardly how
    they are turned.
    """
    import torch

    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(3, width, 3, 2, 1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
        block(torch, width, width * 2, 2),
        block(torch, width * 2, width * 2),
        block(torch, width * 2, width * 4, 2),
        block(torch, width * 4, width * 4),
        nn.Flatten(),
        nn.Linear(width * 4 * (CUT // 8) ** 2, 10),
    )


def embedder(width: int = 36, vector: int = 128) -> "torch.nn.Module":
    """Return a net from aligned faces (n, 3, 112, 112), -1 to 1, to vectors (n, `vector`) of any length."""
    import torch

    nn = torch.nn

    class Residual(nn.Module):
        def __init__(self, wide: int) -> None:
            super().__init__()
            self.inner = block(torch, wide, wide)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y: torch.Tensor = x + self.inner(x)
            return y

    last = width * 20 // 3
    return nn.Sequential(
        stem(torch, width),
        Residual(width),
        block(torch, width, width * 2, 2),
        Residual(width * 2),
        Residual(width * 2),
        Residual(width * 2),
        block(torch, width * 2, width * 10 // 3, 2),
        Residual(width * 10 // 3),
        Residual(width * 10 // 3),
        nn.Conv2d(width * 10 // 3, last, 1, bias=False),
        nn.BatchNorm2d(last),
        nn.ReLU(inplace=True),
        # Where something is in an aligned face matters, so each place has a weight of its own.
        nn.Conv2d(last, last, 7, groups=last, bias=False),
        nn.BatchNorm2d(last),
        nn.Flatten(),
        nn.Linear(last, vector, bias=False),
        nn.BatchNorm1d(vector),
    )
