"""Arguments that hold others: NamedTuples, dicts, lists, unions; each tensor in them is an input,
which --inputs names by its path."""

from typing import Dict, List, NamedTuple, Optional, Tuple, Union

import fixture
import torch
from torch import nn

FIXTURES = []
collect = fixture.collector(FIXTURES)


class State(NamedTuple):
    value: torch.Tensor
    index: torch.Tensor


class Caches(NamedTuple):
    states: List[State]
    length: Optional[torch.Tensor]


def _state():
    return State(torch.randn(2), torch.randn(2))


class _Named(nn.Module):
    def forward(self, x: torch.Tensor, state: State, first: Optional[State],
                pair: Tuple[State, torch.Tensor], more: Optional[Caches] = None) -> State:  # fmt: skip
        x = x + state.value * pair[0].index - pair[1]
        if first is not None:
            x = x + first.index
        if more is not None:
            for i, s in enumerate(more.states):
                x = x + s.value * (i + 1)
            if more.length is None:
                x = x * 2
        return State(x, x * state.index)


def _at(path):
    return f"{path}.value=f32[2];{path}.index=f32[2]"


@collect("scripted", flags=f"--inputs 'x=f32[2];{_at('state')};{_at('first')};{_at('pair.0')};"
         "pair[1]=f32[2]'")  # fmt: skip
def argument_named_tuples():
    return _Named(), (torch.randn(2), _state(), _state(), (_state(), torch.randn(2)))


@collect("scripted", flags=f"--inputs 'x=f32[2];{_at('state')};{_at('pair.0')};pair.1=f32[2];"
         f"{_at('more.states.0')};{_at('more.states[1]')}' --args first=None")  # fmt: skip
def argument_named_tuples_in_lists():
    caches = Caches([_state(), _state()], None)
    return _Named(), (torch.randn(2), _state(), None, (_state(), torch.randn(2)), caches)


class _Dicts(nn.Module):
    def forward(self, lists: Dict[str, List[torch.Tensor]], pairs: Dict[str, Tuple[torch.Tensor, int]],
                deep: Dict[str, Dict[str, torch.Tensor]], numbered: Dict[int, torch.Tensor]):  # fmt: skip
        x = lists["a"][0] * lists["a"][1] + lists["odd key"][0]
        x = x * pairs["p"][0] + pairs["p"][1]
        return {"sum": x - deep["b"]["3"], "rest": numbered[3] * 2 - numbered[-1]}


@collect("scripted", flags="--inputs 'lists.a.0=f32[2];lists.a[1]=f32[2];lists[\"odd key\"].0=f32[2];"
         "pairs.p[0]=f32[2];deep.b[\"3\"]=f32[2];numbered[3]=f32[2];numbered[-1]=f32[2]' "
         "--args pairs.p.1=7")  # fmt: skip
def argument_dicts():
    lists = {"a": [torch.randn(2), torch.randn(2)], "odd key": [torch.randn(2)]}
    numbered = {3: torch.randn(2), -1: torch.randn(2)}
    return _Dicts(), (lists, {"p": (torch.randn(2), 7)}, {"b": {"3": torch.randn(2)}}, numbered)


class _Either(nn.Module):
    def forward(self, x: Union[torch.Tensor, List[torch.Tensor], Dict[str, torch.Tensor]],
                by: Union[int, float, torch.Tensor]) -> torch.Tensor:  # fmt: skip
        if isinstance(x, torch.Tensor):
            y = x
        elif isinstance(x, List[torch.Tensor]):
            y = x[0] - x[1]
        else:
            y = x["a"] * 3
        if isinstance(by, torch.Tensor):
            return y * by
        return y + by


@collect("scripted", flags="--inputs 'x.0=f32[2];x.1=f32[2];by=f32[2]'")
def argument_unions():
    return _Either(), ([torch.randn(2), torch.randn(2)], torch.randn(2))


@collect("scripted", flags="--inputs 'x.a=f32[S]' --args by=3")
def argument_unions_by_number():
    return _Either(), ({"a": torch.randn(2)}, 3)


class _Traced(nn.Module):
    def forward(self, x, named, pair, many):
        return x * named["odd key"] + named["b"] - pair[0] * pair[1][0] + many[0] * many[1]


@collect("traced", flags="--inputs 'named[\"odd key\"]=f32[S];x=f32[S];many.1=f32[...];named.b=f32[S];"
         "pair.1.0=f32[S];pair.0=f32[S];many[0]=f32[S]' --assert S==2")  # fmt: skip
def argument_examples():
    named = {"odd key": torch.randn(2), "b": torch.randn(2)}
    pair = (torch.randn(2), (torch.randn(2),))
    return _Traced(), (torch.randn(2), named, pair, [torch.randn(2), torch.randn(2)])


class _Lists(nn.Module):
    def forward(self, xs: List[torch.Tensor], scale: float, names: Dict[str, float]):
        total = torch.zeros(2)
        for x in xs:
            total = total + x * scale
        return total * names["a"]


@collect("scripted", flags="--inputs 'xs.0=f32[2];xs.1=f32[2];xs.2=f32[2]' "
         "--args 'scale=2;names={\"a\":3}'")  # fmt: skip
def argument_lists():
    return _Lists(), ([torch.randn(2), torch.randn(2), torch.randn(2)], 2.0, {"a": 3.0})


@collect("scripted", refused="fits no argument of forward(x, state, first, pair, more), which takes x, "
         "state.value, state.index, first.value", flags="--inputs 'x=f32[2];state.valu=f32[2]'")
def argument_astray():
    return _Named(), (torch.randn(2), _state(), _state(), (_state(), torch.randn(2)))


@collect("scripted", refused="argument 'state.index' (Tensor) has no value; add --inputs "
         "\"state.index=f32[...]\"", flags="--inputs 'x=f32[2];state.value=f32[2]'")
def argument_missing():
    return _Named(), (torch.randn(2), _state(), _state(), (_state(), torch.randn(2)))
