"""What surrounds forward: hooks, arguments of every kind, states in containers of numbers."""

from typing import Dict, List, Optional, Tuple

import fixture
import torch
from fixture_state import calls
from torch import nn

FIXTURES = []
fixture_of = fixture.collector(FIXTURES)


class Doubling(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 2


def times_ten(self, input: Tuple[torch.Tensor], output: torch.Tensor) -> torch.Tensor:
    return output * 10


def plus_five(self, input: Tuple[torch.Tensor]) -> torch.Tensor:
    return input[0] + 5


@fixture_of("scripted")
def forward_hooks():
    """Hooks of the module that is called and of one inside."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Doubling()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.inner(x) + 1

    model = Model()
    for module in (model, model.inner):
        module.register_forward_pre_hook(plus_five)
        module.register_forward_hook(times_ten)
    return model, (torch.randn(2, 3),)


@fixture_of(
    "scripted",
    constants=(1,),
    flags="""--inputs 'x=f32[2,3]' --args 'lengths=[3,1];names=["a","bb"];gain={"a":0.5};up=True'""",
)
def arguments_of_every_kind():
    """Values of --args: a tensor becomes a constant, so that a size may follow from it."""

    class Model(nn.Module):
        def forward(
            self,
            x,
            lengths: torch.Tensor,
            names: List[str],
            gain: Dict[str, float],
            mask: Optional[torch.Tensor] = None,
            up: bool = False,
        ):
            longest = int(lengths.max())
            keep = torch.arange(longest)[None, :] < lengths[:, None]
            for name in names:
                x = x * gain.get(name, 3.0) + len(name)
            if mask is not None:
                keep = keep & mask
            return x * keep if up else x

    arguments = (
        torch.randn(2, 3), torch.tensor([3, 1]), ["a", "bb"], {"a": 0.5}, None, True
    )  # fmt: skip
    return Model(), arguments


@fixture_of("scripted")
def state_in_lists_of_numbers():
    class Model(nn.Module):
        numbers: List[int]

        def __init__(self):
            super().__init__()
            self.numbers = [0, 5]

        def forward(self, x):
            self.numbers[0] += 1
            return x * self.numbers[0] + self.numbers[1]

    return Model(), calls(4, 2, 3)


@fixture_of("scripted")
def state_that_values_trigger():
    """A detector's flags and positions: bools and ints that the inputs' values decide."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.triggered = False
            self.candidate = 0
            self.now = 0

        def forward(self, x):
            p = torch.sigmoid(x.mean()).item()
            self.now += x.size(1)
            start, end = -1, -1
            if p >= 0.5 and self.candidate > 0:
                self.candidate = 0
            if p >= 0.5 and not self.triggered:
                self.triggered = True
                start = self.now
            if p < 0.35 and self.triggered:
                if self.candidate == 0:
                    self.candidate = self.now
                if self.now - self.candidate >= 8:
                    end = self.candidate
                    self.candidate = 0
                    self.triggered = False
            return torch.tensor(start), torch.tensor(end), p

    speech = [False, True, True, False, True, False, False, False, False, True]
    return Model(), [(torch.randn(1, 4) + (3 if s else -3),) for s in speech]


@fixture_of("scripted", flags="--inputs 'x=f32[S,3]'")
def loop_over_open_size_from_both_ends():
    class Model(nn.Module):
        def forward(self, x):
            rows: List[torch.Tensor] = []
            total = torch.zeros(3)
            for i in range(x.size(0)):
                total = total + x[i] * x[x.size(0) - 1 - i]
                rows.append(x[x.size(0) - 1 - i] - total)
            return torch.stack(rows), total

    return Model(), (torch.randn(5, 3),)


@fixture_of("scripted")
def state_setting_left_behind():
    """A number that only the first call changes is carried too."""

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = 2.0

        def forward(self, x):
            y = x * self.scale
            self.scale = 3.0
            return y

    return Model(), calls(3, 2, 3)


@fixture_of("scripted", refused="which find changed what it has left (attribute 'kind')")
def refused_setting_left_behind():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.kind = "double"

        def forward(self, x):
            y = x * 2 if self.kind == "double" else x + 1
            self.kind = "plain"
            return y

    return Model(), calls(1, 2, 3)


class Selector(nn.Module):
    def forward(self, x):
        return x[x > 0].flip(0)


@fixture_of("scripted", refused="(module encoder.select)")
def refused_data_dependent_size_inside():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential()
            self.encoder.add_module("linear", nn.Linear(3, 3))
            self.encoder.add_module("select", Selector())

        def forward(self, x):
            return self.encoder(x).sum()

    return Model(), (torch.randn(2, 3),)
