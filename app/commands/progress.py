"""Shows the progress of long work: a bar on a terminal, else a line now and then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from app.logs import ProgressLog


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show progress on stderr; yield a function to call with each step."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield ProgressLog(label, total)
        return
    columns = (TextColumn(label), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(label, total=total)
        yield partial(bar.advance, task)
