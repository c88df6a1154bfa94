"""What a fixture is, and the list a module of fixtures fills."""

from dataclasses import dataclass
from typing import Callable


@dataclass
class Fixture:
    name: str
    make: Callable  # () -> (module, inputs)
    how: str = "traced"  # traced | scripted | frozen
    refused: str = ""


def collector(fixtures):
    """A decorator that adds a function () -> (module, inputs) to a list, under its own name, and
    with "_how" behind it for each further way to make the archive."""

    def collect(*ways, refused=""):
        def add(make):
            for i, how in enumerate(ways or ("traced",)):
                name = f"{make.__name__}_{how}" if i else make.__name__
                fixtures.append(Fixture(name, make, how, refused))
            return make

        return add

    return collect
