"""What a fixture is, and the list a module of fixtures fills."""

from dataclasses import dataclass
from typing import Callable


@dataclass
class Fixture:
    name: str
    make: Callable  # () -> (module or function, inputs)
    how: str = "traced"  # traced | scripted | frozen | preserved | optimized | mobile
    refused: str = ""
    method: str = "forward"
    flags: str = ""  # further flags; with --inputs among them, the inputs' own are left out
    pulse: str = ""  # symbol of the streaming axis and size of a pulse
    constants: tuple = ()  # positions of tensor arguments that --args gives
    train: bool = False  # saved in training mode, recorded in eval mode; in the former if flags keep it
    recorded: Callable = None  # (module, *inputs), after a call: the outputs, of a model that is cut
    steps: Callable = None  # (module, inputs) -> the scale of each output, 0 if it has none


def collector(fixtures):
    """A decorator that adds a function () -> (module, inputs) to a list, under its own name, and
    with "_how" behind it for each further way to make the archive."""

    def collect(*ways, **options):
        def add(make):
            for i, how in enumerate(ways or ("traced",)):
                name = f"{make.__name__}_{how}" if i else make.__name__
                fixtures.append(Fixture(name, make, how, **options))
            return make

        return add

    return collect
