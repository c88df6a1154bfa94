"""Random programs of TorchScript: typed statements that torch itself runs, with numbers at the edges.

    script_programs.py make FOLDER [--count=N] [--seed=N] [--exported]   (needs torch)
    script_programs.py judge PT2NNEF FOLDER                        (needs tract)
    script_programs.py minimise PT2NNEF FOLDER NAME --python=P     (needs torch; P has tract)

A program is a module with buffers, counters and a list that it keeps, a submodule, an object of a
class, methods, loops, branches, views and writes through them. It is made statement by statement:
each is run on real values first, and one that raises is left out. So nearly all are valid, and what
they give is known. Two calls in a row are recorded. `judge` fails if a result is wrong, or if the tool
does anything but convert or refuse. `minimise` leaves out statements as long as the fault stays.
"""

import argparse
import contextlib
import importlib.util
import json
import logging
import pathlib
import random
import resource
import subprocess
import sys

# Making programs needs torch and judging them tract: seldom has one Python both, so torch is imported
# where it is needed.
_MEMORY = 6 << 30

_INPUTS = {"x": "torch.randn(2, 3) * 2", "y": "torch.randn(2, 3, 4)", "n": "torch.randint(-3, 4, (3,))"}
_BEGIN = ["box = Box(x.sum(), 2)", "i0 = x.size(0)", "f0 = 0.5", "b0 = i0 > 1", 's0 = "a"', "l0 = [1, 0, 2]",
          "ts0 = [x, y]", 'd0 = {"a": x, "b": y}']  # fmt: skip


def text_of(statements, kinds):
    """The source of a program."""
    import program_grammar

    results = [name for name, kind in kinds.items() if kind == "t"][-4:]
    results += [f"torch.tensor({name})" for name, kind in kinds.items() if kind in "ib"][-2:]
    results += ["torch.tensor(l0, dtype=torch.int64)", "self.kept * 1"]
    body = [*_BEGIN, *(line for lines in statements for line in lines)]
    body.append(f"return ({', '.join(results)},)")
    head = f"    def forward(self, x: Tensor, y: Tensor, n: Tensor) -> Tuple[{', '.join(['Tensor'] * len(results))}]:\n"
    return program_grammar.HEAD + head + "".join(f"        {line}\n" for line in body)


def _load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where torch looks for the source
    spec.loader.exec_module(module)
    return module


def save(path, statements, kinds, seed):
    """Writes PATH.py, .pt, .npz and .json; False if torch does not take or run the program."""
    import numpy as np
    import torch

    source = path.with_suffix(".py")
    source.write_text(text_of(statements, kinds))
    torch.manual_seed(seed)
    recorded = {}
    try:
        scripted = torch.jit.script(_load(source).Program().eval())
        scripted.save(str(path.with_suffix(".pt")))
        for call in range(2):
            inputs = [eval(text, {"torch": torch}) for text in _INPUTS.values()]  # pylint: disable=eval-used
            prefix = f"next{call}_" if call else ""
            recorded |= {f"{prefix}in{i}": value.numpy().copy() for i, value in enumerate(inputs)}
            with torch.no_grad():
                outputs = scripted(*inputs)
            recorded |= {f"{prefix}out{i}": value.numpy().copy() for i, value in enumerate(outputs)}
    except Exception:  # not every program that Python runs is one of TorchScript
        path.with_suffix(".pt").unlink(missing_ok=True)
        source.unlink()
        return False
    np.savez(path.with_suffix(".npz"), **recorded)
    path.with_suffix(".json").write_text(json.dumps([seed, kinds, statements]))
    return True


def _inputs(rows=None):
    """Random arguments; x and y may have other numbers of rows (x: their first, y: both their first two)."""
    import torch

    made = [eval(text, {"torch": torch}) for text in _INPUTS.values()]  # pylint: disable=eval-used
    for value, axis, size in rows or ():
        made[value] = torch.cat([made[value]] * size, axis).narrow(axis, 0, size).contiguous()
    return made


def _exported(path, statements, kinds):
    """The program as torch.export makes it; None if it does not take it."""
    import torch

    path.with_suffix(".py").write_text(text_of(statements, kinds))
    logging.disable(logging.ERROR)
    auto = torch.export.Dim.AUTO
    try:
        module = _load(path.with_suffix(".py")).Program().eval()
        shapes = ({0: auto}, {0: auto, 1: auto}, {0: auto})
        with contextlib.redirect_stdout(None), contextlib.redirect_stderr(None):  # what it prints
            return torch.export.export(module, tuple(_inputs()), dynamic_shapes=shapes)
    except Exception:  # values that decide, numbers that are kept, ...
        return None


def _exportable(path, statements, kinds):
    """What is left of the statements when those are taken out that torch.export does not take."""
    for _ in range(len(statements)):
        if _exported(path, statements, kinds):
            break
        # The shortest beginning that is not taken ends with a culprit.
        least, most = 0, len(statements)
        while least < most:
            middle = (least + most) // 2
            if _exported(path, statements[:middle], kinds):
                least = middle + 1
            else:
                most = middle
        if most == 0:
            return []
        statements = statements[: most - 1] + statements[most:]
    return statements


def _open_axes(program):
    """(input, axis) of the sizes that the program leaves open."""
    names = program.graph_signature.user_inputs
    nodes = {node.name: node.meta["val"] for node in program.graph.nodes if node.op == "placeholder"}
    return [(i, axis) for i, name in enumerate(names) for axis, size in enumerate(nodes[name].shape)
            if not isinstance(size, int)]  # fmt: skip


def save_exported(path, statements, kinds, seed):
    """Writes PATH.py, .pt2, .0.npz, .1.npz and .json; False if nothing is left to write."""
    import numpy as np
    import torch

    torch.manual_seed(seed)
    statements = _exportable(path, statements, kinds)
    program = _exported(path, statements, kinds) if statements else None
    if program is None:
        path.with_suffix(".py").unlink()
        return False
    torch.export.save(program, str(path.with_suffix(".pt2")))
    module, calls = program.module(), 0
    for rows in (None, [(i, axis, 5) for i, axis in _open_axes(program)]):
        inputs = _inputs(rows)
        recorded = {f"in{i}": value.numpy().copy() for i, value in enumerate(inputs)}
        try:
            with torch.no_grad():
                before = [value._version for value in inputs]
                outputs = module(*inputs)
            # What a call writes is an output, too.
            outputs = [*outputs, *(x for x, version in zip(inputs, before) if x._version > version)]
        except Exception:  # the open sizes have relations: one call is enough
            continue
        recorded |= {f"out{i}": value.numpy().copy() for i, value in enumerate(outputs)}
        np.savez(path.with_suffix(f".{calls}.npz"), **recorded)
        calls += 1
    path.with_suffix(".json").write_text(json.dumps([seed, kinds, statements]))
    return calls > 0


def make(seed, folder, exported=False):
    import program_grammar
    import torch

    torch.manual_seed(seed)
    source = folder / "head.py"
    source.write_text(program_grammar.HEAD)
    module = _load(source)
    scope = {"torch": torch, "Box": module.Box, "self": module.Program().eval()}
    scope |= {name: eval(text, scope) for name, text in _INPUTS.items()}  # pylint: disable=eval-used
    exec("\n".join(_BEGIN), scope)  # pylint: disable=exec-used
    kinds = {"x": "t", "y": "t", "n": "t", "i0": "i", "f0": "f", "b0": "b", "s0": "s", "l0": "l", "ts0": "ts",
             "d0": "d"}  # fmt: skip
    rng = random.Random(seed)
    writer = program_grammar.Writer(rng, scope, kinds)
    statements = list(writer.grow(rng.randint(4, 25)))
    return (save_exported if exported else save)(folder / f"p{seed:06}", statements, writer.kinds, seed)


def judged(tool, folder, python, names=None):
    """{name: verdict} of score."""
    report = folder / "verdicts.json"
    command = [python, str(pathlib.Path(__file__).with_name("score.py")), "--pt2nnef", tool, "--jobs", "1",
               "--reference", "--inputs_from_npz", "--json", str(report), str(folder)]  # fmt: skip
    if names:
        command += ["--only", "|".join(names)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return json.loads(report.read_text())


_FAULTS = ("wrong", "crash", "timeout", "tract_error", "tract_crash", "rejected", "usage")


def is_fault(verdict):
    return verdict["status"] in _FAULTS or verdict.get("reference") not in ("", "ok", None)


def judge(options):
    verdicts = judged(options.tool, options.folder, sys.executable)
    faults = {name: verdict for name, verdict in verdicts.items() if is_fault(verdict)}
    for name, verdict in sorted(faults.items()):
        print(f"{name}: {verdict['status']} {verdict.get('detail', '')[:200]}")
    done = sum(verdict["status"] == "ok" for verdict in verdicts.values())
    print(f"{len(verdicts)} programs, {done} converted and right, {len(faults)} faults")
    return 1 if faults else 0


def minimise(options):
    """Leaves out statements of NAME one by one while it stays a fault of the same kind."""
    seed, kinds, statements = json.loads((options.folder / f"{options.name}.json").read_text())
    write = save_exported if (options.folder / f"{options.name}.pt2").exists() else save
    trials = options.folder / "trials"
    trials.mkdir(exist_ok=True)

    def verdict(kept):
        path = trials / "trial"
        if not write(path, kept, {**kinds}, seed):
            return None
        return judged(options.tool, trials, options.python)["trial"]

    wanted = verdict(statements)
    if not wanted or not is_fault(wanted):
        print(f"{options.name} is no fault")
        return 2
    at = len(statements) - 1
    while at >= 0:
        fewer = statements[:at] + statements[at + 1 :]
        found = verdict(fewer)
        if found and found["status"] == wanted["status"] and is_fault(found):
            statements = fewer
        at -= 1
    least = options.folder / f"{options.name}_least"
    write(least, statements, kinds, seed)
    print(least.with_suffix(".py").read_text().rpartition("    def forward")[2])
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make")
    making.add_argument("folder", type=pathlib.Path)
    making.add_argument("--count", type=int, default=100)
    making.add_argument("--seed", type=int, default=0)
    making.add_argument("--exported", action="store_true", help="as torch.export writes them")
    judging = commands.add_parser("judge")
    minimising = commands.add_parser("minimise")
    for command in (judging, minimising):
        command.add_argument("tool")
        command.add_argument("folder", type=pathlib.Path)
    minimising.add_argument("name")
    minimising.add_argument("--python", required=True, help="one that has tract")
    options = parser.parse_args()
    if options.command == "judge":
        return judge(options)
    if options.command == "minimise":
        return minimise(options)
    options.folder.mkdir(parents=True, exist_ok=True)
    # Some statements ask for all the memory there is.
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    made = sum(make(options.seed + i, options.folder, options.exported) for i in range(options.count))
    print(f"{made} programs of {options.count} seeds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
