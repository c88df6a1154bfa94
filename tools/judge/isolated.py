"""Runs a function in a forked child, so that a crash, a hang or a leak of it stays there."""

import json
import os
import re
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass


@dataclass
class Outcome:
    """What came of a call: `value` when status is "ok", else `detail` says why there is none."""

    status: str  # ok | error | crash | timeout
    value: object = None
    detail: str = ""
    seconds: float = 0.0


def call(function, *arguments, timeout=60.0):
    """Outcome of function(*arguments), whose value must be expressible in JSON.

    The caller must have one thread only: the child is a plain fork.
    """
    read_end, write_end = os.pipe()
    with tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            os.close(read_end)
            _child(function, arguments, write_end, errors)
        os.close(write_end)
        answer = _read_until(read_end, start + timeout)
        os.close(read_end)
        if answer is None:
            os.kill(child, signal.SIGKILL)
        _, wait_status = os.waitpid(child, 0)
        seconds = time.monotonic() - start
        errors.seek(0)
        stderr = errors.read().decode(errors="replace")
    if answer is None:
        return Outcome("timeout", detail=f"no answer in {timeout:g} s", seconds=seconds)
    if answer == b"":
        return Outcome("crash", detail=_crash_detail(wait_status, stderr), seconds=seconds)
    kind, value = json.loads(answer)
    if kind == "error":
        return Outcome("error", detail=value, seconds=seconds)
    return Outcome("ok", value=value, seconds=seconds)


def _child(function, arguments, write_end, errors):
    """Never returns: writes ["ok", value] or ["error", text] and leaves without any clean-up."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(errors.fileno(), 1)
    os.dup2(errors.fileno(), 2)
    try:
        answer = ["ok", function(*arguments)]
    except Exception as error:  # whatever it is, the parent is told
        text = str(error) if type(error).__name__ == "TractError" else traceback.format_exc()
        answer = ["error", text.strip()]
    with os.fdopen(write_end, "wb") as pipe:
        pipe.write(json.dumps(answer).encode())
    os._exit(0)


def _read_until(read_end, deadline):
    """All bytes up to the end of the pipe, or None when the deadline passes first."""
    parts = []
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([read_end], [], [], left)[0]:
            return None
        part = os.read(read_end, 1 << 16)
        if not part:
            return b"".join(parts)
        parts.append(part)


def _crash_detail(wait_status, stderr):
    if os.WIFSIGNALED(wait_status):
        how = signal.Signals(os.WTERMSIG(wait_status)).name
    else:
        how = f"exit {os.WEXITSTATUS(wait_status)}"
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    panics = [i for i, line in enumerate(lines) if re.search(r"\bpanicked at\b", line)]
    told = " ".join(lines[panics[0] : panics[0] + 2]) if panics else "".join(lines[-1:])
    return f"{how}: {told}" if told else how
