"""Models that end at tensors inside (--cut), with heads that cannot be converted."""

import fixture
import torch
from torch import nn

FIXTURES = []
collect = fixture.collector(FIXTURES)


class _Block(nn.Module):
    """Two results by name, and a variable between."""

    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels + 1, 3, padding=1)
        self.norm = nn.BatchNorm2d(channels + 1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        before = self.norm(self.conv(x))
        middle = before * 2.0
        return {"on": self.relu(middle), "off": -before}


class _Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = _Block(3)
        self.second = _Block(4)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        x = self.pool(self.first(x)["on"])
        y = self.second(x)
        return y["on"], y["off"]


class Detector(nn.Module):
    """As many results as the values decide: not to be converted."""

    def __init__(self):
        super().__init__()
        self.backbone = _Backbone()
        self.head = nn.Linear(5, 2)

    def forward(self, x):
        on, off = self.backbone(x)
        scores = self.head(on.flatten(2).transpose(1, 2))
        doubled = scores + scores
        return doubled[doubled > 0.1], off


def _scores(module, x):
    on, _ = module.backbone(x)
    scores = module.head(on.flatten(2).transpose(1, 2))
    return scores, on


@collect(
    "traced", "scripted",
    flags="--cut head,backbone.second --output_names scores,on,off",
    recorded=lambda module, x: (*_scores(module, x), module.backbone(x)[1]),
)  # fmt: skip
def cut_detector():
    return Detector(), (torch.randn(1, 3, 8, 6),)


def inside(module, x):
    first = module.backbone.first
    before = first.norm(first.conv(x))
    return before, before * 2.0, _scores(module, x)[0] * 2


@collect(flags="--cut backbone.first.norm,backbone_first_input,doubled", recorded=inside)
def cut_at_variables():
    return Detector(), (torch.randn(1, 3, 8, 6),)


@collect("scripted", flags="--cut backbone.first.norm,backbone.first.middle,doubled", recorded=inside)
def cut_at_script_variables():
    return Detector(), (torch.randn(1, 3, 8, 6),)


def inside_exported(module, x):
    before, middle, _ = inside(module, x)
    scores, on = _scores(module, x)
    return before, middle, scores, on, module.backbone(x)[1]


class Repeated(nn.Module):
    """A module that is called three times, a variable that is bound again, and what it keeps."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(4))
        self.register_buffer("late", torch.zeros(4))
        self.layer = nn.Linear(4, 4)

    def forward(self, x):
        self.mean += 0.5 * (x.mean(0) - self.mean)
        h = self.layer(x) + self.mean
        for _ in range(2):
            h = torch.tanh(self.layer(h))
        self.late += h.sum(0)
        return torch.unique(h + self.late)


def repeated(module, x):
    h = module.layer(x) + module.mean
    one = module.layer(h)
    two = torch.tanh(one)
    return two, module.layer(two)


@collect("scripted", flags="--cut h0_1,layer_2", recorded=repeated)
def cut_at_later_calls():
    return Repeated(), [(torch.randn(3, 4),), (torch.randn(3, 4),)]
