"""Quantized tensors as runtimes sum and store them: layers with long sums (256 products and more),
for which there are operators on the integers themselves, and tensors with one scale."""

import fixture
import fixture_quantized
import torch
import torch.ao.quantization as quantization
from torch import nn
from torch.nn import functional as F

FIXTURES = []

quantized = fixture.collector(FIXTURES)


class LongSums(fixture_quantized.Stubs):
    """Windows over one, two and three axes, in groups, with steps between and zeros around."""

    def __init__(self):
        super().__init__()
        self.strided = nn.Conv2d(32, 4, 3, stride=2, padding=1)
        self.relu = nn.ReLU()
        self.grouped = nn.Conv2d(32, 4, 5, padding=2, groups=2, bias=False)
        self.dilated = nn.Conv1d(32, 3, 9, padding=8, dilation=2)
        self.volume = nn.Conv3d(32, 2, (1, 3, 3), padding=(0, 1, 0))
        self.rows = nn.Linear(288, 3)

    def forward(self, x):
        x = self.quant(x)
        results = [
            self.relu(self.strided(x)),
            self.grouped(x),
            self.dilated(x.flatten(2)),
            self.volume(x.unsqueeze(2)),
            self.rows(x.reshape(x.size(0), 4, 288)),
        ]
        return [self.dequant(y) for y in results]


def long_sums(model, engine):
    inputs = (torch.randn(2, 32, 6, 6) + 0.4,)
    return fixture_quantized.static(model, inputs, engine, [("strided", "relu")])


@quantized(steps=fixture_quantized.steps)
def quantized_long_sums():
    return long_sums(LongSums(), "fbgemm")


@quantized(steps=fixture_quantized.steps)
def quantized_long_sums_qnnpack():
    model = LongSums()
    model.volume = nn.Identity()  # qnnpack has none
    return long_sums(model, "qnnpack")


@quantized(
    "scripted",
    steps=fixture_quantized.steps,
    flags="--inputs 'x=f32[B,32,S]' --assert 'S>=1'",
)
def quantized_long_sums_open():
    class Model(fixture_quantized.Stubs):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(32, 32, 9, padding=4)
            self.head = nn.Conv1d(32, 3, 1)

        def forward(self, x):
            return self.dequant(self.head(self.conv(self.quant(x))))

    return fixture_quantized.static(Model(), (torch.randn(2, 32, 7),), "fbgemm")


@quantized("traced", "scripted")
def quantized_stored():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            numbers = torch.randn(20, 8)
            self.signed = torch.quantize_per_tensor(numbers, 0.03, 5, torch.qint8)
            self.unsigned = torch.quantize_per_tensor(numbers, 0.02, 130, torch.quint8)

        def forward(self, x):
            total = x @ self.signed.dequantize().t()
            for _ in range(3):
                total = torch.sigmoid(total) @ self.unsigned.dequantize() @ self.signed.dequantize().t()
            return total

    return Model(), (torch.randn(3, 8),)


@quantized(steps=fixture_quantized.steps)
def quantized_long_sums_dynamic():
    """Zero points are known as the model runs."""
    torch.backends.quantized.engine = "fbgemm"

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(32, 4, 9, padding=4, stride=2)
            self.rows = nn.Linear(288, 3)

        def forward(self, x):
            return self.conv(x.flatten(2)), self.rows(x.reshape(x.size(0), 4, 288))

    model = quantization.quantize_dynamic(Model().eval(), {nn.Linear, nn.Conv1d}, dtype=torch.qint8)
    return model, (torch.randn(2, 32, 6, 6) + 0.4,)


@quantized(
    steps=fixture_quantized.steps,
    flags="--inputs 'f32[1,32,S]' --assert 'S>=16'",
    pulse="S 8",
)
def streaming_quantized():
    class Model(fixture_quantized.Stubs):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(32, 8, 9)
            self.relu = nn.ReLU()
            self.head = nn.Conv1d(8, 3, 1)

        def forward(self, x):
            x = F.pad(self.quant(x), (8, 0))
            return self.dequant(self.head(self.relu(self.conv(x))))

    inputs = (torch.randn(1, 32, 24) + 0.4,)
    return fixture_quantized.static(Model(), inputs, "fbgemm", [("conv", "relu")])
