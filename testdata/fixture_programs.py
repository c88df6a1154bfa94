"""What a program does around the layers: sizes, views, in-place writes, control flow, sharing."""

from typing import Dict, List, Optional, Tuple

import fixture
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations, weight_norm

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)


@fixture_of("traced", "scripted")
def sizes_and_views():
    """Sizes as traced code has them: 0-dim tensors that arithmetic is done on."""

    class Model(nn.Module):
        def forward(self, x):
            batch, channels, height, width = x.shape
            y = x.view(batch, channels * height, width)
            y = y.reshape(batch, -1, width // 2, 2).mean(-1)
            rows = y.size(1) // 3 + height % 4
            z = y[:, :rows, 1:].permute(0, 2, 1).contiguous().view(batch, -1)
            half = x.shape[-1] / 2
            return y.flatten(1), z * half, torch.full_like(x[..., 0], float(rows))

    return Model(), (torch.randn(2, 3, 4, 6),)


@fixture_of("traced", "scripted")
def in_place_writes():
    class Model(nn.Module):
        def forward(self, x):
            y = x * 2
            alias = y[:, 1:]
            y[:, 0] = 1.5
            y[1:, ::2] += x[1:, ::2]
            alias.mul_(3).clamp_(-4, 4)
            y.t()[3].zero_()
            alias[0].copy_(x[0, :-1])
            F.relu_(y[0])
            z = torch.zeros_like(x)
            z[:, 2:4] = alias[:, :2]
            return y, alias, z

    return Model(), (torch.randn(3, 5),)


@fixture_of("traced", "scripted")
def writes_through_views():
    """Diagonals, windows and strided readings are written to; views take a tensor's place."""

    class Model(nn.Module):
        def forward(self, x):
            y = x * 2
            y.diagonal(1).fill_(7)
            y.unfold(1, 2, 2)[:, 1].mul_(-1)
            torch.as_strided(y, [2, 3], [7, 2], 3).add_(0.5)
            windows = y.unfold(0, 3, 1)
            y[0, 0] = 9
            z = x.clone()
            z.transpose_(0, 1).unsqueeze_(0)
            z[:, 1:3].zero_()
            z.squeeze_(0).t_()
            a, b = y.chunk(2, dim=1)
            b.sub_(a)
            return y, windows, z, torch.stack([a, b, a * b], dim=-2)

    return Model(), (torch.randn(5, 6),)


@fixture_of("traced", "scripted")
def index_rules():
    """Where the axes of index tensors land, negative indices, masks, indexed writes."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("rows", torch.tensor([[0, -1], [2, 1]]))
            self.register_buffer("columns", torch.tensor([3, -2]))
            self.register_buffer("keep", torch.tensor([True, False, True]))

        def forward(self, x, at, mask):
            adjacent = x[:, self.rows, self.columns]
            apart = x[self.columns - 1, :, self.columns]
            known = x[:, self.keep][:, :, at]
            y = x.clone()
            y[:, at, at] = 1.5
            y.index_put_([at], x[0], accumulate=True)
            y[mask] = 0
            z = torch.masked_scatter(x, mask, -x)
            return adjacent, apart, known, y, z, x.index_fill(2, at, 3.0)

    x = torch.randn(4, 3, 5)
    return Model(), (x, torch.tensor([-1, 0, 1, 0]), x > 0.3)


@fixture_of()
def shared_weights():
    """One weight used twice, and weights that are parts of one storage."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(4, 4)
            self.second = nn.Linear(4, 4)
            self.second.weight = self.first.weight
            self.register_buffer("flat", torch.randn(40))
            self.register_buffer("tail", self.flat[8:24].view(4, 4))
            self.register_buffer("turned", self.flat[24:40].view(4, 4).t())
            self.register_buffer("row", torch.randn(1, 4).expand(3, 4))

        def forward(self, x):
            y = self.second(self.first(x))
            return y @ self.tail + y @ self.turned + self.row, self.flat[:4] * y[0]

    return Model(), (torch.randn(3, 4),)


@fixture_of()
def weight_norms():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.hooked = weight_norm(nn.Conv1d(3, 4, 3))
            self.parametrized = parametrizations.weight_norm(nn.Linear(6, 5), dim=0)
            self.spectral = parametrizations.spectral_norm(nn.Linear(5, 5))

        def forward(self, x):
            return self.spectral(self.parametrized(self.hooked(x)))

    return Model(), (torch.randn(2, 3, 8),)


@fixture_of()
def dropout_in_eval():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Dropout(0.3), nn.Linear(4, 4), nn.AlphaDropout(0.2))
            self.spatial = nn.Dropout2d(0.5, inplace=True)

        def forward(self, x):
            return self.spatial(self.layers(F.dropout(x, 0.9, self.training)))

    return Model(), (torch.randn(1, 2, 3, 4),)


@fixture_of("traced", "scripted")
def nested_outputs():
    """Outputs in tuples, lists and dicts become outputs in order."""

    class Model(nn.Module):
        def forward(self, x, y) -> Tuple[List[torch.Tensor], Dict[str, torch.Tensor]]:
            return [x + y, x], {"out": x * y, "aux": y}

    return Model(), (torch.randn(2, 3), torch.randn(3))


@fixture_of("traced", "scripted")
def unused_input():
    class Model(nn.Module):
        def forward(self, x, unused, index):
            return x[:, 1:] - 1.0, index + 1

    return Model(), (torch.randn(2, 3), torch.randn(4), torch.tensor([1, 2]))


@fixture_of()
def embedding_lookup():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(10, 4, padding_idx=0)

        def forward(self, ids, mask):
            return self.table(ids).masked_fill(mask.unsqueeze(-1), 0.0).sum(1)

    ids = torch.tensor([[1, 9, 0], [3, 3, 7]])
    return Model(), (ids, ids == 3)


@fixture_of()
def constant_inputs():
    """Much that folds away: values made of constants, and 0-dim tensors among them."""

    class Model(nn.Module):
        def forward(self, x):
            positions = torch.arange(x.shape[1], dtype=torch.float32)
            scale = torch.tensor(2.0).sqrt() / torch.ones(()).exp()
            mask = torch.tril(torch.ones(x.shape[1], x.shape[1])).bool()
            scores = x.unsqueeze(-1) * positions * scale
            return scores.masked_fill(~mask, -1e9), x.pow(2).sum(dim=1, keepdim=True).rsqrt()

    return Model(), (torch.randn(2, 4),)


@fixture_of("scripted", "frozen")
def control_flow():
    class Gate(nn.Module):
        def __init__(self, width: int):
            super().__init__()
            self.linear = nn.Linear(width, width)

        def forward(self, x, scale: Optional[float] = None):
            if scale is not None:
                x = x * scale
            return torch.sigmoid(self.linear(x))

    class Model(nn.Module):
        limit: int

        def __init__(self):
            super().__init__()
            self.gates = nn.ModuleList([Gate(4), Gate(4), Gate(4)])
            self.limit = 2

        def forward(self, x):
            if x.dim() != 2:
                raise ValueError(f"expected 2 dimensions, got {x.dim()}")
            seen: List[torch.Tensor] = []
            for i, gate in enumerate(self.gates):
                if i >= self.limit:
                    x = gate(x, 0.5)
                else:
                    x = gate(x)
                if i % 2 == 0:
                    seen.append(x)
            count = 0
            while count < x.size(0):
                count += 2
            assert len(seen) == 2
            return torch.cat(seen, dim=1) + float(count)

    return Model(), (torch.randn(3, 4),)


@fixture_of("scripted")
def early_returns():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.names = {"relu": 0, "tanh": 1}
            self.kind = "tanh"

        def act(self, x):
            if self.kind == "relu":
                return F.relu(x)
            for name, code in self.names.items():
                if name == self.kind and code == 1:
                    return torch.tanh(x)
            return x

        def forward(self, x):
            if self.training:
                return x
            return self.act(x) if x.shape[0] > 1 else x

    return Model(), (torch.randn(2, 3),)


@fixture_of(refused="aten::_unique2")
def refused_data_dependent_size():
    class Model(nn.Module):
        def forward(self, x):
            return torch.unique(x > 0).sum()

    return Model(), (torch.randn(4),)
