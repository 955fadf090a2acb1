"""What is measured: documents, queries, and which document is how relevant to which query."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.relevance.slips import misspell, to_slips

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "sample" / "peru.jsonl"
JUDGED = HERE / "judged.jsonl"
NEWSROOM = HERE / "newsroom.jsonl"
PUBLIC = ("adi", "cacm", "cisi", "cran", "lisa", "med", "npl", "time", "xquad-en", "xquad-es")
"""Collections of the field by which the ranking was fitted, each in a folder of its name. None of
them is here, because they are others' texts."""
_LONGEST_TITLE = 25


@dataclass(frozen=True, slots=True)
class Text:
    """One document: its id in the collection, its texts, and its tags' names as (lang, text)."""

    id: str
    title: str
    body: str
    summary: str = ""
    lang: str | None = "en"
    kind: str = "article"
    published_at: str | None = None
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """One query with its grades by document id: 3 what was meant, 2 good, 1 touches it."""

    text: str
    group: str
    grades: dict[str, int]


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents and the topics judged over them."""

    name: str
    documents: tuple[Text, ...]
    topics: tuple[Topic, ...]


def judged_sample(archive: Path = SAMPLE, judged: Path = JUDGED) -> Collection:
    """The sample archive with the queries judged by hand."""
    return Collection("sample", tuple(_archive(archive)), tuple(_judged_topics(judged)))


def newsroom(archive: Path = SAMPLE) -> Collection:
    """What a newsroom's readers type, over the sample archive, judged before any ranking was looked
    at; then the same with slips of the finger, of which none may be answered with nothing."""
    topics = list(_judged_topics(NEWSROOM))
    slips = [
        Topic(text, slip, topic.grades) for topic in topics for slip, text in to_slips(topic.text)
    ]
    return Collection("newsroom", tuple(_archive(archive)), (*topics, *slips))


def pick_evenly(topics: Sequence[Topic], most: int) -> Sequence[Topic]:
    """At most so many of the topics, from the first to the last."""
    return topics[:: max(1, -(-len(topics) // most))]


def public_collections(folder: Path) -> tuple[list[Collection], list[str]]:
    """The collections of a folder, which has a folder for each, and the names of those of `PUBLIC`
    that are absent. Raises OSError or ValueError for a folder of another shape."""
    folders = sorted(folder.iterdir()) if folder.exists() else []
    present = [path for path in folders if (path / "documents.jsonl").exists()]
    absent = sorted(set(PUBLIC) - {path.name for path in present})
    return [trec(path) for path in present], absent


def trec(folder: Path) -> Collection:
    """A collection in TREC's shape, with the queries that have a relevant document.

    Raises OSError or ValueError for another shape.
    """
    documents = []
    for line in (folder / "documents.jsonl").read_text().splitlines():
        record = json.loads(line)
        title, lang = record.get("title") or "", record.get("lang", "en")
        documents.append(Text(str(record["id"]), title, record["text"], lang=lang))
    grades: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.txt").read_text().splitlines():
        query, _, document, grade = line.split()
        if int(grade) > 0:
            grades.setdefault(query, {})[document] = int(grade)
    topics = []
    for line in (folder / "queries.tsv").read_text().splitlines():
        query, text = line.split("\t", 1)
        if query in grades:
            topics.append(Topic(text, folder.name, grades[query]))
    return Collection(folder.name, tuple(documents), tuple(topics))


def known_items(archive: Path, most: int = 500, seed: int = 7) -> Collection:
    """Three words of a title, as written and with one of them misspelt; the title is the answer.

    `archive` is a file of the interchange format or of TREC documents.
    """
    documents = tuple(_archive(archive))
    chance = random.Random(seed)  # noqa: S311 - to measure, not to hide
    titled = [(text, words) for text in documents if len(words := _telling(text.title)) >= 3]
    sample = chance.sample(titled, min(most, len(titled)))
    topics = []
    for text, words in sample:
        places = sorted(chance.sample(range(len(words)), 3))
        picked = [words[place] for place in places]
        grades = {text.id: 3}
        topics.append(Topic(" ".join(picked), "three title words", grades))
        wrong = chance.choice([place for place, word in enumerate(picked) if len(word) >= 5])
        picked[wrong] = misspell(picked[wrong], chance)
        topics.append(Topic(" ".join(picked), "three title words, one misspelt", grades))
    name = archive.parent.name if archive.name == "documents.jsonl" else archive.stem
    return Collection(f"known items of {name}", documents, tuple(topics))


def _judged_topics(path: Path) -> Iterator[Topic]:
    for line in path.read_text().splitlines():
        record = json.loads(line)
        yield Topic(record["query"], record["group"], record["grades"])


def _telling(title: str) -> list[str]:
    """The title's longer words, if one of them is long enough to be misspelt."""
    words = [
        word for word in "".join(c if c.isalpha() else " " for c in title).split() if len(word) > 3
    ]
    return words if sum(len(word) >= 5 for word in words) >= len(words) - 2 else []


def _archive(path: Path) -> Iterator[Text]:
    records = [json.loads(line) for line in path.read_text().splitlines()]
    tags = {record["slug"]: record for record in records if record.get("type") == "tag"}
    for record in records:
        match record.get("type"):
            case None:
                yield Text(str(record["id"]), _title(record), record["text"])
            case "article":
                yield _article(record, tags)
            case "tag":
                names, described = record["names"], record.get("descriptions", {})
                yield Text(
                    f"tag:{record['slug']}",
                    names["en"],
                    " ".join(described.values()),
                    lang=None,
                    kind="tag",
                    labels=tuple(_labels(record)),
                )
            case "sponsor" | "committee_member" as kind:
                names = ("role", "affiliation", "statement", "biography")
                yield Text(
                    f"{kind}:{record['name']}",
                    record["name"],
                    "\n".join(text for name in names for text in _texts(record.get(name))),
                    lang=None,
                    kind=kind,
                )
            case _:
                continue


def _texts(value: str | dict[str, str] | None) -> list[str]:
    """What a member of a record says, in each language that it is written in."""
    if isinstance(value, dict):
        return list(value.values())
    return [value] if value else []


def _title(record: dict[str, str]) -> str:
    """The title, or what an abstract without one begins with, if that is short enough for one."""
    first = record["text"].split(" . ")[0].strip()
    return record.get("title") or (first if len(first.split()) <= _LONGEST_TITLE else "")


def _article(record: dict[str, object], tags: dict[str, dict[str, object]]) -> Text:
    slugs: Sequence[str] = record.get("tags", [])  # type: ignore[assignment]
    return Text(
        str(record["slug"]),
        str(record["title"]),
        str(record["body"]),
        str(record.get("summary") or ""),
        str(record["lang"]),
        published_at=str(record["published_at"]),
        labels=tuple(label for slug in slugs for label in _labels(tags[slug])),
    )


def _labels(tag: dict[str, object]) -> Iterator[tuple[str, str]]:
    names: dict[str, str] = tag["names"]  # type: ignore[assignment]
    synonyms: dict[str, list[str]] = tag.get("synonyms", {})  # type: ignore[assignment]
    yield from names.items()
    for lang, texts in synonyms.items():
        yield from ((lang, text) for text in texts)
