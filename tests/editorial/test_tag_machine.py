"""Random work on tags against a model of a few dictionaries: no cycle, no lost tag, no dead slug.

The model knows tags by name, articles as sets of names, and where each slug leads. Everything is
asked over HTTP, as a front end would; `WILLAY_EXAMPLES=500` searches long, and shrinks.
"""

import os
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from app.editorial import articles, publishing, tags
from app.editorial.content import ArticleInput, prepare
from app.runtime import open_runtime
from tests import builders, stores
from tests.admin.desk import Headers, bearer
from tests.builders import EDITOR
from tests.conftest import MovingClock, client_of
from tests.search.follow import follow, search_agrees
from tests.stores import examples

SLUGS = [f"t{number}" for number in range(6)]
SLUG = st.sampled_from(SLUGS)
PICK = st.integers(0, 5)
ARTICLES = 4

_LONG = int(os.environ.get("WILLAY_EXAMPLES", "0"))


class Tags(RuleBasedStateMachine):
    """Editors rename, move, merge and remove; `parents` and `carried` say what must be so."""

    @initialize()
    def open(self) -> None:
        self.stack = ExitStack()
        config = self.stack.enter_context(stores.temporary(serve_worker=False, rate_limit=0))
        clock = MovingClock()
        self.runtime = self.stack.enter_context(open_runtime(config, clock, check_schema=False))
        self.client = self.stack.enter_context(client_of(self.runtime))
        self.headers: Headers = bearer(self.runtime, "publisher")
        self.parents: dict[UUID, UUID | None] = {}
        self.slugs: dict[UUID, str] = {}
        self.revisions: dict[UUID, int] = {}
        self.leads: dict[str, UUID | None] = {}
        self.ids: list[UUID] = []
        self.carried: list[set[UUID]] = []
        self.public: list[set[UUID] | None] = []
        self.turn = 0
        for number in range(ARTICLES):
            key, _ = builders.draft(self.runtime, title=f"a{number}", slug=f"a{number}")
            self.ids.append(key)
            self.carried.append(set())
            self.public.append(None)
        # Much to lose from the start: t0 → t1 → t2, t3 aside, and articles that carry two each.
        for number, above in enumerate([None, 0, 1, None]):
            self.create(SLUGS[number], 0, below=False)
            if above is not None:
                self._move(SLUGS[number], SLUGS[above])
        for number in range(ARTICLES):
            self.tag_an_article(number, {SLUGS[number], SLUGS[(number + 1) % 4]})
            self.publish(number)

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()

    def picked(self, pick: int) -> UUID | None:
        return sorted(self.slugs)[pick % len(self.slugs)] if self.slugs else None

    def asked(self, method: str, tag_id: UUID, path: str = "", sent: Any = None) -> Any:
        headers = {**self.headers, "If-Match": f'"{self.revisions[tag_id]}"'}
        where = f"/v1/admin/tags/{tag_id}{path}"
        answer = self.client.request(method, where, json=sent, headers=headers)
        assert answer.status_code < 500
        return answer

    def below(self, tag_id: UUID) -> set[UUID]:
        found, waiting = set(), [tag_id]
        while waiting:
            one = waiting.pop()
            assert one not in found
            found.add(one)
            waiting += [child for child, parent in self.parents.items() if parent == one]
        return found

    def replaced(self, old: UUID, new: UUID) -> None:
        """What the model says of a merge."""
        if new in self.below(old):
            self.parents[new] = self.parents[old]
        for child, parent in self.parents.items():
            if parent == old and child != new:
                self.parents[child] = new
                self.revisions[child] += 1
        for sets in (self.carried, self.public):
            for place, one in enumerate(sets):
                if one is not None and old in one:
                    sets[place] = (one - {old}) | {new}
        self.leads = {slug: new if to == old else to for slug, to in self.leads.items()}
        self.revisions[new] += 1
        self.forgotten(old)

    def forgotten(self, old: UUID) -> None:
        for known in (self.parents, self.slugs, self.revisions):
            del known[old]

    @rule(slug=SLUG, pick=PICK, below=st.booleans())
    def create(self, slug: str, pick: int, below: bool) -> None:
        parent = self.picked(pick) if below else None
        sent = {"slug": slug, "names": {"en": slug}}
        sent |= {"parent": self.slugs[parent]} if parent else {}
        answer = self.client.post("/v1/admin/tags", json=sent, headers=self.headers)
        assert (answer.status_code == 409) == (slug in self.leads), answer.text
        if answer.status_code == 201:
            tag_id = UUID(answer.json()["data"]["id"])
            self.parents[tag_id], self.slugs[tag_id], self.revisions[tag_id] = parent, slug, 1
            self.leads[slug] = tag_id

    @rule(pick=PICK, slug=SLUG)
    def call_otherwise(self, pick: int, slug: str) -> None:
        if (tag_id := self.picked(pick)) is None:
            return
        answer = self.asked("PATCH", tag_id, sent={"slug": slug})
        assert (answer.status_code == 409) == (self.leads.get(slug, tag_id) != tag_id)
        if answer.status_code == 200:
            self.revisions[tag_id] += self.slugs[tag_id] != slug
            self.slugs[tag_id], self.leads[slug] = slug, tag_id

    @rule(pick=PICK)
    def rename(self, pick: int) -> None:
        if (tag_id := self.picked(pick)) is None:
            return
        self.turn += 1
        sent = {"names": {"en": f"Name {self.turn}"}}
        assert self.asked("PATCH", tag_id, sent=sent).status_code == 200
        self.revisions[tag_id] += 1
        assert self.client.get(f"/v1/tags/{self.slugs[tag_id]}").json()["data"]["name"] == (
            f"Name {self.turn}"
        )

    def _move(self, slug: str, above: str) -> None:
        tag_id = self.leads[slug]
        assert tag_id is not None
        assert self.asked("PATCH", tag_id, sent={"parent": above}).status_code == 200
        self.parents[tag_id] = self.leads[above]
        self.revisions[tag_id] += 1

    @rule(pick=PICK, other=PICK, old_slug=st.booleans())
    def move(self, pick: int, other: int, old_slug: bool) -> None:
        tag_id, parent = self.picked(pick), self.picked(other)
        if tag_id is None or parent is None:
            return
        slug = self.slugs[parent]
        if old_slug:
            slug = min(one for one, leads in self.leads.items() if leads == parent)
        answer = self.asked("PATCH", tag_id, sent={"parent": slug})
        assert (answer.status_code == 422) == (parent in self.below(tag_id)), answer.text
        if answer.status_code == 200:
            self.revisions[tag_id] += self.parents[tag_id] != parent
            self.parents[tag_id] = parent

    @rule(pick=PICK, other=PICK)
    def merge(self, pick: int, other: int) -> None:
        tag_id, target = self.picked(pick), self.picked(other)
        if tag_id is None or target is None:
            return
        answer = self.asked("POST", tag_id, "/merge", {"into": self.slugs[target]})
        assert (answer.status_code == 422) == (tag_id == target)
        if answer.status_code == 200:
            self.replaced(tag_id, target)

    @rule(pick=PICK)
    def remove(self, pick: int) -> None:
        if (tag_id := self.picked(pick)) is None:
            return
        answer = self.asked("DELETE", tag_id)
        sets = [one for one in (*self.carried, *self.public) if one is not None]
        used = any(tag_id in one for one in sets) or tag_id in self.parents.values()
        assert (answer.status_code == 409) == used, answer.text
        if answer.status_code == 204:
            gone = {slug: None for slug, to in self.leads.items() if to == tag_id}
            self.leads |= gone
            self.forgotten(tag_id)

    @rule(number=st.integers(0, ARTICLES - 1), picks=st.sets(SLUG, max_size=3))
    def tag_an_article(self, number: int, picks: set[str]) -> None:
        """By any slug that leads to a tag, old ones too."""
        wanted = sorted(slug for slug in picks if self.leads.get(slug) is not None)
        with self.runtime.database.reading() as tx:
            revision = articles.read(tx, self.ids[number]).article.revision
        content = ArticleInput(lang="en", title=f"a{number}", tags=tuple(wanted))
        with self.runtime.database.writing() as tx:
            ready = prepare(content, self.runtime.site_rules)
            articles.edit(tx, EDITOR, self.ids[number], revision, ready, self.runtime.clock())
        self.carried[number] = {key for slug in wanted if (key := self.leads[slug]) is not None}

    @rule(pick=PICK)
    def replace(self, pick: int) -> None:
        """Remove a tag by naming the one right below it, or any other, as its replacement."""
        tag_id = self.picked(pick)
        below = sorted(child for child, parent in self.parents.items() if parent == tag_id)
        target = below[0] if below else self.picked(pick + 1)
        if tag_id is None or target is None or target == tag_id:
            return
        answer = self.asked("DELETE", tag_id, f"?replacement={self.slugs[target]}")
        assert answer.status_code == 204
        self.replaced(tag_id, target)

    @rule(number=st.integers(0, ARTICLES - 1))
    def publish(self, number: int) -> None:
        with self.runtime.publishing() as tx:
            revision = articles.lock_article(tx, self.ids[number], None).revision
            publishing.publish(tx, EDITOR, self.ids[number], revision, self.runtime.site_rules)
        self.public[number] = set(self.carried[number])

    @rule(number=st.integers(0, ARTICLES - 1))
    def withdraw(self, number: int) -> None:
        if self.public[number] is not None:
            with self.runtime.publishing() as tx:
                publishing.unpublish(tx, EDITOR, self.ids[number])
            self.public[number] = None

    @rule()
    def search_catches_up(self) -> None:
        follow(self.runtime)
        assert search_agrees(self.runtime)

    @invariant()
    def every_address_answers_as_it_must(self) -> None:
        for slug, leads in getattr(self, "leads", {}).items():
            answer = self.client.get(f"/v1/tags/{slug}", follow_redirects=False)
            way = self.client.get(f"/v1/resolve?path=/tags/{slug}")
            if leads is None:
                assert (answer.status_code, way.status_code) == (410, 410)
            elif self.slugs[leads] == slug:
                assert (answer.status_code, way.json()["data"]["status"]) == (200, 200)
            else:
                assert (answer.status_code, way.json()["data"]["status"]) == (301, 301)
                assert answer.headers["location"] == way.json()["data"]["slug"] == self.slugs[leads]

    @invariant()
    def counts_and_lists_agree_and_nothing_is_lost(self) -> None:
        if not hasattr(self, "public"):
            return
        listed = self.client.get("/v1/tags").json()["data"]
        assert {UUID(one["id"]): one["slug"] for one in listed} == self.slugs
        for one in listed:
            tag_id = UUID(one["id"])
            family = self.below(tag_id)
            parent = self.parents[tag_id]
            assert one["parent"] == (self.slugs[parent] if parent else None)
            expected = {f"a{n}" for n, its in enumerate(self.public) if its and its & family}
            found = self.client.get(f"/v1/articles?tag={one['slug']}&count=true").json()
            assert {item["slug"] for item in found["data"]} == expected
            assert one["articles_count"] == found["meta"]["total"] == len(expected)
        shown = {
            item["slug"]: {tag["slug"] for tag in item["tags"]}
            for item in self.client.get("/v1/articles").json()["data"]
        }
        assert shown == {
            f"a{n}": {self.slugs[key] for key in its}
            for n, its in enumerate(self.public)
            if its is not None
        }
        known = self.client.get("/v1/admin/tags", headers=self.headers).json()["data"]
        assert {UUID(one["id"]): one["revision"] for one in known} == self.revisions
        with self.runtime.database.reading() as tx:
            copies = [set(articles.read(tx, key).content.tags) for key in self.ids]
            today = tags.slugs_by_id(tx)
        assert copies == [{self.slugs[key] for key in its} for its in self.carried]
        assert {key: today[key] for key in self.slugs} == self.slugs
        for one in known:
            its = [n for n in range(ARTICLES) if UUID(one["id"]) in self._either(n)]
            assert one["used_by"] == len(its)

    def _either(self, number: int) -> set[UUID]:
        return self.carried[number] | (self.public[number] or set())


def test_random_work_on_tags_keeps_every_promise() -> None:
    phases = (Phase.explicit, Phase.generate)
    run(
        Tags,
        settings=settings(
            max_examples=_LONG or examples(8),
            phases=(*phases, Phase.shrink) if _LONG else phases,
            database=None,
            stateful_step_count=50 if _LONG else 30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
