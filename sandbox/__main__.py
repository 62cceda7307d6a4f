# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``python -m sandbox`` in the add-on's folder, or ``python path/to/sandbox`` from anywhere."""

import sys
from pathlib import Path

if not __package__:
    # Run by its path, Python has put this folder first, where our names could hide others.
    folder = Path(__file__).resolve().parent
    sys.path[0] = str(folder.parent)
    __package__ = folder.name
    __import__(__package__)

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
