"""Takes one archive all the way: converts it, runs the result, compares with what torch recorded.

Beside NAME.pt lie NAME.npz (in0, in1, ... and out0, out1, ...), NAME.flags (flags of the
conversion, as in a shell), NAME.refused (a text that stderr must have: the archive cannot be
converted) and NAME.pulse (it is run pulse by pulse too: see pulse_runner.py); each may be absent.
What lies beside NAME.pt2 exported.py tells.
"""

import dataclasses
import importlib
import os
import pathlib
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass, field

import compare
import exported
import pulse_runner
import tract_runner

_DTYPES = {
    "float64": "f64", "float32": "f32", "float16": "f16",
    "int64": "i64", "int32": "i32", "int16": "i16", "int8": "i8", "uint8": "u8",
    "bool": "bool", "complex64": "c64", "complex128": "c128",
}  # fmt: skip


# Of results that torch rounds to bfloat16 somewhere on their way.
_BFLOAT16 = compare.Tolerance(rtol=2**-6, atol=2**-6)


@dataclass
class Settings:
    """How archives are judged."""

    tool: str  # the pt2nnef binary
    folder: str  # where the outputs go
    judge: str = "tract"  # who reads the outputs: tract (tract_runner.py), khronos
    flags: list = field(default_factory=list)  # given to every conversion
    inputs_from_npz: bool = False  # --inputs from the recorded inputs, unless NAME.flags has it
    reference: bool = False  # the reference evaluator too
    keep: bool = False  # outputs stay
    tolerance: compare.Tolerance = field(default_factory=compare.Tolerance)
    convert_timeout: float = 120.0
    run_timeout: float = 120.0


@dataclass
class Result:
    """What came of an archive.

    status: ok | converted (nothing recorded to compare with) | refused | usage | wrong |
    tract_error | tract_crash | accepted | rejected (see khronos_runner.py) | crash | timeout.
    reference: "" (not asked for) | ok | differs |
    refused | usage | crash | timeout.
    """

    name: str
    status: str
    detail: str = ""
    causes: list = field(default_factory=list)  # of a refusal, a line each
    notes: list = field(default_factory=list)
    reference: str = ""
    reference_detail: str = ""
    convert_seconds: float = 0.0
    run_seconds: float = 0.0


@dataclass
class Execution:
    """A finished run of the tool. status: ok | refused | usage | differs | crash | timeout."""

    status: str
    stdout: str
    stderr: str
    seconds: float

    def last_line(self):
        lines = self.stderr.strip().splitlines()
        return lines[-1] if lines else "nothing on stderr"


def execute(command, timeout):
    """Runs the tool once, its exit status put into a word."""
    start = time.monotonic()
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
            encoding="utf-8", errors="replace",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Execution("timeout", "", f"no end in {timeout:g} s", time.monotonic() - start)
    status = {0: "ok", 1: "refused", 2: "usage", 3: "differs"}.get(done.returncode, "crash")
    stderr = done.stderr
    if status == "crash":
        stderr = f"{stderr.rstrip()}\nexit status {done.returncode}"
    return Execution(status, done.stdout, stderr, time.monotonic() - start)


def inputs_flag(npz):
    """`--inputs` for the recorded inputs, in order: f32[1,3];i64[2]."""
    inputs, _ = tract_runner.load_io(npz)
    specs = (f"{_DTYPES[a.dtype.name]}[{','.join(map(str, a.shape))}]" for a in inputs)
    return "--inputs=" + ";".join(specs)


def flags_of(archive, settings):
    """The conversion flags of an archive."""
    flags = list(settings.flags)
    flags_file = archive.with_suffix(".flags")
    own = shlex.split(flags_file.read_text(), comments=True) if flags_file.exists() else []
    npz = archive.with_suffix(".npz")
    if settings.inputs_from_npz and npz.exists() and not any("--inputs" in f for f in own):
        flags.append(inputs_flag(npz))
    return flags + own


def judge(archive, name, settings):
    """Result of one archive (a path); `name` is what it is called in tables."""
    archive = pathlib.Path(archive)
    npz = archive.with_suffix(".npz")
    out = pathlib.Path(settings.folder, name)
    out.parent.mkdir(parents=True, exist_ok=True)
    flags = flags_of(archive, settings)
    if archive.suffix == ".pt2":
        npz = out.with_name(out.name + ".calls.npz")
        program = exported.read_program(archive)
        flags = (exported.prepare(archive, npz, program) or []) + flags
        if program and exported.uses_bfloat16(program):
            settings = dataclasses.replace(settings, tolerance=_BFLOAT16)
    arguments = [*flags, str(archive), str(out)]
    result = Result(name, "converted")
    try:
        _convert_and_run(arguments, npz, out, settings, result)
        if settings.reference and npz.exists() and result.status not in ("refused", "usage"):
            _check(arguments, npz, settings, result)
    finally:
        if archive.suffix == ".pt2":
            npz.unlink(missing_ok=True)
        if not settings.keep:
            shutil.rmtree(out, ignore_errors=True)
    return result


def _convert_and_run(arguments, npz, out, settings, result):
    done = execute([settings.tool, "convert", *arguments], settings.convert_timeout)
    result.convert_seconds = done.seconds
    if done.status != "ok":
        result.status = done.status if done.status != "differs" else "crash"
        result.detail = done.last_line()
        lines = done.stderr.strip().splitlines()[:-1]
        result.notes = [line for line in lines if line.startswith("warning: ")]
        result.causes = [line for line in lines if line not in result.notes]
        if done.status == "refused" and os.path.lexists(out):
            result.status, result.detail = "crash", "refused, but OUT was written"
    elif npz.exists():
        runner = importlib.import_module(f"{settings.judge}_runner")
        verdict = runner.judge(out, npz, settings.tolerance, settings.run_timeout)
        result.status, result.detail, result.notes = verdict.status, verdict.detail, verdict.notes
        result.run_seconds = verdict.seconds
        pulse = npz.with_suffix(".pulse")
        if result.status == "ok" and pulse.exists() and pulse_runner.available():
            verdict = pulse_runner.judge(out, npz, pulse, settings.tolerance, settings.run_timeout)
            result.status, result.detail = verdict.status, f"in pulses: {verdict.detail}"


def _check(arguments, npz, settings, result):
    tolerances = [f"--rtol={settings.tolerance.rtol}", f"--atol={settings.tolerance.atol}"]
    command = [settings.tool, "check", f"--io={npz}", *tolerances, *arguments]
    done = execute(command, settings.convert_timeout + settings.run_timeout)
    result.reference = done.status
    told = done.stdout.strip() or done.last_line()
    result.reference_detail = "" if done.status == "ok" else told


def refusal_problem(archive, result):
    """Why the result is not the refusal that NAME.refused asks for, or "" when it is."""
    wanted = archive.with_suffix(".refused").read_text().strip()
    told = "\n".join([*result.notes, *result.causes, result.detail])
    if result.status != "refused":
        return f"{result.status}, but should be refused with: {wanted}"
    return "" if wanted in told else f"refused with:\n{told}\nwhich has not: {wanted}"


def as_dict(result):
    return {k: v for k, v in dataclasses.asdict(result).items() if v not in ("", [], 0.0)}
