"""Scripted programs: numbers, sizes, dtypes, and tensors used as such."""

import math
from typing import List

import fixture
import torch
from torch import nn

FIXTURES = []
scripted = fixture.collector(FIXTURES)("scripted")


@scripted
def complex_numbers():
    class Model(nn.Module):
        def forward(self, x):
            z = complex(1.0, 2.0) * (0.5 + 1j)
            size = abs(z)
            return x * size, x * abs(z * 2)

    return Model(), (torch.randn(2, 3),)


@scripted
def builtin_functions():
    class Model(nn.Module):
        def forward(self, x):
            a = [4, 2, 9]
            b = [0.5, 1.5, 2.5]
            total = 0.0
            for i, (p, q) in enumerate(zip(a, b)):
                total += i * p * q
            for i, v in enumerate(a, 1):
                total += i * v
            low = min(a) + max(a) + min(3, 1) + max(2.5, 1.5) + sum(a) + sum(b)
            flags = any([False, True]) and not all([True, False])
            r = round(2.5) + abs(-3) + pow(2, 3) + divmod(7, 2)[0] + 7 % 3 + -7 // 2
            for n in range(10, 0, -3):
                total += n
            return x * total + low + r, x * int(flags) + float(True) + bool(2)

    return Model(), (torch.randn(2, 3),)


@scripted
def math_module():
    class Model(nn.Module):
        def forward(self, x):
            v = math.sqrt(x.size(0)) + math.pi * math.floor(2.7) - math.ceil(1.2)
            v += math.log(math.e) + math.exp(0.5) + math.cos(0.1) + math.pow(2.0, 0.5)
            v += math.atan2(1.0, 2.0) + math.log10(8.0) + math.fabs(-1.0) + math.gcd(12, 18)
            v += math.factorial(4) + math.fmod(7.0, 4.0) + math.radians(90.0)
            if math.isnan(v) or math.isinf(v):
                v = 0.0
            m, e = math.frexp(8.0)
            f, whole = math.modf(2.25)
            return x * v, x * m + e + f + whole, x.clamp(max=math.inf)

    return Model(), (torch.randn(2, 3),)


@scripted
def dtypes_and_devices():
    class Model(nn.Module):
        def forward(self, x):
            d = x.dtype
            device = x.device
            y = torch.zeros(2, 3, dtype=d, device=device)
            if device.type == "cpu" and d == torch.float32:
                y = y + 1
            if x.is_cuda or d == torch.float16 or not x.is_floating_point():
                y = y + 100
            z = torch.ones([3], dtype=torch.int64, device=torch.device("cpu"))
            fill = -1e9 if x.is_floating_point() else 0.0
            y = y.to(x.device).to(z.dtype).to(x) + z.type_as(x)
            return y * x, x.masked_fill(x > 0, fill), z.to(torch.float32, non_blocking=True)

    return Model(), (torch.randn(2, 3),)


@scripted
def size_arithmetic():
    class Model(nn.Module):
        def forward(self, x):
            b, c = x.shape[:2]
            rest = x.shape[2:]
            y = x.reshape([b * c] + list(rest))
            z = x.view(x.size()[:-1] + (2, -1))
            n = x.numel() // x.shape[-1]
            w = x.flatten(0, -2)
            k = 1
            for s in x.shape:
                k *= s
            if x.shape == y.shape or x.size(-1) != 4 or len(rest) != 2:
                k = 0
            return y, z, w * n + k, x.new_zeros((b, 1) + (3,)), x.ndim * x

    return Model(), (torch.randn(2, 3, 2, 4),)


@scripted
def constant_tensors_as_numbers():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("count", torch.tensor(3))
            self.register_buffer("scales", torch.tensor([0.5, 2.0]))

        def forward(self, x):
            for _ in range(int(self.count)):
                x = x + 1
            if self.count > 2 and bool(self.scales[1] > self.scales[0]):
                x = x * self.scales[1].item()
            values: List[float] = self.scales.tolist()
            for s in self.scales:
                x = x - s
            return x * values[0] + float(self.count)

    return Model(), (torch.randn(2, 3),)


@scripted
def tensor_attributes():
    class Model(nn.Module):
        def forward(self, x):
            y = x.T + x.mT
            z = x.detach().data
            if x.requires_grad or x.is_sparse or x.is_quantized:
                z = z + 100
            return y, z * x.ndim, x.H

    return Model(), (torch.randn(3, 3),)


@scripted
def loops_over_tensors():
    class Model(nn.Module):
        def forward(self, x):
            out: List[torch.Tensor] = []
            for row in x:
                out.append(row * 2)
            state = torch.zeros_like(x[0])
            for t in range(x.size(0)):
                state = torch.tanh(state + x[t])
                out.append(state)
            for a, b in zip(x.unbind(0), [1.0, 2.0, 3.0]):
                state = state + a * b
            return torch.stack(out), state

    return Model(), (torch.randn(3, 4),)


@scripted
def assigned_elements():
    class Model(nn.Module):
        def forward(self, x):
            y = torch.zeros(3, 4)
            for i in range(3):
                y[i, i + 1] = x[i, i]
                y[i][0] = float(i)
            y[:, 3] += x[:, 0]
            y[1:, :2] *= 2
            out = [torch.empty(0)] * 3
            for i in range(3):
                out[i] = y[i]
            y[None, 0] = 5.0
            y[..., 1] -= 1
            return y, torch.stack(out)

    return Model(), (torch.randn(3, 4),)


@scripted
def storage_offsets():
    class Model(nn.Module):
        def forward(self, x):
            y = (x * 2).view(6)
            return torch.as_strided(y, [2, 2], [3, 1], y.storage_offset() + 1)

    return Model(), (torch.randn(2, 3),)


@scripted
def own_numbers():
    class Model(nn.Module):
        def forward(self, x):
            n = x.size(0) + 9223372036854775804
            f = float(x.size(0)) / 2
            ints = [n * 2, n + 7, -7 // x.size(0), -7 % x.size(0), 1 << (x.size(0) + 61)]
            ints += [len(str(f * 1e5)), len(str(f / 15))]
            floats = [-f // 2, -f % 1.0, min(f / 0.0 - f / 0.0, 1.0), round(f)]
            floats += [float(x.size(0)) ** -2]
            text = "{}|%s".format(x.size(0)).replace("%s", "a_b").center(10, "*")
            ints += [text.rfind("*"), len(text.split("|")), [1, 2, 3, 4][::-3][1], max([x.size(0), x.size(1)])]
            return x + torch.tensor(floats)[0], torch.tensor(ints), torch.tensor(floats)

    return Model(), (torch.randn(3, 4),)


@scripted
def raises_in_branches():
    class Model(nn.Module):
        def forward(self, x):
            total = x.abs().sum()
            if total > 100:
                raise ValueError("a")
            elif total > 99:
                raise ValueError("b")
            elif total > 98:
                raise ValueError("c")
            elif total > 97:
                raise ValueError("d")
            else:
                y = x * 2
            if total > 1:
                y = y + 1
            return y

    return Model(), (torch.randn(2, 3),)


@scripted
def shifts_out_of_range():
    """By numbers of bits that no integer has: nothing of the operand is left but its sign."""

    class Model(nn.Module):
        def forward(self, x):
            left = x << -1
            return left, (left >> -2).sum() % 1, x >> 70, (x >> -1)[-1:]

    return Model(), (torch.tensor([3, -4, 0]),)
