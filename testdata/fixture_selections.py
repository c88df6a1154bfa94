"""Programs that choose rows by a mask computed from the inputs, and what becomes of them: updates in
place, sums and means, mixtures of experts; and those that must be refused."""

import fixture
import torch
from torch import nn

FIXTURES = []
collect = fixture.collector(FIXTURES)

MANY = "has as many rows as a mask has true elements"
MIXES = "which mixes them"


class _Updates(nn.Module):
    """Masked updates, of elements, rows and the last axis."""

    def forward(self, x, w):
        y = x.clone()
        y[y > 0] = y[y > 0] * 2 + 1
        y[y < -1] = 0.5
        mask = (x > 0) & (w < 0)
        z = x.clone()
        z[mask] = w[mask] - x[mask]
        z[mask] += x[mask]
        rows = x.clone()
        rows[x.sum(1) > 0] = rows[x.sum(1) > 0].softmax(-1)
        last = x.clone()
        last[:, w.sum(0) > 0] = last[:, w.sum(0) > 0].abs() + 3
        return y, z, rows, last


@collect("traced", "scripted")
def masked_updates():
    return _Updates(), (torch.randn(3, 5), torch.randn(3, 5))


class _Statistics(nn.Module):
    """Sums, means and extremes over what a mask chose, and how many these are."""

    def forward(self, x, w):
        mask = w > 0
        chosen = x[mask]
        error = ((chosen - w[mask]) ** 2).mean()
        found = torch.nonzero(mask)
        counts = torch.zeros(4).index_add(0, found[:, 0], chosen)
        shifted = x + found.shape[0]
        rows = x[w.sum(1) > -9]
        return (chosen.mean(), chosen.sum(), chosen.max(), chosen.min(), error, counts, shifted,
                torch.masked_select(x, mask).prod(), rows.t() @ rows, rows.mean(0))  # fmt: skip


@collect("traced", "scripted")
def masked_statistics():
    return _Statistics(), (torch.randn(4, 5), torch.randn(4, 5))


class _Experts(nn.Module):
    """Each expert sees the rows that the gate gives it: by torch.where, nonzero and masks."""

    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(4, 3)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.SiLU(), nn.Linear(6, 4))
            for _ in range(3)
        )

    def forward(self, x):
        weights, chosen = torch.topk(self.gate(x).softmax(-1), 2, dim=-1)
        mask = nn.functional.one_hot(chosen, 3).permute(2, 1, 0)
        mixed, last, first = torch.zeros_like(x), torch.zeros_like(x), torch.zeros_like(x)
        for k, expert in enumerate(self.experts):
            place, row = torch.where(mask[k])
            rows = x[None, row].reshape(-1, 4)
            mixed.index_add_(0, row, expert(rows) * weights[row, place, None])
            at = torch.nonzero(chosen[:, 1] == k).squeeze(-1)
            last[at] = expert(x[at])
            mine = chosen[:, 0] == k
            first[mine] = expert(x[mine])
        return mixed, last, first


@collect("traced", "scripted")
def routed_experts():
    return _Experts(), (torch.randn(16, 4),)


def _refused(name, why, forward):
    class Refused(nn.Module):
        pass

    Refused.forward = forward
    make = lambda: (Refused(), (torch.randn(5),))  # noqa: E731
    FIXTURES.append(fixture.Fixture(name, make, refused=why))


_refused("selection_returned", MANY, lambda self, x: x[x > 0] * 2)
_refused("selection_sorted", MIXES, lambda self, x: x[x > 0].sort()[0].sum())
_refused("selection_softmax", MIXES, lambda self, x: x[x > 0].softmax(0).max())
_refused("selections_mixed", MIXES, lambda self, x: (x[x > -90] + x[x < 90]).sum())
