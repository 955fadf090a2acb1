"""An import of WordPress from a generated file of any size: articles a second of processor time,
and the memory that it takes, which a longer file must not raise."""

import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import monotonic, process_time
from typing import Final

from app.importers.media_plan import MediaOptions
from app.importers.options import ImportOptions
from app.importers.source_index import open_index
from app.importers.wordpress.entries import WordPressImport
from app.interchange import batch_import
from app.runtime import open_runtime
from benchmarks.servers import machine
from tests import stores
from tests.importers.wxr import HEAD, TAIL, item

_PARAGRAPHS: Final = 8
_WORDS: Final = 50
"""In each paragraph."""
_VOCABULARY: Final = (
    "water mine river council coast march women report law people region court school road drought"
    " said against where after before under for the and of which had been will not with from"
)
_DISTINCT: Final = 500
"""Paragraphs, of which texts are put together, so that the file is made faster than it is read."""


def table(megabytes: int) -> Iterator[str]:
    """The lines of the Markdown table."""
    yield machine()
    with tempfile.TemporaryDirectory(prefix="willay-moving-") as name:
        path = Path(name) / "export.xml"
        write_export(path, megabytes * 1_000_000)
        yield "| WXR, MB | articles | articles per CPU second | elapsed, s | peak memory, MB |"
        yield "|---|---|---|---|---|"
        yield _measure(path)


def write_export(path: Path, size: int) -> None:
    """An export of about so many bytes, written as it is made: classic texts of 400 words, each
    with a category, a tag and a link to another text."""
    chance = Random(1)  # noqa: S311  # choices, not secrets
    paragraphs = [_paragraph(chance) for _ in range(_DISTINCT)]
    with path.open("w") as file:
        written, number = file.write(HEAD), 0
        while written < size:
            number += 1
            body = "\n\n".join(chance.choices(paragraphs, k=_PARAGRAPHS))
            link = f'See <a href="https://old.example/2019/05/text-{number // 2 + 1}/">this</a>.'
            terms = [
                ("category", f"c-{number % 20}", f"Category {number % 20}"),
                ("post_tag", f"t-{number % 300}", f"Tag {number % 300}"),
            ]
            written += file.write(item(number, body=f"{body} {link}", terms=terms))
        file.write(TAIL)


def _paragraph(chance: Random) -> str:
    words = chance.choices(_VOCABULARY.split(), k=_WORDS)
    return f"{' '.join(words[:20])}, <em>{words[20]}</em> {' '.join(words[21:])}.".capitalize()


def _measure(path: Path) -> str:
    with (
        stores.temporary(log_level="error") as settings,
        open_runtime(settings) as runtime,
        open_index() as index,
    ):
        rules = runtime.site_rules
        options = ImportOptions(MediaOptions())
        begin, processor = monotonic(), process_time()
        source = WordPressImport(
            [path], options, index, rules.languages, rules.page_urls, runtime.clock, False
        )
        source.survey(lambda _: None)
        report = batch_import.import_records(
            runtime, source.entries(), source=source.name, quiet=True
        )
        elapsed, processor = monotonic() - begin, process_time() - processor
    assert report.is_whole, report.as_text()[-1_000:]
    articles = report.outcomes["article created"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_000
    size = path.stat().st_size / 1e6
    rate = articles / processor
    return f"| {size:,.0f} | {articles:,} | {rate:,.0f} | {elapsed:,.0f} | {peak:,} |"
