"""What operators copy and what they share, as the strides of tensors decide it."""

import torch
from fixture import collector
from torch import nn

FIXTURES = []
fixture = collector(FIXTURES)


class Written(nn.Module):
    """A function of one tensor whose results are written in place."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x.clone())


def rows(*shape):
    return torch.arange(float(torch.Size(shape).numel())).reshape(shape)


@fixture()
def memory_channels_last_example():
    class Net(nn.Module):
        def forward(self, x):
            y = x * 2
            flat = y.flatten(1)  # a copy: the example input's channels lie innermost
            flat.add_(1)
            inner = y.permute(0, 2, 3, 1).flatten(1)  # a view
            inner.mul_(3)
            return y, flat, inner

    return Net(), (rows(2, 3, 2, 2).contiguous(memory_format=torch.channels_last),)


@fixture("traced", "scripted")
def memory_transposed_weight():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("w", rows(3, 2).t())

        def forward(self, x):
            y = self.w + x
            flat = y.reshape([-1])
            flat.mul_(2.0)
            back = y.t().reshape([-1])
            back.add_(1.0)
            return y, flat, back

    return Net(), (rows(2, 3),)


def shared_though_not_marked(x):
    a, b = torch.broadcast_tensors(x, x[0])
    a.add_(1)
    kept = torch.nn.functional.dropout(x, 0.5, False)
    kept[0] = 7
    wide = torch.atleast_3d(x)
    wide.mul_(2)
    first = torch.ops.aten.unsafe_chunk(x, 2, 0)[0]
    first.sub_(3)
    i, j = torch.meshgrid(x[0].clone(), x[1], indexing="ij")
    x[1] += 1
    return x, a, kept, first, i, j, b


@fixture()
def memory_shared_though_not_marked():
    return Written(shared_though_not_marked), (rows(2, 3),)


def by_argument(x):
    y = x.to(torch.float32, copy=True)
    y.add_(1)
    z = x.to(memory_format=torch.channels_last)
    z.mul_(2)
    same = x.to(memory_format=torch.contiguous_format)
    same.sub_(3)
    last = x.clone(memory_format=torch.channels_last)
    flat = last.permute(0, 2, 3, 1).reshape(-1)
    flat.neg_()
    return x, y, z, last, flat


@fixture()
def memory_by_argument():
    return Written(by_argument), (rows(2, 3, 2, 2),)


def windows(x):
    y = x.t() + 1
    corner = torch.as_strided(y, (2, 2), (1, 3), 1)
    corner.neg_()
    part = y.unfold(0, 2, 1)[1]
    part.mul_(2)
    y.diagonal().add_(10)
    return y, corner, part


@fixture()
def memory_windows():
    return Written(windows), (rows(3, 4),)


def of_open_size(x):
    y = x.t() + 1
    flat = y.reshape(-1)  # a copy, unless the open size is 1
    return flat.mul_(2)


@fixture(flags="--inputs 'x=f32[S,4]'")
def memory_of_open_size():
    return Written(of_open_size), (rows(3, 4),)


def read_afterwards(x):
    y = x.t() + 1
    y.reshape(-1).mul_(2)
    return y


@fixture(flags="--inputs 'x=f32[S,4]'", refused="whether aten::reshape copies depends on strides")
def memory_read_afterwards():
    return Written(read_afterwards), (rows(3, 4),)
