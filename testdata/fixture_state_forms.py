"""What modules keep between calls other than tensors of their own: shared ones, numbers, containers;
and states whose first value is not zeros."""

from typing import Dict, List, Optional

import fixture
import torch
from fixture_state import calls
from torch import nn

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)
stateful = fixture_of("scripted")


@stateful
def state_shared_by_two_buffers():
    """Two attributes are one tensor: what is written through one is seen through the other."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            total = torch.zeros(2, 3)
            self.register_buffer("left", total)
            self.register_buffer("right", total)

        def forward(self, x):
            self.left.add_(x)
            y = self.right * 2
            self.right.mul_(0.5)
            return y + self.left

    return Model(), calls(4, 2, 3)


@stateful
def state_shared_by_assignment():
    """One tensor is given to two attributes, and written in place."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.left = torch.zeros(2, 3)
            self.right = torch.zeros(2, 3)

        def forward(self, x):
            h = torch.tanh(self.left + x)
            self.left = h
            self.right = h
            self.right.mul_(0.5)
            return self.left + self.right

    return Model(), calls(4, 2, 3)


@stateful
def state_counting_number():
    """An int and a float that change at every call and matter: states of rank 0."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.calls = 0
            self.gain = 1.0
            self.mean = torch.zeros(3)

        def forward(self, x):
            self.calls += 1
            self.gain *= 0.9
            self.mean = self.mean + (x.mean(0) - self.mean) / self.calls
            return self.mean * self.gain

    return Model(), calls(4, 2, 3)


@stateful
def state_alternating_flag():
    """A bool that changes at every call; a count down to nothing that stops."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.odd = False
            self.left = 3

        def forward(self, x):
            self.odd = not self.odd
            if self.left > 1:
                self.left -= 1
            y = x * self.left
            if self.odd:
                y = -y
            return y

    return Model(), calls(5, 2, 3)


@stateful
def state_first_call_flag():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.started = False
            self.calls = 0
            self.last = torch.zeros(0)
            self.second = torch.zeros(1)

        def forward(self, x):
            if not self.started:
                self.last = torch.zeros_like(x)
                self.started = True
            if self.calls == 0:
                self.second = torch.zeros(2, 3)
            self.calls += 1
            y = x - 0.97 * self.last + self.second
            self.last = x
            self.second = y * 0.1
            return y

    return Model(), calls(4, 2, 3)


@stateful
def state_that_warms_up():
    """The second call differs from the first and from later ones."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.calls = 0
            self.last = torch.zeros(2, 3)
            self.warm = False

        def forward(self, x):
            y = x
            if self.calls >= 2:
                y = x + self.last
            if self.warm:
                y = y * 0.5
            if self.calls == 1:
                self.warm = True
            self.last = y
            self.calls += 1
            return y

    return Model(), calls(5, 2, 3)


@stateful
def state_in_lists_and_dicts():
    class Model(nn.Module):
        hidden: List[torch.Tensor]
        cache: Dict[str, torch.Tensor]

        def __init__(self):
            super().__init__()
            self.cells = nn.ModuleList([nn.GRUCell(3, 3), nn.GRUCell(3, 3)])
            self.hidden = []
            self.cache = {}

        def forward(self, x):
            if len(self.hidden) == 0:
                self.hidden = [torch.zeros(2, 3), torch.zeros(2, 3)]
            hidden = self.hidden
            for i, cell in enumerate(self.cells):
                x = cell(x, hidden[i])
                hidden[i] = x
            if "last" in self.cache:
                x = x - self.cache["last"]
            self.cache["last"] = hidden[0]
            return x

    return Model(), calls(4, 2, 3)


@stateful
def state_from_ones():
    """The first call takes ones, and a parameter, for what is not there yet."""

    class Model(nn.Module):
        hidden: Optional[torch.Tensor]

        def __init__(self):
            super().__init__()
            self.start = nn.Parameter(torch.randn(3))
            self.hidden = None
            self.level = torch.zeros(0)

        def forward(self, x):
            if self.level.numel() == 0:
                self.level = torch.ones(2, 1)
            hidden = self.hidden
            if hidden is None:
                hidden = self.start.unsqueeze(0).expand(x.size(0), 3)
            hidden = torch.tanh(x + hidden)
            self.hidden = hidden
            self.level = self.level * 0.5 + hidden.abs().amax(1, keepdim=True)
            return hidden / self.level

    return Model(), calls(4, 2, 3)


@stateful
def state_ring_written_at_a_position():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("ring", torch.zeros(4, 3))
            self.register_buffer("at", torch.tensor(0))

        def forward(self, x):
            self.ring.index_copy_(0, self.at.reshape(1), x)
            self.at = (self.at + 1) % 4
            return self.ring.sum(0)

    return Model(), calls(6, 1, 3)


@fixture_of("scripted", refused="attribute 'rows' is f32[1,3], then f32[2,3]")
def refused_growing_state():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.rows = torch.zeros(0, 3)

        def forward(self, x):
            y = x + self.rows.sum(0)
            self.rows = torch.cat([self.rows, x[:1]])
            return y

    return Model(), calls(1, 2, 3)


@fixture_of("scripted", refused="attribute 'calls' is a number that changes at every call")
def refused_counting_size():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            return x.repeat(self.calls, 1)

    return Model(), calls(1, 2, 3)


@fixture_of("scripted", refused="that shares memory with another (attributes 'left' and 'right')")
def refused_write_into_shared_state():
    """Two attributes are parts of one tensor that overlap."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.left = torch.zeros(2, 2)
            self.right = torch.zeros(2, 2)

        def forward(self, x):
            self.left.add_(1)
            y = torch.cat([self.left, self.right], 1) + x
            self.left = y[:, :2]
            self.right = y[:, 1:3]
            return y

    return Model(), calls(1, 2, 4)
