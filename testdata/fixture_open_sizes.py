"""Programs that compute with sizes which stay open: by way of floats, by conditions on them, by the
largest of an input's elements."""

import math
from typing import Optional

import fixture
import torch
from torch import nn

FIXTURES = []
collect = fixture.collector(FIXTURES)

_SIGNAL = "--inputs 'x=f32[1,S]'"


@collect("scripted", flags=_SIGNAL)
def sizes_by_floats():
    class Sizes(nn.Module):
        def forward(self, x):
            n = x.size(1)
            up = torch.ceil(torch.as_tensor(3 * n / 2)).long()
            down = int(n * 0.75)
            half = torch.floor(torch.tensor(n) / 2).to(torch.int64)
            third = int(n / 3)
            wide = x.repeat(1, 2)
            return wide[:, :up], x[:, down:], x[:, :half], x[:, third:]

    return Sizes(), (torch.randn(1, 7),)


@collect("traced", flags="--inputs 'x=f32[B,3,H,W]'")
def sizes_by_tensors():
    """TensorFlow's padding as timm computes it, where tracing makes tensors of sizes."""

    class Same(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3, 2)

        def forward(self, x):
            def amount(size):
                return torch.clamp(((size / 2).ceil() - 1) * 2 + 3 - size, min=0)

            h, w = map(amount, x.shape[-2:])
            return self.conv(nn.functional.pad(x, [w // 2, w - w // 2, h // 2, h - h // 2]))

    return Same(), (torch.randn(1, 3, 9, 14),)


@collect("scripted", flags="--inputs 'x=f32[B,3,H,W]'")
def sizes_that_fill_patches():
    """MobileViT's way: images that patches do not fill are resized before and after."""

    class Patches(nn.Module):
        def forward(self, x):
            b, c, h, w = x.shape
            rows, columns = math.ceil(h / 2), math.ceil(w / 4)
            resized = False
            if rows * 2 != h or columns * 4 != w:
                x = nn.functional.interpolate(x, (rows * 2, columns * 4), mode="bilinear")
                resized = True
            y = x.reshape(b * c * rows, 2, columns, 4).transpose(1, 2)
            y = y.reshape(b, c, rows * columns, 8).softmax(-1)
            y = y.view(b * c * rows, columns, 2, 4).transpose(1, 2).reshape(b, c, rows * 2, -1)
            if resized:
                y = nn.functional.interpolate(y, (h, w), mode="bilinear")
            return y

    return Patches(), (torch.randn(2, 3, 6, 8),)


@collect("scripted", flags="--inputs 'x=f32[B,3,H,W]'")
def sizes_that_do_not_fill_patches():
    return sizes_that_fill_patches()[0], (torch.randn(1, 3, 7, 9),)


class _Positions(nn.Module):
    """A table of positions for images of one size, resized to others; and one for distances."""

    def __init__(self):
        super().__init__()
        self.table = nn.Parameter(torch.randn(1, 4, 6, 3))
        self.distances = nn.Parameter(torch.randn(7, 3))

    def forward(self, x):
        h, w = x.shape[1:3]
        table = self.table
        if h != table.shape[1] or w != table.shape[2]:
            table = nn.functional.interpolate(table.permute(0, 3, 1, 2), (h, w), mode="bicubic")
            table = table.permute(0, 2, 3, 1)
        distances = self.distances
        if distances.shape[0] == 2 * h - 1:
            near = distances
        else:
            near = nn.functional.interpolate(distances.t()[None], 2 * h - 1, mode="linear")[0].t()
        return x + table, near[torch.arange(h) * 2]


@collect("scripted", flags="--inputs 'x=f32[B,H,W,3]'")
def positions_of_the_size():
    return _Positions(), (torch.randn(2, 4, 6, 3),)


@collect("scripted", flags="--inputs 'x=f32[B,H,W,3]'")
def positions_of_half_the_size():
    return _Positions(), (torch.randn(2, 4, 5, 3),)


@collect("scripted", flags="--inputs 'x=f32[B,H,W,3]'")
def positions_of_other_sizes():
    return _Positions(), (torch.randn(1, 9, 3, 3),)


@collect("scripted", flags="--inputs 'x=i64[S]'")
def sizes_less_some_beside_integers():
    class Wrapped(nn.Module):
        def forward(self, x):
            return torch.where(x < 0, x + (x.size(0) - 3), x)

    return Wrapped(), (torch.tensor([-1, 2, 0, -3]),)


@collect("scripted", flags="--inputs 'x=f32[B,S]'")
def sizes_padded_where_odd():
    class Pairs(nn.Module):
        def forward(self, x):
            if x.size(1) % 2 > 0:
                x = nn.functional.pad(x, [0, 1])
            if x.size(1) % 3 != 0:
                x = nn.functional.pad(x, [0, 3 - x.size(1) % 3])
            return x.reshape(x.size(0), -1, 6).softmax(-1)

    return Pairs(), (torch.randn(2, 12),)


@collect("scripted", flags="--inputs 'x=f32[B,2*H,2*W,3]'")
def sizes_by_quotients():
    class Windows(nn.Module):
        def forward(self, x):
            b, h, w, c = x.shape
            y = x.view(b, h // 2, 2, w // 2, 2, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, 2, 2, c)
            b = int(y.shape[0] / (h * w / 2 / 2))
            return y.view(b, h // 2, w // 2, 2, 2, -1) * 2

    return Windows(), (torch.randn(2, 4, 6, 3),)


@collect("traced", flags=_SIGNAL)
def ranges_of_floats():
    class Ranges(nn.Module):
        def forward(self, x):
            n = x.size(1)
            positions = torch.arange(n, -n, -1.0)
            return positions, torch.arange(0.5, n, 0.25), torch.arange(0, n / 2), x[:, :1]

    return Ranges(), (torch.randn(1, 5),)


_LENGTHS = "--inputs 'x=f32[2,T];lengths=i64[2]' --assert 'max(lengths)==T' --assert 'T>=2'"


@collect("scripted", flags=_LENGTHS)
def largest_of_computed_lengths():
    class Cut(nn.Module):
        def forward(self, x, lengths):
            shorter = lengths - 1
            most = int(shorter.max().item())
            y = x[:, :most] * (torch.arange(most) < shorter[:, None])
            twice = int((lengths.unsqueeze(1) * 2 + 1).max())
            return y, torch.zeros(twice) + most

    return Cut(), (torch.randn(2, 5), torch.tensor([5, 3]))


class _ToMultiple(nn.Module):
    def forward(self, x):
        rest = x.size(-1) % 16
        if rest != 0:
            x = nn.functional.pad(x, [0, 16 - rest])
        return x.view(1, -1, 16) * 2


@collect("scripted", flags=_SIGNAL)
def padded_to_a_multiple():
    return _ToMultiple(), (torch.randn(1, 20),)


@collect("scripted", flags=_SIGNAL)
def padded_to_a_multiple_already():
    return _ToMultiple(), (torch.randn(1, 32),)


class _Conditions(nn.Module):
    def forward(self, x, y):
        n, m = x.size(1), y.size(1)
        if n < m:
            k, z = n, x * 2
        else:
            k, z = m, x * 3
        if n > 6:
            x = x[:, :6]
        if m == n:
            z = z + 1
        if m < 4:
            y = torch.cat([y, torch.zeros(1, 4 - m)], 1)
        unused = float(n) ** 0.3
        if n > 7 or m > 7:
            unused = unused + 1
        return z, x, y, x.new_zeros(k)


class _Alike(nn.Module):
    def forward(self, x, y):
        h, w = x.size(1), y.size(1)
        tall, wide = (8 - h % 8) % 8, (8 - w % 8) % 8
        if tall > 0 or wide > 0:
            x, y = nn.functional.pad(x, [0, tall]), nn.functional.pad(y, [0, wide])
        left = x.size(1) - y.size(1)
        if left > 0:
            y = nn.functional.pad(y, [left // 2, left - left // 2])
        elif left < 0:
            x = nn.functional.pad(x, [0, -left])
        if h % 3:
            x = x + 1
        return x + y, x[:, : 5 if h > 5 else h]


_TWO = "--inputs 'x=f32[1,S];y=f32[1,T]'"


@collect("scripted", flags=_TWO)
def conditions_on_sizes():
    return _Conditions(), (torch.randn(1, 5), torch.randn(1, 7))


@collect("scripted", flags=_TWO)
def conditions_on_sizes_otherwise():
    return _Conditions(), (torch.randn(1, 8), torch.randn(1, 3))


@collect("scripted", flags=_TWO)
def conditions_on_equal_sizes():
    return _Conditions(), (torch.randn(1, 6), torch.randn(1, 6))


@collect("scripted", flags=_TWO)
def sizes_made_alike():
    return _Alike(), (torch.randn(1, 18), torch.randn(1, 7))


@collect("scripted", flags=_TWO)
def sizes_made_alike_otherwise():
    return _Alike(), (torch.randn(1, 3), torch.randn(1, 16))


class _Search(nn.Module):
    def forward(self, x: torch.Tensor):
        k = 0
        y = x
        while k < 6:
            y = y * 0.5
            k += 1
            if bool(y.sum() < 1):
                break
        return y, k


@collect("scripted", flags="--inputs 'f32[3]'")
def loop_left_early():
    return _Search(), (torch.tensor([3.0, 2.0, 4.0]),)


@collect("scripted", flags="--inputs 'f32[3]'")
def loop_left_never():
    return _Search(), (torch.tensor([300.0, 200.0, 400.0]),)


@collect("scripted", flags=_SIGNAL)
def numbers_that_nobody_uses():
    class Unused(nn.Module):
        def forward(self, x, limit: Optional[float] = None):
            n = x.size(1)
            steps = round(n / 3)
            names = str(n)
            if limit is not None:
                return x * steps
            return x + 1

    return Unused(), (torch.randn(1, 5),)


class _Halved(nn.Module):
    def forward(self, x):
        if x.size(1) % 4 != 0:
            x = x[:, ::2]
        return x * 2


@collect("scripted", flags=_SIGNAL)
def sizes_settled_by_a_remainder():
    return _Halved(), (torch.randn(1, 8),)


@collect("scripted", flags="--inputs 'x=f32[1,S]' --assert 'S%4==2'")
def sizes_settled_otherwise():
    return _Halved(), (torch.randn(1, 10),)


@collect("scripted", flags=_SIGNAL, refused='--assert "S>4" would settle it')
def sizes_undecided():
    class Halved(nn.Module):
        def forward(self, x):
            if x.size(1) > 4:
                x = x[:, ::2]
            return x * 2

    return Halved(), (torch.randn(1, 8),)


@collect("traced", flags="--inputs 'x=f32[4*B,3];query=f32[B,3]'")
def repeated_by_a_quotient_of_sizes():
    """Global queries for each of an image's windows, as GCViT has them."""

    def f(x, query):
        return x + query.repeat_interleave(torch.div(x.shape[0], query.shape[0], rounding_mode="floor"), 0)

    return f, (torch.randn(8, 3), torch.randn(2, 3))


@collect("traced", flags="--inputs 'x=i64[S]'")
def sums_along_what_is_one_number():
    """tract follows what a loop scans where that is one number everywhere, and the loop has nothing left to scan."""

    def f(x):
        return torch.ones_like(x).cumsum(0) + x, torch.zeros_like(x).cumsum(0)

    return f, (torch.tensor([3, 1, -2, 5]),)


@collect("traced", flags="--inputs 'x=f32[1,4,H,W]'")
def halves_of_three_times_a_size_shuffled():
    """(3*W-3)/2 or (3*W-1)/2-1 by chance, and twice that: a reshape multiplies it."""

    def f(x):
        x = nn.functional.max_pool2d(x, 2, 1)[:, :, 2:]
        x = nn.functional.interpolate(x, scale_factor=3.0, mode="nearest")
        return nn.functional.pixel_shuffle(x[:, :, x.shape[2] // 2 :, : x.shape[3] // 2], 2)

    return f, (torch.randn(1, 4, 9, 12),)
