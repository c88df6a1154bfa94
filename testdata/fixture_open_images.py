"""Networks whose images have an open height and width: pools, paddings, resizes, regions of them."""

import fixture
import torch
from torch import nn

FIXTURES = []
collect = fixture.collector(FIXTURES)

_IMAGE = "--inputs 'x=f32[1,2,H,W]'"


class _Regions(nn.Module):
    """Parts of a new tensor of open size, written through views of views: Swin's attention mask."""

    def forward(self, x):
        h, w = x.shape[0], x.shape[1]
        m = torch.zeros(h, w)
        m[0:-7, 0:-7] = 1
        m[0:-7, -7:-3] = 2
        m[-7:-3, 0:-3] = 3
        m[-3:, -3:] = 4
        columns = torch.ones(h, w).t()
        columns[2].mul_(5)
        row = x.new_full((h,), 0.5)
        row[1:3].add_(1)
        row.unsqueeze_(1)
        row[4] = 9
        return m + x, m.flatten()[2:], columns + x.t(), row * x


@collect("traced", "scripted", flags="--inputs 'x=f32[H,W]'")
def parts_of_zeros_written():
    return _Regions(), (torch.randn(9, 11),)


@collect("traced", flags="--inputs 'x=f32[B,2,H,W]'")
def pooled_over_all():
    class Pooled(nn.Module):
        def forward(self, x):
            mean = nn.functional.avg_pool2d(x, x.size()[2:])
            return mean, nn.functional.max_pool2d(x, (x.size(2), x.size(3)))

    return Pooled(), (torch.randn(2, 2, 5, 7),)


@collect("traced", "scripted", flags=_IMAGE)
def scaled_by_decimals():
    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.cubic = nn.Upsample(scale_factor=1.7, mode="bicubic")
            self.linear = nn.Upsample(scale_factor=(0.9, 2.1), mode="bilinear")
            self.near = nn.Upsample(scale_factor=1.3, mode="nearest")

        def forward(self, x):
            return self.cubic(x), self.linear(x), self.near(x)

    return Scaled(), (torch.randn(1, 2, 10, 7),)


@collect("traced", flags="--inputs 'x=f32[B,3,H,W]'")
def last_of_a_running_sum():
    """Positions relative to the last row, as EdgeNeXt's: one row if there is any."""

    class Positions(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches = nn.Conv2d(3, 4, 2, 2)

        def forward(self, x):
            x = self.patches(x)
            rows = torch.ones(x.shape[0], x.shape[2], x.shape[3]).cumsum(1)
            return x + (rows / (rows[:, -1:] + 1e-6)).unsqueeze(1)

    return Positions(), (torch.randn(2, 3, 7, 10),)


@collect("traced", flags="--inputs 'x=f32[B,2,H,W]'")
def means_where_ways_meet():
    """Squeeze and excitation along shortcuts, at sizes of their own."""

    class Gates(nn.Module):
        def __init__(self):
            super().__init__()
            self.strides = nn.ModuleList(nn.Conv2d(2, 2, 1 + i, 2) for i in range(4))

        def forward(self, x):
            for stride in self.strides:
                for _ in range(4):
                    y = torch.relu(x)
                    x = x + y * torch.sigmoid(y.mean((2, 3), keepdim=True))
                x = stride(x)
            return x.mean((2, 3))

    return Gates(), (torch.randn(1, 2, 65, 80),)


@collect("traced", flags=_IMAGE)
def pooled_to_the_end():
    class Pooled(nn.Module):
        def forward(self, x):
            most, average = nn.functional.max_pool2d, nn.functional.avg_pool2d
            y, at = nn.functional.max_pool2d_with_indices(x, 3, 2, ceil_mode=True)
            return (
                most(x, 2, 2, ceil_mode=True) + average(x, 2, 2, ceil_mode=True),
                most(x, 2, 3, 1, ceil_mode=True) + average(x, 2, 3, 1, True),
                average(x, 3, 3, 1, True, False) + average(x, 3, 3, 1, True),
                average(x, 3, 2, 0, True, divisor_override=4) + y + at,
            )

    return Pooled(), (torch.randn(1, 2, 9, 14),)


@collect("traced", flags=_IMAGE)
def padded_to_one_size():
    """What a reader derives of sums of maxima, of skips and of crops in a row takes tract minutes."""

    class Framed(nn.Module):
        def __init__(self):
            super().__init__()
            self.down = nn.Conv2d(2, 2, 2, 2)
            self.up = nn.ConvTranspose2d(2, 2, 2, 2)

        def forward(self, x):
            x = nn.functional.pad(nn.functional.avg_pool2d(x, 3, 2, 1), [1, 2, 3, 2])
            y = self.up(self.down(x))
            h, w = x.shape[2] - y.shape[2], x.shape[3] - y.shape[3]
            x = x + nn.functional.pad(y, [w // 2, w - w // 2, h // 2, h - h // 2])
            outs = []
            for mode, size in ("constant", 16), ("replicate", 24):
                w, h = size - x.shape[3], size - x.shape[2]
                pad = [w // 2, w - w // 2, h // 2, h - h // 2]
                outs.append(nn.functional.pad(x, pad, mode=mode))
            h, w = (3 - n % 3 for n in x.shape[2:])
            return *outs, nn.functional.pad(x, [0, w % 3, h % 3, 0])

    return Framed(), (torch.randn(1, 2, 27, 18),)


@collect("traced", flags="--inputs 'x=f32[1,1,H,W]'")
def resized_to_sizes():
    """141 / 282, as a product with a reciprocal, is less than a half."""

    class Resized(nn.Module):
        def forward(self, x):
            y = nn.functional.max_pool2d(x, 2, 2)
            return nn.functional.interpolate(y, size=x.shape[2:], mode="nearest")

    return Resized(), (torch.randn(1, 1, 4, 282),)


@collect("traced", flags="--inputs 'x=f32[B,2,H,W]'")
def loops_over_columns_of_images():
    """Sequencer's: each column is a sequence, and there are B*W of them."""

    class Columns(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(2, 3, batch_first=True)

        def forward(self, x):
            b, c, h, w = x.shape
            return self.lstm(x.permute(0, 3, 2, 1).reshape(-1, h, c))[0].view(b, w, h, 3)

    return Columns(), (torch.randn(2, 2, 5, 4),)


@collect("traced", flags=_IMAGE)
def sizes_of_two_forms():
    """(2*H-2)/3 or (2*H+1)/3-1: tract takes one or the other by chance, and multiplies them."""

    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.up = nn.ConvTranspose2d(2, 2, 2, 2, 1)
            self.down = nn.Conv2d(2, 2, 5, 3, 1)
            self.again = nn.ConvTranspose2d(2, 2, 3, 3)

        def forward(self, x):
            x = self.up(x)
            return self.again(self.down(x)) + self.again(self.down(x.tanh()))

    return Scaled(), (torch.randn(1, 2, 9, 14),)


@collect("traced", flags=_IMAGE)
def batched_to_multiples():
    """As torchvision's detectors put images together: the largest of each size, through floats."""

    def f(x):
        largest = [torch.stack([torch.as_tensor(x.shape[i]), torch.as_tensor(x.shape[2])]).to(torch.float32).max()
                   for i in (2, 3)]
        h, w = ((torch.ceil(size / 32) * 32).to(torch.int64) for size in largest)
        return nn.functional.pad(x, (0, w - x.shape[3], 0, h - x.shape[2]))

    return f, (torch.randn(1, 2, 18, 35),)


@collect("traced", flags=_IMAGE)
def steps_between_anchors():
    """As torchvision's detectors place anchors: an image's size divided by that of its features."""

    class Anchors(nn.Module):
        def __init__(self):
            super().__init__()
            self.down = nn.Conv2d(2, 2, 3, 2, 1)

        def forward(self, x):
            y = self.down(self.down(x))
            steps = [torch.empty((), dtype=torch.int64).fill_(x.shape[i] // y.shape[i]) for i in (2, 3)]
            rows, columns = (torch.arange(y.shape[i], dtype=torch.int32) * steps[i - 2] for i in (2, 3))
            grid = torch.meshgrid(rows, columns, indexing="ij")
            both = torch.tensor([x.shape[2] // y.shape[2], 7, x.shape[3] // y.shape[2] + x.shape[2] // y.shape[3]])
            return y, torch.stack(grid).flatten(1), both

    return Anchors(), (torch.randn(1, 2, 21, 18),)
