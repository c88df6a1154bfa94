"""Quantization whose parameters are computed from the tensors themselves, and quantization spelled
out on ordinary tensors, as torch.export's quantizers write it."""

import fixture
import torch
import torch.ao.quantization as quantization
import torch.ao.quantization.fx._decomposed  # defines the operators
from fixture_quantized import Apply, steps
from torch import nn
from torch.ao.quantization import quantize_fx

FIXTURES = []

fixture_of = fixture.collector(FIXTURES)

ops = torch.ops.quantized_decomposed


@fixture_of("traced", "scripted", steps=steps)
def quantized_runtime_parameters():
    class Model(nn.Module):
        def forward(self, x, weight):
            span = x.abs().amax()
            u = torch.quantize_per_tensor(x, span / 100, torch.tensor(7), torch.quint8)
            d = torch.quantize_per_tensor_dynamic(x, torch.qint8, False)
            r = torch.quantize_per_tensor_dynamic(x, torch.quint8, True)
            scales = weight.abs().amax(1) / 127
            zeros = torch.zeros(weight.size(0), dtype=torch.int64)
            w = torch.quantize_per_channel(weight, scales, zeros, 0, torch.qint8)
            least = -weight.amin(1) / scales
            f = torch.quantize_per_channel(weight, scales, least, 0, torch.quint8)
            return (
                u.dequantize(),
                u.int_repr(),
                d.dequantize(),
                d.int_repr(),
                r.dequantize(),
                torch.nn.functional.linear(r.dequantize(), w.dequantize()),
                f.int_repr(),
            )

    return Model(), (torch.randn(3, 6) * 2, torch.randn(4, 6))


@fixture_of("traced", "scripted", steps=steps)
def quantized_reference_dynamic():
    """Activations quantized by their extremes around float layers."""
    model, inputs = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 4)), (torch.randn(3, 6),)
    mapping = quantization.QConfigMapping().set_global(quantization.default_dynamic_qconfig)
    model = quantize_fx.prepare_fx(model.eval(), mapping, inputs)
    return quantize_fx.convert_to_reference_fx(model), inputs


@fixture_of()
def quantized_decomposed():
    def run(x, weight):
        low, high, eps = -128, 127, torch.finfo(torch.float32).eps
        q = ops.quantize_per_tensor(x, 0.05, 3, low, high, torch.int8)
        scale, zero = ops.choose_qparams.tensor(x, low, high, eps, torch.int8)
        d = ops.quantize_per_tensor.tensor(x, scale, zero, low, high, torch.int8)
        even, none = ops.choose_qparams_symmetric.tensor(x, -127, 127, eps, torch.int8)
        scales = torch.linspace(0.01, 0.03, weight.size(0))
        zeros = torch.arange(weight.size(0))
        w = ops.quantize_per_channel(weight, scales, zeros, 0, low, high, torch.int8)
        rows, nothing = ops.choose_qparams_per_token(x, torch.int8)
        t = ops.quantize_per_token(x, rows, nothing, low, high, torch.int8)
        uneven, offsets = ops.choose_qparams_per_token_asymmetric(x, torch.int8)
        a = ops.quantize_per_token(x, uneven, offsets, low, high, torch.int8)
        groups = weight.reshape(weight.size(0), -1, 4).abs().amax(2) / 7
        g = ops.quantize_per_channel_group(
            weight, groups, torch.zeros_like(groups), -8, 7, torch.int8, 4
        )
        return (
            q,
            ops.dequantize_per_tensor(q, 0.05, 3, low, high, torch.int8),
            ops.dequantize_per_tensor.tensor(d, scale, zero, low, high, torch.int8),
            even.float(),
            none,
            w,
            ops.dequantize_per_channel(w, scales, zeros, 0, low, high, torch.int8),
            ops.dequantize_per_token(t, rows, nothing, low, high, torch.int8, torch.float32),
            ops.dequantize_per_token(a, uneven, offsets, low, high, torch.int8, torch.float32),
            ops.dequantize_per_channel_group(
                g, groups, None, -8, 7, torch.int8, 4, torch.float32
            ),
            ops.fake_quant_per_channel(weight, scales, zeros, 0, low, high),
        )

    return Apply(run), (torch.randn(3, 8), torch.randn(4, 8))
