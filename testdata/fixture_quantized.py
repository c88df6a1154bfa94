"""Statically quantized modules (torch.ao.quantization), one of every family, and the graph modes."""

import warnings
from unittest import mock

import fixture
import torch
import torch.ao.nn.quantized as nnq
import torch.ao.quantization as quantization
from torch import nn
from torch.ao.quantization import quantize_fx
from torch.nn import functional as F

FIXTURES = []


def outputs_of(value):
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in outputs_of(item)]
    return [value]


def steps(module, inputs):
    """The scale of every output that was dequantized. Of a real one that quantized layers made, the
    step that its range has in 8 bits."""
    scales = {}
    dequantize = torch.Tensor.dequantize

    def recorded(tensor):
        result = dequantize(tensor)
        scales[id(result)] = tensor.q_scale() if tensor.qscheme() == torch.per_tensor_affine else 0
        kept.append(result)
        return result

    kept = []
    with mock.patch.object(torch.Tensor, "dequantize", recorded):
        outputs = outputs_of(module(*inputs))
    found = []
    for output in outputs:
        if output.is_quantized:
            found.append(1.0)  # its integers are recorded
        elif not output.is_floating_point():
            found.append(0.0)
        else:
            span = float(output.max() - output.min())
            found.append(scales.get(id(output)) or span / 255)
    return found


fixture_of = fixture.collector(FIXTURES)


def quantized(*ways, **options):
    return fixture_of(*ways, steps=steps, **options)


def static(model, inputs, engine, fuse=(), per_tensor=(), mapping=None):
    """Calibrated on its inputs and converted; modules named in `per_tensor` have such weights."""
    torch.backends.quantized.engine = engine
    model = model.eval()
    model.qconfig = quantization.get_default_qconfig(engine)
    for name in per_tensor:
        model.get_submodule(name).qconfig = quantization.QConfig(
            activation=model.qconfig.activation, weight=quantization.default_weight_observer
        )
    if fuse:
        model = quantization.fuse_modules(model, [list(names) for names in fuse])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = quantization.prepare(model)
        model(*inputs)
        return quantization.convert(model), inputs


class Stubs(nn.Module):
    """Quantizes its input and dequantizes its outputs."""

    def __init__(self):
        super().__init__()
        self.quant = quantization.QuantStub()
        self.dequant = quantization.DeQuantStub()


class Apply(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


class ConvNet(Stubs):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.stem_relu = nn.ReLU()
        self.depthwise = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=8, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.mirrored = nn.Conv2d(8, 8, 3, padding=1, padding_mode="reflect", groups=2)
        self.add = nnq.FloatFunctional()
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.head = nn.Linear(8, 5)
        self.head_relu = nn.ReLU()
        self.tail = nn.Linear(5, 4, bias=False)

    def forward(self, x):
        x = self.stem_relu(self.stem(self.quant(x)))
        x = self.add.add_relu(self.norm(self.depthwise(x)), self.mirrored(x))
        y = F.avg_pool2d(self.pool(x), 2)
        y = self.tail(self.head_relu(self.head(torch.flatten(F.adaptive_avg_pool2d(y, 1), 1))))
        return self.dequant(y), self.dequant(x)


FUSED = [("stem", "stem_relu"), ("depthwise", "norm"), ("head", "head_relu")]


@quantized("traced", "scripted", "frozen")
def quantized_convnet():
    return static(ConvNet(), (torch.randn(2, 3, 16, 16),), "fbgemm", FUSED)


@quantized()
def quantized_convnet_x86():
    return static(ConvNet(), (torch.randn(2, 3, 16, 16),), "x86", FUSED)


@quantized()
def quantized_convnet_qnnpack():
    return static(ConvNet(), (torch.randn(2, 3, 16, 16),), "qnnpack", FUSED)


@quantized("traced", "frozen")
def quantized_convolutions():
    class Model(Stubs):
        def __init__(self):
            super().__init__()
            self.one = nn.Conv1d(4, 6, 3, padding=1, stride=2)
            self.relu = nn.ReLU()
            self.back = nn.ConvTranspose1d(6, 4, 3, stride=2, output_padding=1)
            self.deep = nn.Conv3d(2, 4, 2, padding=1)
            self.up = nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2)
            self.up3 = nn.ConvTranspose3d(4, 2, 2)

        def forward(self, x, v):
            x, v = self.quant(x), self.quant(v)
            y = self.deep(v)
            return (
                self.dequant(self.back(self.relu(self.one(x)))),
                self.dequant(self.up(y[:, :, 0])),
                self.dequant(self.up3(y)),
            )

    inputs = (torch.randn(2, 4, 9), torch.randn(1, 2, 3, 4, 4))
    return static(Model(), inputs, "fbgemm", [("one", "relu")], ("back", "up", "up3"))


@quantized()
def quantized_activations():
    class Model(Stubs):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(
                [
                    nn.ReLU6(),
                    nn.LeakyReLU(0.2),
                    nn.Hardswish(),
                    nn.ELU(0.7),
                    nn.PReLU(40),
                    nn.Sigmoid(),
                    nn.Tanh(),
                    nn.Hardsigmoid(),
                    nn.Hardtanh(-0.5, 0.75),
                ]
            )

        def forward(self, x):
            x = self.quant(x)
            activated = [layer(x) for layer in self.layers]
            return [self.dequant(y) for y in activated]

    return static(Model(), (torch.randn(3, 40) * 3,), "fbgemm", per_tensor=("layers.4",))


@quantized()
def quantized_functions():
    """Operators that no module of torch.ao stands for."""

    def run(x):
        q = torch.quantize_per_tensor(x, 0.05, 120, torch.quint8)
        s = torch.quantize_per_tensor(x, 0.07, -3, torch.qint8)
        return (
            torch.ops.quantized.celu(q, 0.04, 60, 1.3).dequantize(),
            torch.ops.quantized.threshold(q, 0.5, -1.0).dequantize(),
            torch.clamp(q, -0.8, 1.1).dequantize(),
            torch.relu(q).dequantize(),
            torch.sigmoid(s).dequantize(),
            torch.tanh(s).dequantize(),
            torch.ops.quantized.matmul(q, q.transpose(0, 1), 0.3, 100).dequantize(),
            torch.cat([q, q], 1)[:, 3:7].dequantize(),
            q.reshape(2, -1).int_repr(),
            torch.max(q, 1)[0].dequantize(),
            q,
        )

    return Apply(run), (torch.randn(4, 12) * 2,)


@quantized()
def quantized_parameters():
    """What a tensor says of its quantization; quantization per channel and by tensors."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("scales", torch.tensor([0.1, 0.02, 0.3]))
            self.register_buffer("zero_points", torch.tensor([0, 3, -5]))
            self.register_buffer("scale", torch.tensor(0.04))
            self.register_buffer("zero_point", torch.tensor(11))

        def forward(self, x):
            c = torch.quantize_per_channel(x, self.scales, self.zero_points, 1, torch.qint8)
            t = torch.quantize_per_tensor(x, self.scale, self.zero_point, torch.quint8)
            back = torch.quantize_per_channel(
                x, c.q_per_channel_scales(), c.q_per_channel_zero_points(), 1, torch.qint8
            )
            return (
                torch.dequantize(c),
                c.int_repr(),
                back.int_repr(),
                torch.dequantize(t) * t.q_scale() + t.q_zero_point(),
            )

    return Model(), (torch.randn(5, 3),)


@quantized()
def quantized_arithmetic():
    class Model(Stubs):
        def __init__(self):
            super().__init__()
            self.sum, self.sum_relu, self.product = (nnq.FloatFunctional() for _ in range(3))
            self.joined, self.joined_relu = nnq.FloatFunctional(), nnq.FloatFunctional()
            self.number = nnq.FloatFunctional()

        def forward(self, x, y):
            x, y = self.quant(x), self.quant(y)
            z = self.sum.add(x, y)
            results = [
                z,
                self.sum_relu.add_relu(x, y),
                self.product.mul(x, z),
                self.joined.cat([x, z], 1),
                self.number.add_scalar(x, 0.5),
                self.number.add_scalar(x, -90.0),
                self.number.mul_scalar(x, 1.5),
                self.number.mul_scalar(x, -0.25),
            ]
            return [self.dequant(r) for r in results]

    return static(Model(), (torch.randn(3, 20), torch.randn(3, 20) * 2), "fbgemm")


@quantized()
def quantized_normalizations():
    class Model(Stubs):
        def __init__(self):
            super().__init__()
            self.batch = nn.BatchNorm2d(4)
            self.batch_relu = nn.BatchNorm2d(4)
            self.relu = nn.ReLU()
            self.layer = nn.LayerNorm([5, 6])
            self.group = nn.GroupNorm(2, 4)
            self.instance = nn.InstanceNorm2d(4, affine=True)
            for norm in (self.batch, self.batch_relu, self.layer, self.group, self.instance):
                nn.init.uniform_(norm.weight, 0.5, 1.5)
                nn.init.normal_(norm.bias)

        def forward(self, x):
            x = self.quant(x)
            results = [
                self.batch(x),
                self.relu(self.batch_relu(x)),
                self.layer(x),
                self.group(x),
                self.instance(x),
            ]
            return [self.dequant(r) for r in results]

    fuse = [("batch_relu", "relu")]
    return static(Model(), (torch.randn(2, 4, 5, 6),), "fbgemm", fuse)


@quantized()
def quantized_pools():
    class Model(Stubs):
        def forward(self, x):
            x = self.quant(x)
            results = [
                F.max_pool2d(x, 2, padding=1),
                F.avg_pool2d(x, 3, 2, 1),
                F.avg_pool2d(x, 2, 2, 1, count_include_pad=False),
                F.adaptive_avg_pool2d(x, (3, 2)),
                F.interpolate(x, scale_factor=2.0, mode="nearest"),
                F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False),
                F.interpolate(x, size=(13, 17), mode="bilinear", align_corners=True),
                F.pad(x, (1, 2), value=0.3),
                F.pad(x, (1, 2, 2, 1), mode="reflect"),
                x.mean([2, 3]),
                x.permute(0, 2, 3, 1).flatten(1),
                torch.chunk(x, 2, 1)[1],
            ]
            return [self.dequant(r) for r in results]

    return static(Model(), (torch.randn(2, 4, 7, 9),), "fbgemm")


@quantized()
def quantized_fake():
    """Quantization-aware training, in evaluation."""
    model, inputs = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), (torch.randn(2, 3, 8, 8),)
    model.qconfig = quantization.get_default_qat_qconfig("fbgemm")
    model = quantization.fuse_modules_qat(model.train(), [["0", "1"]])
    model = quantization.prepare_qat(model)
    model(*inputs)
    model.apply(quantization.disable_observer)
    return model.eval(), inputs


class Small(nn.Module):
    """For the graph modes, which find what to quantize themselves."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.head = nn.Linear(4, 5)

    def forward(self, x):
        x = F.relu(self.conv(x))
        x = x + F.hardtanh(x * 0.5)
        return self.head(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


def graph_mode(convert):
    torch.backends.quantized.engine = "fbgemm"
    inputs = (torch.randn(2, 3, 8, 8),)
    mapping = quantization.get_default_qconfig_mapping("fbgemm")
    model = quantize_fx.prepare_fx(Small().eval(), mapping, inputs)
    model(*inputs)
    return convert(model), inputs


@quantized("traced", "scripted")
def quantized_graph_mode():
    return graph_mode(quantize_fx.convert_fx)


@quantized()
def quantized_reference():
    """Quantize and dequantize around operators on real numbers; weights quantized at every call."""
    return graph_mode(quantize_fx.convert_to_reference_fx)
