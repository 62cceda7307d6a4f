# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run other programs: with a log, with progress, and never leaving one behind."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from .console import Complaint, Progress

# How long a program may take to stop after it was asked to (seconds).
GRACE = 20


def run_logged(
    command: Sequence[str | Path],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    progress: Callable[[str], str | None] | None = None,
    stdin: str | None = None,
    append: bool = False,
) -> int:
    """Run a program to its end, everything it prints going into ``log``.

    :param command: the program and its arguments
    :param log: file to write
    :param env: the whole environment of the program; ours when left out
    :param cwd: folder to run it in
    :param progress: turns a printed line into what to show of it, or None for nothing
    :param stdin: text to hand to the program; nothing when left out
    :param append: add to the log instead of starting it anew
    :return: the exit code
    :raise FileNotFoundError: when there is no such program
    """
    line_of = Progress()
    with log.open("a" if append else "w", encoding="utf-8") as sink:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        with ended(process):
            if stdin is not None and process.stdin and process.stdout:
                process.stdin.write(stdin)
                process.stdin.close()
            for line in process.stdout or ():
                sink.write(line)
                shown = progress(line.rstrip("\n")) if progress else None
                if shown:
                    line_of.show(shown)
            code = process.wait()
    if progress and code == 0:
        line_of.done()
    elif progress:
        line_of.abandon()
    return code


def run_shown(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> int:
    """Run a program on our own terminal; return its exit code.

    Ctrl-C reaches the program as well as us, and is the program's to deal with.
    """
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        with ended(subprocess.Popen([str(part) for part in command], env=env, cwd=cwd)) as process:
            return process.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def output_of(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """What a program prints on stdout, without blanks around it.

    :raise Complaint: when the program ends with an error, with what it printed on stderr
    """
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=env,
        cwd=cwd,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        reason = done.stderr.strip() or f"it ended with code {done.returncode}"
        raise Complaint(f"{Path(str(command[0])).name} did not work: {reason}")
    return done.stdout.strip()


@contextmanager
def ended(process: subprocess.Popen) -> Iterator[subprocess.Popen]:
    """See to it that ``process`` has ended when the block is left, whatever happened in it."""
    try:
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen) -> None:
    """Ask a program of ours to end, and end it when it does not."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, indented, to be shown in a complaint."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
