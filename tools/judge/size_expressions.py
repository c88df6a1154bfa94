"""Random size expressions in tract: what it computes, against what was written.

    size_expressions.py WRITE_SIZES [--count=N] [--seed=N]

WRITE_SIZES (//emit:write_sizes) writes sums, products, quotients, remainders, minima and maxima of
one and two open sizes as models have them, without those that a conversion would refuse. Exit
status 1 if any differs at any of 20 sizes.
"""

import argparse
import subprocess
import sys
import tempfile

import isolated
import numpy as np
import tract_runner

_BATCH = 100
_HEAD = """version 1.0;
extension tract_registry tract_core;
extension tract_symbol H;
extension tract_symbol W;
extension tract_assert H >= 1;
extension tract_assert W >= 1;
graph network(x, zero) -> (y)
{
    x = external<scalar>(shape = [H, W]);
    zero = tract_core_external(shape = [1], datum_type = "i64");
    sizes = tract_core_cast([%s], to = "i64");
    y = add(sizes, zero);
}
"""


def _computed(texts, sizes):
    """The values of the expressions at each of the sizes, as tract computes them."""
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/graph.nnef", "w") as file:
            file.write(_HEAD % ", ".join(texts))
        model = tract_runner.runnable(folder)
        zero = np.zeros(1, np.int64)
        runs = [model.run([np.zeros(size, np.float32), zero]) for size in sizes]
        return [[int(v) for v in run[0].to_numpy()] for run in runs]


def _complaints(models, sizes):
    found = []
    for model in models:
        texts = [text for text, _ in model]
        try:
            computed = _computed(texts, sizes)
        except Exception as error:  # what tract says, whatever its type
            found.append(f"{texts}: {str(error).split('Stack backtrace')[0]}")
            continue
        for i, (text, want) in enumerate(model):
            got = [values[i] for values in computed]
            if got != want:
                found.append(f"{text}: {got} for {want}, with {texts}")
    return found


def _parse(line):
    return [
        (text, [int(v) for v in values.split(",")])
        for text, values in (size.rsplit("=", 1) for size in line.split(";"))
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("write_sizes")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    command = [options.write_sizes, str(options.count), str(options.seed)]
    written = subprocess.run(command, check=True, capture_output=True, text=True)
    head, *lines = written.stdout.splitlines()
    sizes = [tuple(int(v) for v in size.split(",")) for size in head.split(";")]
    models = [_parse(line) for line in lines]
    wrong = []
    for start in range(0, len(models), _BATCH):
        batch = models[start : start + _BATCH]
        outcome = isolated.call(_complaints, batch, sizes, timeout=3600)
        wrong += outcome.value if outcome.status == "ok" else [f"tract: {outcome.status}"]
    print("\n".join(wrong))
    count = sum(len(model) for model in models)
    print(f"{count} sizes, {len(wrong)} wrong; {written.stderr.strip()} would be refused")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
