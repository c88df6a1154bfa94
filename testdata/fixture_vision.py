"""torchvision's operators, and sampling in other types than f32."""

import fixture
import torch
from torch import nn
from torch.nn import functional as F
from torchvision import ops

FIXTURES = []
collect = fixture.collector(FIXTURES)


def boxes(images, height, width):
    """Regions of image, x1, y1, x2, y2: common ones, and those where rounding decides."""
    some = torch.rand(6, 4) * torch.tensor([width, height, width, height]) / 2
    some[:, 2:] = some[:, :2] + some[:, 2:] + 0.5
    edges = torch.tensor(
        [
            [0, 0, width, height],  # whole, and twice as large
            [0, 0, 2 * width, 2 * height],
            [-3, -2, 6, 7],
            [2, 3, 2, 3],  # nothing
            [5, 5, 3, 4],  # turned round
            [1, 0, 10, 6],  # a whole number of elements a bin
            [-90, 1, 200, 4],
            [width + 2, height + 2, width + 9, height + 9],
            [0.5, 0.5, 6.5, 6.5],
        ]
    )
    rois = torch.cat([some, edges])
    return torch.cat([torch.arange(len(rois)).view(-1, 1) % images, rois], 1)


class Regions(nn.Module):
    def forward(self, x, rois):
        return (
            ops.roi_align(x, rois, 3),
            ops.roi_align(x, rois, (2, 4), 0.5, aligned=True),
            ops.roi_align(x, rois, (3, 2), 1.5, 2, True),
            ops.roi_pool(x, rois, (3, 2), 0.75),
            ops.ps_roi_align(x, rois, 2, 0.5),
            ops.ps_roi_align(x, rois, 2, 1.0, 3),
        )


@collect()
def vision_regions():
    return Regions(), (torch.randn(2, 8, 10, 13), boxes(2, 10, 13))


@collect(flags="--dynamic_axes x:0=N,x:2=H,x:3=W,rois:0=K")
def vision_regions_open():
    first = (torch.randn(2, 4, 10, 13), boxes(2, 10, 13))
    second = (torch.randn(1, 4, 7, 7), boxes(1, 7, 7)[2:])
    return Regions(), [first, second, (torch.randn(3, 4, 12, 9), boxes(3, 12, 9)[:7])]


@collect("traced", flags="--dynamic_axes x:2=H,x:3=W,rois:0=K")
def vision_regions_of_one():
    first = (torch.randn(1, 3, 10, 13), boxes(1, 10, 13))
    second = (torch.randn(1, 3, 40, 33), boxes(1, 40, 33)[:9])

    class One(nn.Module):
        def forward(self, x, rois):
            return ops.roi_align(x, rois, (3, 2)), ops.roi_pool(x, rois, 2)

    return One(), [first, second]


@collect()
def vision_regions_of_other_types():
    class Typed(nn.Module):
        def forward(self, x, rois):
            found = []
            for kind in (torch.float16, torch.float64):
                a, r = x.to(kind), rois.to(kind)
                found += [ops.roi_align(a, r, 3), ops.roi_align(a, r, 2, 0.5, 2, True)]
                found += [ops.ps_roi_align(a, r, 2), ops.roi_pool(a, r, 2)]
            return tuple(found)

    # Of such numbers torch's halves add up without rounding.
    rois = torch.tensor([[0, 0, 0, 6, 6], [1, 2, 3, 8, 9], [0, -2, 1, 10, 7], [1, 4, 4, 16, 10]])
    return Typed(), (torch.randint(-3, 4, (2, 4, 10, 13)).float(), rois.float())


@collect()
def vision_sampling_of_other_types():
    class Typed(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.randint(-3, 4, (4, 2, 3, 3)) / 4)

        def forward(self, x, offset, mask, grid):
            found = []
            for kind in (torch.float16, torch.float64):
                args = [t.to(kind) for t in (x, offset, self.weight)]
                found.append(ops.deform_conv2d(*args, padding=1, mask=mask.to(kind)))
            for kind in KINDS_OF_GRIDS:
                for mode in ("bilinear", "nearest", "bicubic")[: 3 if kind == torch.float64 else 2]:
                    for padding in ("zeros", "border", "reflection"):
                        y = F.grid_sample(x.to(kind), grid.to(kind), mode, padding, True)
                        found.append(y.float() if kind == torch.bfloat16 else y)
            return tuple(found)

    # Places and numbers that halves have.
    x, grid = torch.randint(-3, 4, (1, 4, 5, 9)).float(), torch.randint(-19, 20, (1, 3, 4, 2)) / 16
    offset, mask = torch.randint(-8, 9, (1, 18, 5, 9)) / 4, torch.randint(0, 5, (1, 9, 5, 9)) / 4
    return Typed(), (x, offset, mask, grid)


KINDS_OF_GRIDS = (torch.float64, torch.float16, torch.bfloat16)


@collect()
def regions_of_levels():
    class Levels(nn.Module):
        """Each box is pooled from the level of its size, chosen by torch.where and scattered."""

        def __init__(self):
            super().__init__()
            self.pool = ops.MultiScaleRoIAlign(["a", "b"], 2, 2)

        def forward(self, a, b, rois):
            return self.pool({"a": a, "b": b}, [rois], [(80, 96)])

    rois = torch.tensor([[1.0, 2, 40, 50], [8, 8, 60, 30], [0, 0, 79, 79], [5, 5, 9, 9]])
    return Levels(), (torch.randn(1, 2, 10, 12), torch.randn(1, 2, 5, 6), rois)
