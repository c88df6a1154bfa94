"""Greedy generation in tract with a model that export.py saved and pt2nnef converted.

    python generate.py MODEL TOKENS COUNT      TOKENS: 1,523,17 (needs tract, numpy)

Prints the tokens that follow, and how many a second there were.
"""

import re
import sys
import time

import numpy as np
import tract


def load(path):
    """The model, and the sizes of each of its caches (P tokens along axis 2)."""
    model = tract.nnef().load(path)
    facts = [str(model.input_fact(i)) for i in range(1, model.input_count())]
    sizes = [[int(n) if n.isdigit() else 0 for n in re.split(r"[, ]+", f)[:4]] for f in facts]
    kinds = [np.float16 if "16" in f.upper().split(",")[-1] else np.float32 for f in facts]
    return model.into_runnable(), [np.zeros(s, k) for s, k in zip(sizes, kinds)]


def generate(model, caches, ids, count):
    """The first token after the prompt, then one a call."""
    found = []
    while len(found) < count:
        inputs = [tract.Tensor.from_numpy(x) for x in (ids, *caches)]
        logits, *caches = (t.to_numpy() for t in model.run(inputs))
        found.append(int(logits[0, -1].argmax()))
        ids = np.array([[found[-1]]], np.int64)
        yield found[-1]


def main():
    model, caches = load(sys.argv[1])
    prompt = np.array([[int(t) for t in sys.argv[2].split(",")]], np.int64)
    steps = generate(model, caches, prompt, int(sys.argv[3]))
    tokens = [next(steps)]
    begin = time.perf_counter()
    tokens.extend(steps)
    print(",".join(map(str, tokens)))
    print(f"{(len(tokens) - 1) / (time.perf_counter() - begin):.1f} tokens a second", file=sys.stderr)


if __name__ == "__main__":
    main()
