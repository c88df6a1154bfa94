"""Results with as many rows as the inputs' values decide, padded (--max_detections): what non-maximum
suppression keeps, what masks choose, and what programs do with these."""

import fixture
import torch
from torch import nn
from torch.nn import functional as F
from torchvision import ops
from torchvision.models.detection._utils import _topk_min

FIXTURES = []
collect = fixture.collector(FIXTURES)


def padded(most, *sized):
    """Records outputs of which those at `sized` (positions by size) are padded to `most` rows, or to
    the number before them; their counts behind all."""

    def record(module, *inputs):
        outputs, counts = list(module(*inputs)), []
        for group in sized:
            size, positions = group if isinstance(group, tuple) else (most, group)
            counts.append(torch.tensor(min(outputs[positions[0]].shape[0], size)))
            for i in positions:
                rows = outputs[i][:size]
                missing = [0, 0] * (rows.dim() - 1) + [0, size - rows.shape[0]]
                outputs[i] = F.pad(rows, missing)
        return (*outputs, *counts)

    return record


def some_boxes(count, size=20.0):
    begin = torch.rand(count, 2) * size
    return torch.cat([begin, begin + torch.rand(count, 2) * size / 2], 1)


class _Suppressed(nn.Module):
    def forward(self, boxes, scores):
        keep = ops.nms(boxes, scores, 0.3)
        exact = ops.nms(boxes, scores, 0.45)
        few = keep[:3]
        return boxes[keep], scores[keep], keep, exact, boxes[few].sum(1), scores[keep].sum()


def edge_boxes():
    """Some, and those where something decides: equal scores, boxes that are equal, touch, have no
    area or are turned round, and shares of exactly 0.3 and 0.45."""
    edges = torch.tensor([
        [0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 3], [50, 0, 60, 9], [50, 0, 60, 20],
        [10, 0, 20, 10], [5, 5, 5, 5], [5, 5, 5, 5], [9, 9, 3, 3], [70, 0, 75, 0],
    ])  # fmt: skip
    boxes = torch.cat([some_boxes(14), edges.float()])
    scores = (torch.rand(len(boxes)) * 8).round() / 8
    scores[3] = float("-inf")
    return boxes, scores


@collect("traced", "scripted", flags="--max_detections 30",
         recorded=padded(24, [0, 1, 2], [3], (3, [4])))  # fmt: skip
def nms_kept():
    return _Suppressed(), edge_boxes()


@collect(flags="--max_detections 5", recorded=padded(5, [0, 1, 2], [3], (3, [4])))
def nms_cut_off():
    return _Suppressed(), edge_boxes()


@collect(flags="--max_detections 4", recorded=padded(4, [0]))
def nms_f64():
    class Doubles(nn.Module):
        def forward(self, boxes, scores):
            return (ops.nms(boxes, scores, 0.3),)

    boxes, scores = edge_boxes()
    return Doubles(), (boxes.double(), scores.double())


class _Detector(nn.Module):
    """Two levels, each of boxes above a score, its best ones; joined, suppressed by class, cut, and
    looked at again."""

    def __init__(self, limit=0.5):
        super().__init__()
        self.levels = nn.ModuleList([nn.Conv2d(3, 7, 3, 2, 1), nn.Conv2d(3, 7, 3, 4, 1)])
        self.second = nn.Linear(3 * 2 * 2, 2)
        self.limit = limit

    def _level(self, x, conv: nn.Conv2d, stride: float):
        y = conv(x)
        classes = y[0, :3].flatten(1).t().sigmoid()
        sides = y[0, 3:].flatten(1).t().exp() * stride
        at = torch.arange(classes.shape[0])
        corner = torch.stack([at % y.shape[3], at // y.shape[3]], 1) * stride
        boxes = torch.cat([corner - sides[:, :2], corner + sides[:, 2:]], 1)
        scores, labels = classes.max(1)
        keep = scores > self.limit
        return boxes[keep], scores[keep], labels[keep]

    def forward(self, x):
        b0, s0, l0 = self._level(x, self.levels[0], 2.0)
        b1, s1, l1 = self._level(x, self.levels[1], 4.0)
        boxes, scores, labels = torch.cat([b0, b1]), torch.cat([s0, s1]), torch.cat([l0, l1])
        boxes = ops.clip_boxes_to_image(boxes, (12, 16))
        keep = ops.batched_nms(boxes, scores, labels, 0.4)[:9]
        boxes, scores, labels = boxes[keep], scores[keep], labels[keep]
        regions = ops.roi_align(x, [boxes], 2, sampling_ratio=2)
        again = self.second(regions.flatten(1)).softmax(1)
        best, order = again[:, 0].sort(descending=True)
        return boxes[order], scores[order], labels[order], best, scores.mean(), labels.max()


@collect(flags="--max_detections 12", recorded=padded(9, [0, 1, 2, 3]))
def detector_levels():
    return _Detector(), (torch.randn(1, 3, 12, 16),)


@collect(flags="--max_detections 12", recorded=padded(9, [0, 1, 2, 3]))
def detector_finds_little():
    return _Detector(0.93), (torch.randn(1, 3, 12, 16) * 2,)


class _Chosen(nn.Module):
    """What masks choose: slices from both ends, joins, sorts, running sums, positions, counts."""

    def forward(self, x, w):
        a, b = x[x[:, 0] > 0], x[w > 0]
        both = torch.cat([a, w[:2, None].expand(2, 3), b])
        values, order = a[:, 1].sort(descending=True)
        found = torch.nonzero(w > 0)
        pairs = (a[:, None] - a[None]).abs().sum(2)
        return (a * 2, values, order, pairs.argmax(1), pairs.sum(0), both, both.cumsum(0),
                found, both.mean(0), a.flip(0), both[-1], w + a.shape[0])  # fmt: skip


@collect("traced", "scripted", flags="--max_detections 20",
         recorded=lambda module, *inputs: _chosen(module, *inputs))  # fmt: skip
def chosen_rows():
    return _Chosen(), (torch.randn(7, 3), torch.randn(7))


def _chosen(module, x, w):
    """Rows are at most what there can be: 7, and 16 of all that is joined."""
    outputs, counts = list(module(x, w)), []
    for positions, rows in (([0, 1, 2, 3, 4, 9], 7), ([5, 6], 16), ([7], 7)):
        counts.append(torch.tensor(outputs[positions[0]].shape[0]))
        for i in positions:
            y = outputs[i]
            outputs[i] = F.pad(y, [0, 0] * (y.dim() - 1) + [0, rows - y.shape[0]])
    return (*outputs, *counts)


class Exported(nn.Module):
    """What torch.export knows the sizes of no more."""

    def forward(self, boxes, scores, labels):
        keep = ops.batched_nms(boxes, scores, labels, 0.3)
        high = scores > 0.5
        return boxes[keep], labels[keep], boxes[high], torch.nonzero(high)[:, 0] + 1


exported = padded(24, [0, 1], [2, 3])


def _refused(name, why, forward):
    class Refused(nn.Module):
        pass

    Refused.forward = forward
    FIXTURES.append(fixture.Fixture(name, lambda: (Refused(), edge_boxes()), refused=why))


_refused("nms_without_bound", "--max_detections N",
         lambda self, boxes, scores: boxes[ops.nms(boxes, scores, 0.5)])  # fmt: skip


class _OpenDetector(nn.Module):
    """Of an image of any size: the best rows of each level, fewer where a level is small, suppressed
    together; and all rows of the first level."""

    def __init__(self):
        super().__init__()
        self.levels = nn.ModuleList(nn.Conv2d(3, 5, 3, stride, 1) for stride in (2, 3, 4, 7))

    def forward(self, x):
        rows = []
        for conv in self.levels:
            y = conv(x)[0]
            scores, sides = y[0].flatten(), y[1:].flatten(1).t().exp()
            steps = [torch.empty((), dtype=torch.int64).fill_(x.shape[i] // y.shape[i - 1]) for i in (2, 3)]
            at = torch.arange(scores.shape[0])
            corner = torch.stack([at % y.shape[2] * steps[1], at // y.shape[2] * steps[0]], 1)
            boxes = torch.cat([corner - sides[:, :2], corner + sides[:, 2:]], 1)
            rows.append((boxes, scores))
        first = ops.nms(*rows[0], 0.2)[:4]
        best = [(boxes[at], top) for boxes, scores in rows
                for top, at in [scores.topk(_topk_min(scores, 9, 0))]]
        boxes, scores = (torch.cat(parts) for parts in zip(*best))
        likely = scores > 0.1
        boxes, scores = boxes[likely], scores[likely]
        keep = ops.nms(boxes, scores, 0.3)[:6]
        return rows[0][0][first], boxes[keep], scores[keep]


@collect("traced", flags="--inputs 'x=f32[1,3,H,W]' --max_detections 6",
         recorded=padded(6, (4, [0]), [1, 2]))  # fmt: skip
def detector_of_open_images():
    return _OpenDetector(), (torch.randn(1, 3, 13, 17),)
