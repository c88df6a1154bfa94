"""Parts of language models: embeddings tied to the last layer, grouped heads, caches."""

import fixture
import torch
from torch import nn

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)


class Layer(nn.Module):
    """Attention of 16 heads, two of them for keys and values, with what was before as arguments."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(64, n, bias=False) for n in (64, 8, 8))
        self.o = nn.Linear(64, 64)
        self.mixed = nn.Parameter(torch.randn(64, 64) / 8)  # (inputs, outputs), as of GPT-2

    def mix(self, y):
        return torch.addmm(self.o.bias, y.view(-1, 64), self.mixed).view_as(y)

    def forward(self, x, keys, values):
        split = lambda t: t.view(1, x.shape[1], -1, 4).transpose(1, 2)
        keys = torch.cat([keys, split(self.k(x))], 2)
        values = torch.cat([values, split(self.v(x))], 2)
        shape = (1, 2, 8, keys.shape[2], 4)
        many = lambda t: t[:, :, None].expand(*shape).reshape(1, 16, keys.shape[2], 4)
        weights = (split(self.q(x)) @ many(keys).transpose(2, 3)).softmax(-1)
        y = (weights @ many(values)).transpose(1, 2).reshape(1, x.shape[1], 64)
        return x + self.mix(self.o(y)), keys, values


@fixture_of("traced", flags="--dynamic_axes 'ids:1=S,keys:2=P,values:2=P'")
def language_layer():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens = nn.Embedding(32, 64)
            self.layer = Layer()
            self.gate = nn.Linear(64, 40, bias=False)
            self.out = nn.Linear(40, 64)
            self.head = nn.Linear(64, 32, bias=False)
            self.head.weight = self.tokens.weight

        def forward(self, ids, keys, values):
            x, keys, values = self.layer(self.tokens(ids), keys, values)
            return self.head(x + self.out(self.gate(x).relu())), keys, values

    def call(tokens, before):
        return torch.randint(0, 32, (1, tokens)), *torch.randn(2, 1, 2, before, 4).unbind(0)

    return Model(), [call(8, 3), call(1, 11)]


@fixture_of("traced", flags="--dynamic_axes 'x:0=T'")
def language_int8_weights():
    """A layer whose weights are rows of 8 bits with a scale each, as torchao and gpt-fast have it."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("rows", torch.randint(-128, 128, (12, 32), dtype=torch.int8))
            self.register_buffer("scales", torch.rand(12) / 64)

        def forward(self, x, half):
            y = torch._weight_int8pack_mm(x, self.rows, self.scales)
            return y, torch._weight_int8pack_mm(half, self.rows, self.scales.half())

    calls = [(torch.randn(t, 32), torch.randn(2, 32).half()) for t in (5, 1)]
    return Model(), calls


@fixture_of("traced", flags='--custom_extensions "tract_registry tract_transformers"')
def language_few_keys():
    """Attention to few keys, which tract has an operator for: with masks that it reads as torch does,
    and others."""

    class Model(nn.Module):
        def forward(self, q, k, v, long):
            attend = nn.functional.scaled_dot_product_attention
            square = torch.ones(6, 6, dtype=torch.bool).tril()
            # Of the first 32 keys the last queries see none.
            late = torch.ones(40, 40, dtype=torch.bool).triu(-5).tril(2)
            return (
                attend(q, k, v), attend(q[0], k[0], v[0], scale=0.3), attend(q, k, v, is_causal=True),
                attend(q, k, v, square), attend(q, k, v, torch.linspace(-3, 3, 6).expand(2, 1, 6, 6)),
                attend(q[:, :, :4], k, v, is_causal=True), attend(q[:, :, :1], k, v),
                attend(long, long, long), attend(long, long, long, late),
                attend(long, long, long, torch.full((40, 40), -1e5).triu(1)),
                attend(q, k, v[..., :3]), attend(q, k[:, :1], v[:, :1]),
            )  # fmt: skip

    q, k, v = torch.randn(3, 2, 3, 6, 4).unbind(0)
    return Model(), (q, k, v, torch.randn(1, 2, 40, 4))
