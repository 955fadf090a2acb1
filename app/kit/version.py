"""The version of the program, which is read once: its metadata take milliseconds."""

from importlib.metadata import version
from typing import Final

VERSION: Final = version("willay")
