"""Products and strided convolutions behind what tract's optimiser would move before them."""

import fixture
import torch
from torch import nn
from torch.nn import functional as F

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)


def traced(axes="", **options):
    return fixture_of("traced", flags=f"--dynamic_axes '{axes}'" if axes else "", **options)


def with_batches(counts, shape, *others):
    return [(torch.randn(n, *shape), *(torch.randn(n, *o) for o in others)) for n in counts]


@traced()
def products_of_repeated_rows():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.line, self.point = nn.Linear(6, 4), nn.Conv1d(7, 4, 1)

        def forward(self, x):
            y = self.line(x.repeat_interleave(3, dim=1))
            z = self.point(F.interpolate(x, scale_factor=3.0))
            return y, z, self.line((x[:, :1].expand(-1, 5, -1) * 1.0).transpose(0, 1))

    return Model(), (torch.randn(2, 7, 6),)


@traced("x:0=B,y:1=S")
def products_of_repeated_rows_open():
    """Without its broadcast the result would have one row."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.line, self.joined = nn.Linear(6, 4), nn.Linear(8, 4)

        def forward(self, x, y):
            rows = x.unsqueeze(1).expand(-1, y.size(1), -1)
            pairs = torch.cat([rows, y.expand(x.size(0), -1, -1)], 2)
            return self.line(rows.flatten(0, 1) + 0.0), self.joined(pairs)

    return Model(), [(torch.randn(b, 6), torch.randn(1, s, 2)) for b, s in ((2, 3), (1, 1), (3, 5))]


@traced()
def products_of_expanded_images():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Conv2d(4, 5, 1), nn.Conv2d(5, 6, 1)
            self.c = nn.ConvTranspose2d(5, 3, 2)

        def forward(self, x):
            y = self.a(x).expand(3, -1, -1, -1)
            return self.b(y), self.c(y)

    return Model(), (torch.randn(1, 4, 6, 8),)


@traced()
def products_that_sum_what_was_expanded():
    """Without its broadcast the sum would have one term."""

    class Model(nn.Module):
        def forward(self, x, w, y):
            each = torch.matmul(x.expand(2, 3, 5), w)
            heads = y.unsqueeze(2).expand(-1, -1, 2, -1, -1).reshape(2, 6, 4, 5)
            return each, torch.einsum("bhij,bhik->bjk", heads, heads)

    return Model(), (torch.randn(2, 3, 1), torch.randn(5, 4), torch.randn(2, 3, 4, 5))


@traced("q:0=B,kv:0=B,kv:2=S")
def products_of_shared_heads():
    """Keys that several heads share: the queries have the size."""

    class Model(nn.Module):
        def forward(self, q, kv):
            k = kv.unsqueeze(2).expand(-1, -1, 3, -1, -1).flatten(1, 2)
            return F.scaled_dot_product_attention(q, k, k)

    sizes = ((2, 5), (1, 1), (3, 4))
    return Model(), [(torch.randn(b, 6, 7, 4), torch.randn(b, 2, s, 4)) for b, s in sizes]


@traced()
def strides_of_chosen_rows():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.c, self.d = nn.Conv2d(2, 3, 1, stride=2), nn.Conv2d(2, 3, 1, stride=(2, 1))

        def forward(self, x):
            y = torch.cat([x, x * 0.5], 0)
            parts = [self.c(x[:, :, ::2]), self.c(x)[:, :, :, 1::2], self.d(x[:, :, 1:].softmax(2))]
            parts += [self.c(y.softmax(3).sigmoid()), self.c(torch.rot90(x[:, :, ::2], 1, [2, 3]))]
            return *parts, self.d(F.max_pool2d(self.d(x).mean(1, True), 3, 1, 1).expand(-1, 2, -1, -1))

    return Model(), (torch.randn(1, 2, 12, 8),)


@traced("x:0=B")
def strides_behind_products_open():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Conv2d(4, 6, 1), nn.Conv2d(6, 5, 1, stride=2)
            self.c, self.d = nn.Conv2d(4, 6, 3, padding=1), nn.Conv2d(4, 6, 1, stride=2)

        def forward(self, x):
            y = F.relu(self.c(x))[:, :, 1:, 1:]
            z = F.relu(x)
            return self.b(F.relu(self.a(x))), self.b(y), self.c(z)[:, :, ::2, ::2] + self.d(z)

    return Model(), with_batches((2, 1, 3), (4, 8, 8))


@traced("x:2=T")
def strides_along_an_open_axis():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Conv1d(4, 4, 1, stride=2), nn.Linear(4, 4)

        def forward(self, x):
            y = self.b(x.transpose(1, 2)).transpose(1, 2)
            z = x.repeat_interleave(2, dim=2)
            return self.a(y), y.flip(2), z.flip(2), self.a(z.softmax(2)), x.softmax(2)[:, :, 1::2]

    return Model(), [(torch.randn(2, 4, t),) for t in (7, 2, 12)]


@traced("x:1=W")
def strides_from_an_open_begin():
    class Model(nn.Module):
        def forward(self, x):
            x = x.clone()
            x[:, 2:-2:2].clamp_(min=0)
            return x

    return Model(), [(torch.randn(1, w),) for w in (9, 12, 4)]


@traced()
def factors_that_are_no_number_together():
    """Products with constants behind one another, whose product overflows or vanishes."""

    class Factors(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("rows", torch.tensor([[1e25], [1.0], [1e30]]))

        def forward(self, x, half):
            small, large = x * 1e-30, x * 1e10
            return (small * 1e20 * 1e25, large * 1e-25 * 1e-25, small.reshape(3, 2).t() * 1e-5 / 1e-30 / 1e-20,
                    x * 0.0 * 1e30, half * 300 * 300, (small.view(3, 2) * 1e10 * self.rows) * 1e15)

    return Factors(), (torch.tensor([[0.0, 1.0, -2.0], [1e-5, 3e2, 5.0]]), torch.tensor([0.0, 1e-3, 0.5]).half())
