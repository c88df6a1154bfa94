"""Scripted programs: branches and loops that the inputs' values or open sizes decide."""

import math
from typing import List, Optional

import fixture
import torch
from torch import nn

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)
scripted = fixture_of("scripted")


@scripted
def branch_on_values():
    """A condition on the inputs' values: both sides, chosen by a select."""

    class Model(nn.Module):
        def forward(self, x):
            if x.sum() > 0:
                y = x * 2
                n = 1
            else:
                y = x - 1
                n = 2
            z = x + 3 if bool((x > 10).any()) else x * 0.5
            if x.mean() < 100:
                z = z + y
            elif x.mean() < 1000:
                z = z - y
            return y, z

    return Model(), (torch.randn(2, 3),)


@scripted
def tensors_of_empty_lists():
    """torch.tensor of lists without items: the dtype is that of what they would hold."""

    class Model(nn.Module):
        none_yet: List[int]

        def __init__(self):
            super().__init__()
            self.none_yet = []

        def forward(self, x):
            ints: List[int] = []
            floats: List[float] = []
            bools: List[bool] = []
            some = [1, 2, 3]
            popped = [4]
            popped.pop()
            copied = [i + 1 for i in ints]
            dtypes = [
                torch.tensor(ints).dtype,
                torch.tensor(floats).dtype,
                torch.tensor(bools).dtype,
                torch.tensor([ints]).dtype,
                torch.tensor(some[:0]).dtype,
                torch.tensor(ints + some[3:]).dtype,
                torch.tensor(x.sum().size()).dtype,
                torch.tensor(popped).dtype,
                torch.tensor([1.5][1:]).dtype,
                torch.tensor(copied).dtype,
                torch.tensor(some * 0).dtype,
                torch.tensor(self.none_yet).dtype,
            ]
            return x + 1, torch.tensor(dtypes)

    return Model(), (torch.randn(2),)


@scripted
def branch_on_values_returns():
    class Model(nn.Module):
        def choose(self, x, limit: float):
            if x.abs().max() > limit:
                return x.clamp(-1.0, 1.0)
            y = x + 1
            if y.min() < -5.0:
                return -y
            return y

        def forward(self, x):
            return self.choose(x, 0.1), self.choose(x, 100.0)

    return Model(), (torch.randn(2, 3),)


@scripted
def branch_on_values_writes():
    """In-place writes and list items set on one side."""

    class Model(nn.Module):
        def forward(self, x):
            y = torch.zeros_like(x)
            view = y[0]
            items = [x, x * 2]
            if x[0, 0] > 0:
                y[:, 1] = 5.0
                items[0] = x + 7
            else:
                view.add_(x[1])
            return y, view, items[0]

    return Model(), (torch.randn(2, 3),)


@fixture_of("scripted", flags="--inputs 'x=f32[S,3];h=f32[4]'")
def loop_over_open_size():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.Linear(7, 4)

        def forward(self, x, h):
            out: List[torch.Tensor] = []
            for t in range(x.size(0)):
                h = torch.tanh(self.cell(torch.cat([x[t], h])))
                out.append(h * 2)
            return torch.stack(out), h

    return Model(), (torch.randn(5, 3), torch.randn(4))


@fixture_of("scripted", flags="--inputs 'x=f32[S,4]'")
def loop_over_open_size_backwards():
    """A loop from the end, a first pass unlike the others, items set in place, a running count."""

    class Model(nn.Module):
        def forward(self, x):
            best: Optional[torch.Tensor] = None
            n = 0
            total = 0.0
            out = torch.zeros_like(x)
            rows: List[torch.Tensor] = []
            for t in range(x.size(0) - 1, -1, -1):
                row = x[t]
                if best is None:
                    best = row
                else:
                    best = torch.maximum(best, row)
                if row.sum() > 0:
                    total += 1.5
                n += 2
                out[t] = best * t
                rows.append(best)
            assert best is not None
            return best * n, out, torch.stack(rows[::-1], 1), x * total

    return Model(), (torch.randn(6, 4),)


@fixture_of("scripted", refused="how often a loop runs depends on the inputs' values")
def refused_loop_on_values():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(3, 3)

        def forward(self, x):
            while x.norm() > 1:
                x = self.inner(x) / 2
            return x

    return Model(), (torch.randn(2, 3),)


@fixture_of("scripted", refused="a list has 2 or 1 items, as a condition on the inputs' values decides")
def refused_branch_with_effects():
    class Model(nn.Module):
        def forward(self, x):
            kept: List[torch.Tensor] = [x]
            if x.sum() > 0:
                kept.append(x * 2)
            return torch.stack(kept)

    return Model(), (torch.randn(2, 3),)


@fixture_of("scripted", refused="'y' is f32[2,3] or f32[2,1]")
def refused_branch_of_other_shape():
    class Model(nn.Module):
        def forward(self, x):
            if x.sum() > 0:
                y = x * 2
            else:
                y = x.sum(1, keepdim=True)
            return y + 1

    return Model(), (torch.randn(2, 3),)


@fixture_of("scripted", flags="--inputs 'x=f32[S,T]'")
def loop_in_a_loop_over_open_sizes():
    class Model(nn.Module):
        def forward(self, x):
            total = torch.zeros(1)
            out: List[torch.Tensor] = []
            for i in range(x.size(0)):
                h = torch.zeros(1)
                for j in range(x.size(1)):
                    h = torch.tanh(h + x[i, j])
                total = total + h
                out += [total]
            rows = torch.zeros(x.size(1))
            for row in x.unbind(0):
                rows = rows * 0.5 + row
            return torch.cat(out), rows

    return Model(), (torch.randn(3, 5),)


@scripted
def numbers_from_values():
    """Numbers that the inputs decide are tensors of rank 0 in the graph."""

    class Model(nn.Module):
        def forward(self, x):
            top = float(x.max())
            n = int(x.abs().sum())
            scale = top * 2 + 1
            if n > 2 and top < 100:
                scale = scale - n
            whole = math.floor(scale)
            ones = torch.ones(2, dtype=torch.int64)
            return x * scale, torch.tensor([top, scale]), x + (n // 2), ones * whole

    return Model(), (torch.randn(2, 3),)


@scripted
def results_that_are_the_argument():
    """What gives its argument back: that becomes another view where the result does."""

    class Unchanged(nn.Module):
        def forward(self, x):
            a, b, c, d = x + 1, x + 2, x + 3, x + 4
            a.contiguous().unsqueeze_(-2)
            # A call that is not known to share and whose result nobody uses is left out by torch.
            dropped = torch.dropout(b, 0.5, False).transpose_(0, 1)
            c.to(torch.float32).flatten(1, 1).unsqueeze_(0)
            ranked = torch.atleast_2d(torch.real(d)).positive().squeeze_(0)
            # These are others, of the same memory.
            e, f = x + 5, x + 6
            e.reshape(e.shape).unsqueeze_(0)
            e.view(e.shape).t_()
            f.t().contiguous().unsqueeze_(0)
            f.detach().mul_(2)
            return a, b, dropped, c, d, ranked, e, f

    return Unchanged(), (torch.randn(1, 3),)


@scripted
def bools_without_an_element():
    """And sums along nothing."""

    class Empty(nn.Module):
        def forward(self, x):
            none = torch.zeros([0, 3]) > 0
            return none, none & (x[:0] > 0), torch.cat([none, x > 0]), x[:0].cumsum(0), x[:, 3:].cumsum(1)

    return Empty(), (torch.randn(2, 3),)
