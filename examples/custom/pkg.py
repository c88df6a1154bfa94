"""What users have that nobody else has: operators made by torch.library, and modules."""

import torch
from torch import nn
from torch.nn import functional as F

LIBRARY = torch.library.Library("mylib", "DEF")
LIBRARY.define("fused_norm(Tensor x, Tensor weight, float eps=1e-5) -> Tensor")
LIBRARY.define("twice(Tensor x) -> Tensor")
LIBRARY.define("selective_scan(Tensor u, Tensor delta, Tensor a, Tensor b, Tensor c) -> Tensor")


def fused_norm(x, weight, eps=1e-5):
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + eps) * weight


def selective_scan(u, delta, a, b, c):
    h = u.new_zeros(u.shape[0], u.shape[2], a.shape[1])
    rows = []
    for t in range(u.shape[1]):
        dt = delta[:, t, :, None]
        h = (dt * a).exp() * h + dt * u[:, t, :, None] * b[:, t, None]
        rows.append((h * c[:, t, None]).sum(-1))
    return torch.stack(rows, 1)


def twice(x):
    return torch.cat([x, x], 1)


LIBRARY.impl("twice", twice, "CompositeExplicitAutograd")
for _function in (fused_norm, selective_scan):
    LIBRARY.impl(_function.__name__, _function, "CompositeExplicitAutograd")
    torch.library.register_fake(f"mylib::{_function.__name__}", lambda x, *_: torch.empty_like(x))


class Attention(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        b, s, width = x.shape
        parts = self.qkv(x).reshape(b, s, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4).unbind(0)
        y = F.scaled_dot_product_attention(q, k, v)
        return self.proj(y.transpose(1, 2).reshape(b, s, width))


class Cell(nn.Module):
    """Uses its second argument first, and computes its second result first."""

    def __init__(self, width: int):
        super().__init__()
        self.u, self.w = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x, h):
        n = torch.tanh(self.u(h) * 0.5 + self.w(x))
        return n * 2, n


class Mix(nn.Module):
    """Takes a number too."""

    def forward(self, x, h, share: float = 0.5):
        return torch.tanh(h) * share - x


class Twice(nn.Module):
    def forward(self, x):
        return torch.ops.mylib.twice(x) + 1


class TwiceQuantized(nn.Module):
    def forward(self, x):
        q = torch.quantize_per_tensor(x, 0.1, 0, torch.quint8)
        return torch.ops.mylib.twice(q).dequantize()


class Gate(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.gate = nn.Parameter(torch.randn(width))

    def forward(self, x):
        return x * self.gate.sigmoid()


class FusedNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(8))

    def forward(self, x):
        y = torch.ops.mylib.fused_norm(x, self.weight, 1e-3)
        return torch.ops.mylib.fused_norm(y * 2, self.weight) + x


class Rows(nn.Module):
    """An operator in a loop over a size that may be open."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(8))

    def forward(self, x):
        h = torch.zeros_like(x[:, 0])
        for t in range(x.shape[1]):
            h = torch.tanh(h + torch.ops.mylib.fused_norm(x[:, t], self.weight, 1e-3))
        return h


class Transformer(nn.Module):
    """Two of the same class: torch calls the second by another name."""

    def __init__(self):
        super().__init__()
        self.first, self.second = Attention(16, 4), Attention(16, 4)

    def forward(self, x):
        return self.second(x + self.first(x)).relu()


class Recurrent(nn.Module):
    """Calls one module twice, the second time with its variables the other way round."""

    def __init__(self):
        super().__init__()
        self.cell = Cell(4)

    def forward(self, x, h):
        y, h = self.cell(x, h)
        z, x = self.cell(h, x)
        return y + z, x


class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix = Mix()

    def forward(self, x, h):
        return self.mix(h, x, share=0.25)


class Ssm(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(-torch.rand(6, 4))
        self.b, self.c, self.delta = nn.Linear(6, 4), nn.Linear(6, 4), nn.Linear(6, 6)
        self.gate = Gate(6)

    def forward(self, x):
        y = torch.ops.mylib.selective_scan(x, F.softplus(self.delta(x)), self.a, self.b(x), self.c(x))
        return self.gate(y)
