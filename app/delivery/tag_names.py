"""Tags by the names that a facet shows. A filter takes each name that a facet gives.

Refinement lists show names to people without further work. Slugs outlive a renaming, so filters
take them too.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final
from uuid import UUID

from app.http.views import View
from app.kit.text import without_unseen
from app.published.cache import CachedTag, Tags

_MOST_FAMILIES: Final = 200


class TagNames:
    """The names of all tags in one snapshot, in each of the site's languages."""

    def __init__(self, tags: Tags, languages: Sequence[str]) -> None:
        self._tags = tags
        self._labels = {lang: _labels(tags, lang) for lang in languages}
        self._labelled = {
            lang: _group_by_name((label, tags.by_id[key]) for key, label in labels.items())
            for lang, labels in self._labels.items()
        }
        everything = tags.by_id.values()
        self._tags_by_name = _group_by_name(
            (name, tag) for tag in everything for name in tag.names.values()
        )

    @classmethod
    def of(cls, view: View) -> "TagNames":
        """The names for a snapshot, made once for each head of the log."""
        site_languages = view.runtime.settings.languages
        return view.recall("tag names", lambda: cls(view.tags, site_languages))

    def names_of(self, slugs: Iterable[str], lang: str) -> list[str]:
        """The names of existing tags."""
        return [self._labels[lang][self._tags.by_slug[slug].id] for slug in slugs]

    def families(self, value: str, lang: str) -> tuple[UUID, ...]:
        """The tags that a value means, with all below them. The value is the name shown in that
        language, else a slug, else a name in any language. Empty when there is no such tag."""
        folded = _fold(value)
        tags = self._labelled[lang].get(folded)
        if tags is None and (tag := self._tags.find(value.strip())) is not None:
            tags = [tag]
        tags = tags or self._tags_by_name.get(folded, [])
        return tuple(dict.fromkeys(key for tag in tags for key in self._tags.descendant_ids(tag)))

    def families_where(self, is_meant: Callable[[str], bool], lang: str) -> tuple[UUID, ...]:
        """The families of the tags whose names satisfy `is_meant`."""
        ids = [key for key, label in self._labels[lang].items() if is_meant(label)]
        families = (
            self._tags.descendant_ids(self._tags.by_id[key]) for key in ids[:_MOST_FAMILIES]
        )
        return tuple(dict.fromkeys(key for family in families for key in family))

    def counts_by_name(self, values: Iterable[tuple[str, int]], lang: str) -> dict[str, int]:
        """A facet's counts by name, the most frequent first, without tags that no longer exist."""
        labels = self._labels[lang]
        counted = [(labels.get(UUID(key)), count) for key, count in values]
        counts = [(label, count) for label, count in counted if label is not None]
        return dict(sorted(counts, key=lambda pair: (-pair[1], pair[0])))


def _labels(tags: Tags, lang: str) -> dict[UUID, str]:
    """The name of each tag, followed by its slug when another tag has the same name."""
    plain = {tag.id: tags.localise(tag.names, lang) or tag.slug for tag in tags.by_id.values()}
    often = Counter(map(_fold, plain.values()))
    return {
        key: name if often[_fold(name)] == 1 else f"{name} ({tags.by_id[key].slug})"
        for key, name in plain.items()
    }


def _fold(name: str) -> str:
    return without_unseen(name).strip().casefold()


def _group_by_name(pairs: Iterable[tuple[str, CachedTag]]) -> dict[str, list[CachedTag]]:
    groups: dict[str, list[CachedTag]] = {}
    for name, tag in pairs:
        groups.setdefault(_fold(name), []).append(tag)
    return groups
