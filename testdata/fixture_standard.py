"""Models that the standard has words for only by detours: integers computed as scalars, sorting,
scatters at known positions, running reductions, one weight in two shapes."""

import fixture
import torch
from torch import nn

FIXTURES = []
collect = fixture.collector(FIXTURES)


class _Pixels(nn.Module):
    """Bytes to normalised channels, and a histogram-like count."""

    def forward(self, image, other):
        difference = (image.int() - other.int()).abs()
        wrapped = image + other  # wraps around at 256
        halves = torch.div(image, 2, rounding_mode="floor") + wrapped % 7
        return difference.sum(2), wrapped.float() / 255, halves, (image > 100) ^ (other > 100)


@collect()
def pixels():
    image = torch.arange(24, dtype=torch.uint8).reshape(2, 3, 4) * 9
    return _Pixels(), (image, image.flip(2) + 60)


class _Ranked(nn.Module):
    """The best of each row with their places, in both orders, and by computed indices."""

    def forward(self, scores):
        best, places = scores.topk(2, dim=1)
        order = scores.argsort(dim=0, descending=True)
        middle = scores.median(dim=1)
        picked = scores.gather(1, (places + 1) % scores.size(1))
        return best, places, order, middle.values, middle.indices, picked


@collect()
def ranked_scores():
    return _Ranked(), (torch.randn(3, 5),)


class _Running(nn.Module):
    def forward(self, x):
        y = x.cumsum(1) + x.cumprod(0) + x.flip(1).cummax(1).values
        rows = torch.zeros(4, 5).index_add(0, torch.tensor([2, 0, 2]), x)
        rows[torch.tensor([1, 3]), torch.tensor([0, 4])] = x[0, :2]
        return y, rows, x.prod(1), torch.round(x * 2), torch.erf(x), x.amax(1), x.isinf()


@collect()
def running_reductions():
    x = torch.randn(3, 5)
    x[0, 1], x[1, 2], x[2, 0] = float("nan"), float("inf"), 0.25
    return _Running(), (x,)


class _Tied(nn.Module):
    """A language model's head that shares its weight with the embedding."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(11, 6)
        self.head = nn.Linear(6, 11, bias=False)
        self.head.weight = self.words.weight

    def forward(self, ids):
        logits = self.head(nn.functional.gelu(self.words(ids)))
        return logits, logits.argmax(-1)


@collect()
def tied_head():
    return _Tied(), (torch.tensor([[1, 5, 3], [0, 10, 2]]),)


@collect()
def resized_maps():
    class Resized(nn.Module):
        def forward(self, x):
            return [
                nn.functional.interpolate(x, size=(5, 8), mode=mode, align_corners=corners)
                for mode, corners in (("bilinear", False), ("bilinear", True), ("bicubic", False))
            ] + [nn.functional.interpolate(x, size=(5, 8), mode="nearest")]

    return Resized(), (torch.randn(1, 2, 3, 4),)
