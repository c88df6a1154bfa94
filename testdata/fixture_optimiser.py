"""Models in which tract's optimiser would go wrong, fail or not end, were they written plainly."""

import fixture
import torch
from torch import nn
from torch.nn import functional as F

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)


def traced(axes="", more="", **options):
    flags = f"--dynamic_axes '{axes}' {more}".strip() if axes else ""
    return fixture_of("traced", flags=flags, **options)


@traced("x:1=S,x:2=S,ids:0=B,ids:1=S")
def optimiser_typed_constants():
    """Constants that are not f32, of an open size, where a condition chooses."""

    class Model(nn.Module):
        def forward(self, x, ids):
            n = x.size(1)
            mask = torch.triu(torch.ones(n, n, dtype=torch.bool), 1)
            flags = torch.where(
                x > 0, torch.ones_like(x, dtype=torch.bool), torch.zeros_like(x, dtype=torch.bool)
            )
            nines = torch.where(ids == 1, torch.full_like(ids, 9), ids)
            return x.masked_fill(mask, -1.0), flags, nines, ids.masked_fill(ids > 2, 7)

    sizes = ((2, 5), (1, 1), (3, 4))
    return Model(), [(torch.randn(1, s, s), torch.randint(0, 5, (b, s))) for b, s in sizes]


@traced()
def optimiser_whole_contractions():
    class Model(nn.Module):
        def forward(self, x, y):
            rows = torch.einsum("bchw,bchw->b", x, y)
            return rows, torch.einsum("bchw,bchw->", x, y), torch.tensordot(x, y, 4)

    return Model(), (torch.randn(2, 3, 4, 5), torch.randn(2, 3, 4, 5))


@traced()
def optimiser_same_chain_twice():
    """Means over neighbours: both layers count them."""

    class Model(nn.Module):
        def layer(self, x, edges):
            sent = x.index_select(0, edges[0])
            to = edges[1]
            count = sent.new_zeros(x.size(0)).scatter_add_(0, to, sent.new_ones(sent.size(0)))
            sums = sent.new_zeros(x.shape).scatter_add_(0, to.view(-1, 1).expand_as(sent), sent)
            return sums / count.clamp(min=1).view(-1, 1)

        def forward(self, x, edges):
            return self.layer(self.layer(x, edges), edges)

    return Model(), (torch.randn(6, 4), torch.randint(0, 6, (2, 9)))


@traced()
def optimiser_refinement_rounds():
    """Looks up in maps where it was led to, round after round."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.look = nn.Conv2d(12, 6, 3, padding=1)
            self.move = nn.Conv2d(6, 2, 3, padding=1)

        def forward(self, x, places):
            maps = [x, F.avg_pool2d(x, 2), F.avg_pool2d(x, 3)]
            for _ in range(6):
                grid = places.permute(0, 2, 3, 1)
                seen = [F.grid_sample(m, grid, align_corners=True) for m in maps]
                places = places + 0.1 * self.move(self.look(torch.cat(seen, 1)).tanh())
            return places

    return Model(), (torch.randn(1, 4, 10, 11), torch.rand(1, 2, 5, 5) * 2 - 1)


@traced("x:0=B,x:1=S,bytes:0=B,bytes:1=S,steps:0=B")
def optimiser_integers_by_constants():
    class Model(nn.Module):
        def forward(self, x, bytes, steps):
            results = [x * c for c in (0, 1, -1, 16, 15, -6, 1000003)]
            results += [torch.div(x, c, rounding_mode="trunc") for c in (1, 7, 8, -3)]
            results += [x % 10, x % 8, 100 // (x * x + 1)]
            pairs = torch.stack([x, x + 1], 2)
            results += [pairs * 15, pairs.int() * 16, pairs.int() * -7, pairs // 6, pairs % 6]
            results += [bytes * 3, bytes * 255, bytes // 3]
            rows = torch.arange(1).view(1, 1).repeat(x.size(0), x.size(1))
            return *results, rows * x.size(1) + x, steps[:1] * torch.ones(x.size(0)).long()

    calls = []
    for b, s in ((2, 3), (1, 1), (4, 5)):
        x = torch.randint(-50, 50, (b, s))
        calls.append((x, torch.randint(0, 256, (b, s), dtype=torch.uint8), torch.arange(b) + 3))
    return Model(), calls


@traced("x:2=H,x:3=W,y:2=T")
def optimiser_norms_in_a_row():
    """Means over known and open axes together, three times and more."""

    class Model(nn.Module):
        def forward(self, x, y):
            for _ in range(4):
                x, y = F.group_norm(x, 2), F.group_norm(y, 2)
            return x.mean([2, 3]), y.mean(2)

    sizes = ((8, 12, 5), (3, 2, 4), (5, 5, 9))
    return Model(), [(torch.randn(1, 4, h, w), torch.randn(1, 4, t)) for h, w, t in sizes]


@traced()
def optimiser_nan_bounds():
    """Bounds and divisors that are NaN: all that is compared with them is NaN."""

    class Model(nn.Module):
        def forward(self, x):
            nan = float("nan")
            nans = torch.full((2, 3), nan)
            y = x / torch.full((), nan)
            clamped = x.clamp(min=nan), x.clamp(max=nan), x.double().clamp(max=nan)
            compared = torch.maximum(x, nans), torch.minimum(nans, x), F.relu(y)
            return *clamped, *compared, y.clamp(max=2.0), x.clamp(min=0.5)

    return Model(), (torch.tensor([[-1.0, 0.0, 2.0], [3.0, float("inf"), 0.25]]),)


@traced()
def optimiser_nans_through_relu():
    """NaN comes up of itself, and goes through relu and clamps; its sign is 0."""

    class Model(nn.Module):
        def forward(self, x):
            y = x.log()
            kept = F.relu(y), y.clamp(-1, 1), y.clamp(min=0.5), torch.sign(y), F.hardtanh(x / x)
            pooled = F.lp_pool1d(x.unsqueeze(0), 3.0, 2)
            return *kept, pooled, F.relu6(x.sqrt().mean(1)), F.relu(x), (x / 2).clamp(max=1)

    x = torch.tensor([[-1.0, 0.0, 2.0, 3.0], [float("nan"), float("inf"), -float("inf"), 0.5]])
    return Model(), (x,)


@traced()
def optimiser_quotients_by_constants():
    """Quotients of which the last digit decides: a product with the reciprocal is off by it."""

    class Model(nn.Module):
        def forward(self, x):
            rounded = [torch.div(x, 97, rounding_mode="trunc"), (x / 97).floor(), (x / 49.0).ceil()]
            compared = (x / 97).reshape(-1, 1) >= 1, (x / 49) == 3
            return *rounded, *compared, (x / 49).long(), x / 97, (x / 64).floor()

    steps = torch.arange(-40.0, 41)
    return Model(), (torch.cat([97 * steps, 49 * steps, 96.0 + steps]),)
