"""How quantized operators round what lies halfway between two steps: it depends on the engine and on
the order of the elements in memory."""

import fixture
import torch
from fixture_quantized import Apply, Stubs, static, steps
from torch import nn
from torch.nn import functional as F

FIXTURES = []

fixture_of = fixture.collector(FIXTURES)


class Means(Stubs):
    """Of row-major elements, and of those with channels last, as convolutions leave them."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 6, 1)
        self.line = nn.Conv1d(4, 6, 1)

    def means(self, x):
        return [
            F.avg_pool2d(x, 2),
            F.avg_pool2d(x, 2, 1, 1, count_include_pad=False),
            F.adaptive_avg_pool2d(x, 1),
            F.adaptive_avg_pool2d(x, (2, 4)),
            x.mean([2, 3], keepdim=True),
            F.adaptive_avg_pool2d(x, (3, 4)),
        ]

    def forward(self, x):
        x = self.quant(x)
        y = self.conv(x)
        found = self.means(x) + self.means(y) + self.means(torch.cat([y, y], 1))
        found.append(F.avg_pool1d(self.line(x[:, :, 0]), 2))
        return [self.dequant(mean) for mean in found]


def odd_zero_points(model):
    """Halves are rounded to even integers: with an odd zero point in them, or without, differs."""
    for module in model.modules():
        if isinstance(module, (torch.ao.nn.quantized.Conv1d, torch.ao.nn.quantized.Conv2d)):
            module.zero_point |= 1
        elif isinstance(module, torch.ao.nn.quantized.Quantize):
            module.zero_point |= 1
    return model


def means(engine):
    model, inputs = static(Means(), (torch.randn(3, 4, 4, 8),), engine)
    return odd_zero_points(model), inputs


@fixture_of(steps=steps)
def quantized_means():
    return means("fbgemm")


@fixture_of(steps=steps)
def quantized_means_x86():
    return means("x86")


@fixture_of(steps=steps)
def quantized_means_qnnpack():
    return means("qnnpack")


@fixture_of(steps=steps)
def quantized_unlike_others():
    """Operators of torch's own whose results are quantized in another way than one may think."""

    def run(x):
        q = torch.quantize_per_tensor(x, 0.05, 63, torch.quint8)
        s = torch.quantize_per_tensor(x, 0.04, 3, torch.qint8)
        pooled = torch.quantized_max_pool2d(q[:, None], [2, 3], [1, 2], [1, 1], [1, 1], False)
        return (
            torch.ops.quantized.dropout(q, 0.06, 10, 0.5, False).dequantize(),
            pooled.dequantize(),
            torch.ops.quantized.add(s, s, 0.07, -5).dequantize(),
            s.mean(-1).dequantize(),
            q.permute(0, 2, 1).mean(-1).dequantize(),
        )

    return Apply(run), (torch.randn(2, 5, 7) * 2,)
