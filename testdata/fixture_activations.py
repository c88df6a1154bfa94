"""Activation functions that no block of the other fixtures has, at the points where they bend."""

import torch
from fixture import collector
from torch.nn import functional as F

FIXTURES = []
fixture_of = collector(FIXTURES)


@fixture_of()
def activations_with_kinks():
    class Model(torch.nn.Module):
        def forward(self, x):
            return (
                F.celu(x),
                F.celu(x, alpha=0.4),
                F.softshrink(x, 0.75),
                F.hardshrink(x),
                F.threshold(x, 0.1, -3.0),
                F.softplus(x, beta=2.0, threshold=1.5),
                F.celu_(x.half(), 2.0),
            )

    edges = [-0.75, -0.5, -0.0, 0.0, 0.1, 0.5, 0.75, 30.0, -30.0]
    return Model(), (torch.tensor([edges, torch.linspace(-3, 3, 9).tolist()]),)
