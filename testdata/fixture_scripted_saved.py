"""Scripted models frozen, optimised or saved in other ways."""

import fixture
import torch
from torch import nn
from torch.nn import functional as F

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)


@fixture_of("scripted", train=True)
def training_mode():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(3)
            self.drop = nn.Dropout(0.5)

        def forward(self, x):
            return F.dropout(self.drop(self.norm(x)), 0.5, self.training)

    return Model(), (torch.randn(4, 3),)


@fixture_of("scripted", train=True, flags="--training keep")
def training_kept():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = nn.BatchNorm1d(3, track_running_stats=False)
            self.drop = nn.Dropout(0.0)

        def forward(self, x):
            y = self.drop(self.norm(x))
            return y * 2 if self.training else y

    return Model(), (torch.randn(4, 3),)


@fixture_of("scripted", train=True, flags="--training keep", refused="aten::dropout")
def refused_training_kept():
    return nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5)), (torch.randn(2, 3),)


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.head = nn.Linear(4, 5)
        self.scale = 2.0

    def features(self, x):
        return F.relu(self.norm(self.conv(x))) * self.scale

    def forward(self, x):
        return self.head(F.dropout(self.features(x), 0.2, self.training).mean((2, 3)))


@fixture_of("frozen", "mobile")
def saved_for_inference():
    return Small(), (torch.randn(1, 3, 6, 6),)


@fixture_of("optimized", refused="optimize_for_inference() moves the weights")
def refused_lost_weights():
    return Small(), (torch.randn(1, 3, 6, 6),)


@fixture_of("preserved", method="embed")
def frozen_with_preserved_method():
    class Model(Small):
        @torch.jit.export
        def embed(self, x):
            return self.features(x).flatten(1)

    return Model(), (torch.randn(1, 3, 4, 4),)
