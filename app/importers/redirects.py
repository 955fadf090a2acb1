"""Redirects of an old site: where they lead becomes known once all texts are surveyed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from app.importers.old_site import OldSite, page_path
from app.importers.record_fields import to_address
from app.importers.source_index import SourceIndex
from app.importers.source_report import SourceReport
from app.interchange.import_entry import ImportEntry, to_record

MANY: Final = "stands for many addresses; make those that matter by hand, as old addresses"
_KIND: Final = "redirect"
_LONGEST_CHAIN: Final = 10
_PATHS_AT_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Redirect:
    """From one address of the site to another, or to another site."""

    source: str
    target: str
    place: str
    """The file in which it is."""
    reason: str = ""
    """Why it can be no old address, if its form tells."""


def find_no_tag(_path: str) -> str | None:
    """Find the tag of a page, where no address is known to be one."""
    return None


@dataclass(frozen=True, slots=True)
class RedirectPlan:
    """Collects redirects, then gives their addresses to the texts to which they lead, and makes
    records of those that lead to a tag or to another site.

    The index has the key of the text at each `path`, and the `paths` of each `text`.
    """

    index: SourceIndex
    report: SourceReport
    site: OldSite
    find_tag: Callable[[str], str | None] = find_no_tag

    def add(self, redirects: Iterable[Redirect]) -> None:
        """Remember the redirects of a file."""
        for redirect in redirects:
            self.report.see(_KIND)
            path = self.site.path_of(redirect.source)
            if redirect.reason or path is None:
                self._leave(redirect, redirect.reason or "begins at another site")
            elif page_path(path) == "/":
                self._leave(redirect, "begins at the front page, which no old address is")
            elif self.index.get("moved path", page_path(path)) is not None:
                self._leave(redirect, "begins where another one does, which counts")
            else:
                facts = {"path": path, "target": redirect.target, "place": redirect.place}
                self.index.put("moved path", page_path(path), facts)

    def settle(self) -> None:
        """Find where the redirects lead, once all texts are surveyed."""
        for path, facts in list(self.index.items("moved path")):
            if self.index.get("path", path) is not None:
                self._leave_at(facts, "begins at the address of a text that comes")
                continue
            target = self._last_target(facts["target"])
            local = self.site.path_of(target)
            if local is None:
                self._keep(path, facts, "url", to_address(target))
            elif (key := self.index.get("path", page_path(local))) is not None:
                self._give_to_text(facts, key)
            else:
                self._keep(path, facts, "tag", self.find_tag(page_path(local)))

    def entries(self, file: str) -> Iterator[ImportEntry]:
        """The old addresses of tags, and those that lead to another site."""
        for path, facts in self.index.items("far redirect"):
            self.report.pass_on(_KIND)
            yield ImportEntry(file, 0, 0, to_record(facts), path[:80], is_foreign=True)

    def _last_target(self, target: str) -> str:
        """Where a redirect leads in the end, if it leads to others."""
        for _ in range(_LONGEST_CHAIN):
            local = self.site.path_of(target)
            if local is None or self.index.get("path", page_path(local)) is not None:
                break
            next_redirect: dict[str, Any] | None = self.index.get("moved path", page_path(local))
            if next_redirect is None:
                break
            target = next_redirect["target"]
        return target

    def _give_to_text(self, facts: dict[str, Any], key: str) -> None:
        text: dict[str, Any] = self.index.get("text", key)
        if len(text["paths"]) >= _PATHS_AT_MOST:
            self._leave_at(facts, f"leads to a text that has {_PATHS_AT_MOST} old addresses")
            return
        self.index.put("text", key, {**text, "paths": [*text["paths"], facts["path"]]})
        self.index.claim("path", page_path(facts["path"]), key)
        self._leave_at(facts, "read as an old address of the text where it leads")

    def _keep(self, path: str, facts: dict[str, Any], name: str, target: str | None) -> None:
        if target is None:
            self._leave_at(facts, "leads to a page that is no text which comes")
        else:
            alias = {"type": "alias", "path": facts["path"], name: target}
            self.index.put("far redirect", path, alias)

    def _leave(self, redirect: Redirect, reason: str) -> None:
        self.report.leave(_KIND, reason, f"{redirect.place}: {redirect.source[:80]}")

    def _leave_at(self, facts: dict[str, Any], reason: str) -> None:
        self.report.leave(_KIND, reason, f"{facts['place']}: {facts['path'][:80]}")
