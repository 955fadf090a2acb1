"""Creates the index and puts differing settings right; writes nothing else."""

from typing import Any

from meilisearch import Client

from app.search.meilisearch import settings
from app.search.meilisearch.failures import IndexAbsent, TaskFailed, translate_errors
from app.search.meilisearch.filters import quote
from app.search.meilisearch.tasks import Tasks


def apply_settings(client: Client, tasks: Tasks, index: str) -> None:
    """Create the index if it is absent, and put its settings right."""
    try:
        current = current_settings(client, index)
    except IndexAbsent:
        with translate_errors("indexes.create", index):
            accepted = client.create_index(index, {"primaryKey": settings.PRIMARY_KEY})
        try:
            tasks.wait_for(accepted, index)
        except TaskFailed as error:
            if error.reason != "index_already_exists":
                raise
        current = current_settings(client, index)
    target = settings.wanted_settings({})
    del target["synonyms"]
    wrong = settings.settings_to_change(target, current) | settings.settings_to_reset(current)
    _write_settings(client, tasks, index, wrong)
    tune_synonyms(client, tasks, index)


def tune_synonyms(client: Client, tasks: Tasks, index: str) -> None:
    """Set the synonyms of the index to the names of the tags in it."""
    target = {"synonyms": _wanted_synonyms(client, index)}
    _write_settings(
        client, tasks, index, settings.settings_to_change(target, current_settings(client, index))
    )


def differing_settings(client: Client, index: str) -> list[str]:
    """The names of settings that are not as they should be."""
    current = current_settings(client, index)
    target = settings.wanted_settings({})
    del target["synonyms"]
    wrong = sorted(
        settings.settings_to_change(target, current) | settings.settings_to_reset(current)
    )
    if wrong:
        return wrong  # the tags cannot be read without these settings
    return sorted(
        settings.settings_to_change({"synonyms": _wanted_synonyms(client, index)}, current)
    )


def current_settings(client: Client, index: str) -> dict[str, Any]:
    """The settings as the server shows them. Raises `IndexAbsent`."""
    with translate_errors("settings.get", index):
        return client.index(index).get_settings()


def _wanted_synonyms(client: Client, index: str) -> dict[str, list[str]]:
    with translate_errors("documents.get", index):
        tags = client.index(index).get_documents(
            {
                "filter": f"kind = {quote('tag')}",
                "fields": ["spoken"],
                "limit": settings.MOST_TAGS,
            }
        )
    return settings.tag_synonyms(vars(tag).get("spoken") or {} for tag in tags.results)


def _write_settings(client: Client, tasks: Tasks, index: str, wrong: dict[str, Any]) -> None:
    if not wrong:
        return
    with translate_errors("settings.update", index):
        accepted = client.index(index).update_settings(wrong)
    tasks.wait_for(accepted, index)
