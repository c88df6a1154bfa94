"""Hurts running conversions: whatever happens, OUT is as it was or whole.

    bazel run //tools:faults -- [flags] [NAME...]

An archive (made here; no torch is needed) is converted again and again while something goes wrong:
the process is killed or told to stop at a random moment, the archive is cut off or written to, the
disk is full, a call to the system fails, another conversion writes to the same OUT, standard streams
are closed. A run must end with a status that says what happened; OUT must hold the old model or the
whole new one, the new one if the status is 0, and beside it nothing but what a killed run left, which
the next run takes away.
"""

import argparse
import array
import hashlib
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import invocation
import torch_archive

_HERE = pathlib.Path(__file__).absolute().parent
_CODE = """class Net(Module):
  __parameters__ = []
  __buffers__ = []
{attributes}
  def forward(self: __torch__.Net,
    x: Tensor) -> Tensor:
{lines}
    return x
"""


def write_archive(path, tensors, size, value):
    """Adds `tensors` weights of `size` elements to an input of as many."""
    names = [f"w{i}" for i in range(tensors)]
    weights = {
        n: torch_archive.Tensor((size,), array.array("f", [value + i] * size).tobytes())
        for i, n in enumerate(names)
    }
    code = _CODE.format(
        attributes="\n".join(f"  {n} : Tensor" for n in names),
        lines="\n".join(f"    x = torch.add(x, self.{n})" for n in names),
    )
    root = torch_archive.Module("__torch__.Net", weights)
    torch_archive.write(path, root, {"__torch__.py": code})


def digest(path):
    """What stands at a path: a text that differs if anything does."""
    if path.is_symlink():
        return f"link to {os.readlink(path)}"
    if path.is_dir():
        return str([(p.name, digest(p)) for p in sorted(path.iterdir())])
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "nothing"


class Stage:
    """A folder with an archive and an older model at OUT; what may stand there is known."""

    def __init__(self, options, ending, size=None):
        self.options = options
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=options.tmp))
        self.archive = self.folder / "model.pt"
        self.out = self.folder / f"out{ending}"
        self.size = size or options.size
        self.elements = 1000
        write_archive(self.archive, 3, self.elements, 7.0)
        self.check(self.run(), 0)
        self.old = digest(self.out)
        self.kept = self.folder / "kept"
        self._copy(self.out, self.kept)
        self.elements = self.size // 32
        write_archive(self.archive, 8, self.elements, 1.0)
        self.bytes = self.archive.read_bytes()
        began = time.monotonic()
        self.check(self.run(), 0)
        self.seconds = time.monotonic() - began
        self.new = digest(self.out)
        assert self.old != self.new
        self.restore()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    @staticmethod
    def _copy(source, to):
        shutil.copytree(source, to) if source.is_dir() else shutil.copyfile(source, to)

    def restore(self):
        if self.out.is_dir():
            shutil.rmtree(self.out)
        self.out.unlink(missing_ok=True)
        self._copy(self.kept, self.out)

    def command(self):
        inputs = ["--inputs", f"f32[{self.elements}]"]
        return [self.options.pt2nnef, *inputs, str(self.archive), str(self.out)]

    def start(self, **more):
        more.setdefault("stderr", subprocess.DEVNULL)
        return subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, **more)

    def run(self, **more):
        return self.start(**more).wait()

    @staticmethod
    def check(status, *expected):
        if status not in expected:
            raise AssertionError(f"exit status {status}, expected {expected}")

    def beside(self):
        mine = {self.archive, self.out, self.kept}
        return sorted(p.name for p in self.folder.iterdir() if p not in mine)

    def judge(self, status, clean=True):
        """Raises unless OUT is what it may be after a run of this status."""
        found = digest(self.out)
        allowed = (self.new,) if status == 0 else (self.old, self.new)
        if found not in allowed:
            raise AssertionError(f"exit status {status}, OUT is neither as it was nor whole: {found}")
        if status == 1 and found != self.old:
            raise AssertionError("exit status 1, but OUT was replaced")
        if clean and self.beside():
            raise AssertionError(f"exit status {status}, left beside OUT: {self.beside()}")


def kills(options, rng):
    """kill -9 at a random moment; the next run takes away what is left."""
    left = 0
    for ending in ("", ".nnef.tar"):
        with Stage(options, ending) as stage:
            for _ in range(options.kills // 2):
                run = stage.start()
                time.sleep(rng.random() * stage.seconds * 1.2)
                run.kill()
                status = run.wait()
                stage.check(status, 0, -signal.SIGKILL)
                stage.judge(status, clean=False)
                left += bool(stage.beside())
                if len(stage.beside()) > 1:
                    raise AssertionError(f"dead runs' leftovers pile up: {stage.beside()}")
                stage.restore()
            stage.check(stage.run(), 0)
            stage.judge(0)
    return f"{options.kills} kills, {left} left something, which the next run took away"


def signals(options, rng):
    """SIGINT, SIGTERM, SIGHUP at a random moment."""
    stopped = 0
    for ending in ("", ".nnef.tgz"):
        with Stage(options, ending) as stage:
            for _ in range(options.runs // 2):
                number = rng.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
                run = stage.start(preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
                # Before main begins, a signal ends the process as it ends any.
                time.sleep(0.02 + rng.random() * stage.seconds)
                run.send_signal(number)
                status = run.wait()
                stage.check(status, 0, 128 + number, -number)
                stopped += status == 128 + number
                stage.judge(status)
                stage.restore()
    return f"{options.runs} signals, {stopped} ended a run"


def changed_archives(options, rng):
    """The archive is cut off, written to, or replaced while it is read."""
    counts = {}
    for kind in ("cut off", "written to", "replaced", "removed"):
        refused = 0
        with Stage(options, "") as stage:
            for _ in range(options.runs // 4):
                run = stage.start()
                time.sleep(rng.random() * stage.seconds)
                hurt(stage, kind, rng)
                status = run.wait()
                stage.check(status, 0, 1)
                stage.judge(status)
                refused += status
                stage.restore()
                stage.archive.write_bytes(stage.bytes)
        counts[kind] = refused
    return ", ".join(f"{kind}: {n} of {options.runs // 4} refused" for kind, n in counts.items())


def hurt(stage, kind, rng):
    size = len(stage.bytes)
    if kind == "cut off":
        os.truncate(stage.archive, rng.randrange(size))
    elif kind == "written to":
        with open(stage.archive, "r+b") as file:
            file.seek(rng.randrange(size // 2))
            file.write(bytes(size // 2))
    elif kind == "replaced":
        other = stage.folder / "other"
        other.write_bytes(bytes(size))
        os.replace(other, stage.archive)
    else:
        stage.archive.unlink()


def together(options, _):
    """Several conversions to one OUT at once."""
    for ending in ("", ".nnef.tar"):
        with Stage(options, ending) as stage:
            for round_number in range(max(options.runs // 8, 1)):
                if round_number % 2:
                    stage.restore()
                elif stage.out.exists():
                    shutil.rmtree(stage.out) if stage.out.is_dir() else stage.out.unlink()
                for run in [stage.start() for _ in range(4)]:
                    stage.check(run.wait(), 0)
                stage.judge(0)
    return f"{2 * max(options.runs // 8, 1)} times 4 at once"


def streams(options, _):
    """Standard streams that are closed, or whose reader is gone."""
    with Stage(options, "") as stage:
        reader, writer = os.pipe()
        os.close(reader)
        stage.check(stage.run(stderr=writer), 0)
        stage.judge(0)
        os.close(writer)
        for closed in ((2,), (1, 2), (0, 1, 2)):
            stage.restore()
            stage.check(stage.run(preexec_fn=lambda fds=closed: [os.close(fd) for fd in fds]), 0)
            stage.judge(0)
        inspect = [options.pt2nnef, "inspect", str(stage.archive)]
        with open("/dev/full", "wb") as full:
            done = subprocess.run(inspect, stdout=full, stderr=subprocess.PIPE)
        stage.check(done.returncode, 1)
    return "closed streams, pipes without readers, a full one"


def places(options, _):
    """OUT where nothing can be written, or that is something else."""
    with Stage(options, "") as stage:
        for target in (stage.kept, stage.folder / "nothing"):
            shutil.rmtree(stage.out) if not stage.out.is_symlink() else stage.out.unlink()
            stage.out.symlink_to(target)
            before = digest(stage.out), digest(target)
            stage.check(stage.run(), 1)
            if before != (digest(stage.out), digest(target)) or stage.beside():
                raise AssertionError(f"a link was followed or replaced: {stage.beside()}")
        stage.out.unlink()
        stage.out = pathlib.Path("/proc/out")
        stage.check(stage.run(), 1)
        stage.out = stage.folder / "out"
    return "links, /proc"


def full_disks(options, _):
    """No room for the model: a small tmpfs if we may mount one, and a limit on the size of files."""
    told = []
    for ending in ("", ".nnef.tar", ".nnef.tgz"):
        with Stage(options, ending) as stage:
            for limit in (100, 5000, stage.size // 16):
                limit_files = lambda n=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (n, n))
                status = stage.run(preexec_fn=limit_files)
                stage.check(status, 0, 1)
                stage.judge(status)
                stage.restore()
    with Stage(options, "") as stage:
        small = stage.folder / "small"
        small.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={stage.size // 4096 // 2 * 4096}", "none", small]
        if subprocess.run(mount, capture_output=True).returncode == 0:
            try:
                stage.out = small / "out"
                stage._copy(stage.kept, stage.out)
                stage.check(stage.run(), 1)
                stage.judge(1, clean=False)
                if [p.name for p in small.iterdir()] != ["out"]:
                    raise AssertionError(f"left on the full disk: {list(small.iterdir())}")
                told.append("a full tmpfs")
            finally:
                subprocess.run(["umount", small], check=True)
    return ", ".join(["limits on files", *told])


def failing_calls(options, rng):
    """Each call to the system fails once; or all do from one on."""
    runs = 0
    with tempfile.TemporaryDirectory(dir=options.tmp) as build:
        shim = pathlib.Path(build, "failing_calls.so")
        source = _HERE / "failing_calls.c"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
        for ending in ("", ".nnef.tar"):
            for more in ({}, {"FAULT_NO_EXCHANGE": "1"}):
                with Stage(options, ending, size=1 << 16) as stage:
                    runs += fail_each(stage, shim, build, more, options, rng)
    return f"{runs} runs with calls that failed"


def fail_each(stage, shim, build, more, options, rng):
    count = pathlib.Path(build, "count")
    environment = {**os.environ, "LD_PRELOAD": str(shim), "FAULT_FOLDER": str(stage.folder), **more}
    environment |= {"FAULT_AT": "0", "FAULT_ERRNO": "0", "FAULT_COUNT": str(count)}
    stage.check(stage.run(env=environment), 0)
    stage.judge(0)
    stage.restore()
    calls = int(count.read_text())
    chosen = range(1, calls + 1)
    if calls > options.runs * 4:
        chosen = sorted(rng.sample(chosen, options.runs * 4))
    for at in chosen:
        error = rng.choice((5, 12, 28))  # EIO, ENOMEM, ENOSPC
        own = {**environment, "FAULT_AT": str(at), "FAULT_ERRNO": str(error)}
        # Between two steps of a name's change, nobody can mend what fails from then on.
        if not more and rng.random() < 0.3:
            own["FAULT_STAYS"] = "1"
        status = stage.run(env=own)
        stage.check(status, 0, 1)
        stage.judge(status, clean=False)
        stage.restore()
    stage.check(stage.run(), 0)
    stage.judge(0)
    return len(chosen)


_ALL = (
    kills, signals, changed_archives, together, streams, places, full_disks, failing_calls,
)  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(f.__name__ for f in _ALL))
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--runs", type=int, default=200, help="of each other kind")
    parser.add_argument("--size", type=int, default=64 << 20, help="bytes of the weights")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tmp", default=os.environ.get("TEST_TMPDIR"))
    parser.add_argument("--pt2nnef", help="the binary; the one Bazel built if not given")
    options = parser.parse_args()
    options.pt2nnef = os.path.abspath(options.pt2nnef or invocation.built_tool())
    invocation.enter_callers_folder()
    failed = False
    for fault in _ALL:
        if options.names and fault.__name__ not in options.names:
            continue
        try:
            print(f"{fault.__name__}: {fault(options, random.Random(options.seed))}", flush=True)
        except AssertionError as error:
            failed = True
            print(f"{fault.__name__}: FAILED: {error}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
