"""The index made, and its settings put right where they differ; nothing is written otherwise."""

from typing import Any

from meilisearch import Client

from app.search.meilisearch import settings
from app.search.meilisearch.failures import IndexAbsent, TaskFailed, spoken
from app.search.meilisearch.filters import quoted
from app.search.meilisearch.tasks import Tasks


def tune(client: Client, tasks: Tasks, index: str) -> None:
    """Make the index if it is not there, and put its settings right."""
    try:
        found = held(client, index)
    except IndexAbsent:
        with spoken("indexes.create", index):
            accepted = client.create_index(index, {"primaryKey": settings.PRIMARY_KEY})
        try:
            tasks.finished(accepted, index)
        except TaskFailed as error:
            if error.reason != "index_already_exists":
                raise
        found = held(client, index)
    asked = settings.wanted({})
    del asked["synonyms"]
    wrong = settings.differences(asked, found) | settings.foreign(found)
    _written(client, tasks, index, wrong)
    tune_synonyms(client, tasks, index)


def tune_synonyms(client: Client, tasks: Tasks, index: str) -> None:
    """Let the tags that are in the index teach it which words stand for one another."""
    asked = {"synonyms": _synonyms(client, index)}
    _written(client, tasks, index, settings.differences(asked, held(client, index)))


def differing(client: Client, index: str) -> list[str]:
    """The names of settings that are not as they should be."""
    found = held(client, index)
    asked = settings.wanted({})
    del asked["synonyms"]
    wrong = sorted(settings.differences(asked, found) | settings.foreign(found))
    if wrong:
        return wrong  # what the tags teach cannot be asked for without them
    return sorted(settings.differences({"synonyms": _synonyms(client, index)}, found))


def held(client: Client, index: str) -> dict[str, Any]:
    """The settings as the server shows them. Raises `IndexAbsent`."""
    with spoken("settings.get", index):
        return client.index(index).get_settings()


def _synonyms(client: Client, index: str) -> dict[str, list[str]]:
    with spoken("documents.get", index):
        tags = client.index(index).get_documents(
            {
                "filter": f"kind = {quoted('tag')}",
                "fields": ["spoken"],
                "limit": settings.MOST_TAGS,
            }
        )
    return settings.synonyms(vars(tag).get("spoken") or {} for tag in tags.results)


def _written(client: Client, tasks: Tasks, index: str, wrong: dict[str, Any]) -> None:
    if not wrong:
        return
    with spoken("settings.update", index):
        accepted = client.index(index).update_settings(wrong)
    tasks.finished(accepted, index)
