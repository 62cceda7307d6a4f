# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""`make format`: lay out Python by ruff, XML and JavaScript by prettier."""

from __future__ import annotations

from ..environment.console import step
from ..environment.layout import REPOSITORY, cache
from ..environment.npm import prettier
from ..environment.process import run_shown
from ..environment.python_env import clean_environment, python
from .lint import pretty_files


def main() -> int:
    """Change every file that is not laid out as `make lint` wants it.

    :return: 0 unless a file cannot be read
    """
    step("ruff")
    env = clean_environment() | {"RUFF_CACHE_DIR": str(cache() / "ruff")}
    code = run_shown([python(), "-m", "ruff", "format", REPOSITORY], env=env)
    tool = prettier()
    if tool:
        step("prettier")
        command = [*tool, "--log-level=warn", "--write", *pretty_files(REPOSITORY)]
        code = run_shown(command, cwd=REPOSITORY) or code
    return code
