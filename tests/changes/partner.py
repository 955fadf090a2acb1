"""A newsroom with a partner who keeps a copy by the client of docs/partners.md, over HTTP.

To what editors do with articles it adds all else that is public: sponsors and members with their
dates, tags that move and get other addresses, standing pages, old paths; and replicas restart.
"""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from app.changes import PublishTx
from app.editorial import aliases, articles, people, tag_merge, tags
from app.editorial.tags import TagInput
from app.http.log_watch import Watch
from app.main import create_app
from app.runtime import Runtime, open_runtime
from tests import builders
from tests.builders import EDITOR
from tests.editorial.newsroom import CRASH, PICK, REPLICA, Newsroom, dying

GUIDE = Path(__file__).parents[2] / "docs" / "partners.md"
PAGES = (1, 3, 100)
DAYS = st.sampled_from([None, -3, -1, 0, 1, 2])


def client() -> tuple[Callable[[str, str], None], str]:
    """`follow` as the guide has it, and its text."""
    found = re.search(r'```python\n("""mirror\.py.+?)```', GUIDE.read_text(), re.DOTALL)
    assert found
    names: dict[str, Any] = {"__name__": "mirror"}
    exec(compile(found[1], "mirror.py", "exec"), names)
    return names["follow"], found[1]


@dataclass
class Desk:
    """One server for all replicas of all runs: `/r1/v1/…` is that of the second one."""

    runtimes: list[Runtime] = field(default_factory=list)
    address: str = ""
    did: dict[str, int] = field(default_factory=dict)
    _apps: dict[int, tuple[Runtime, ASGIApp]] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, replica, path = scope["path"].split("/", 2)
        runtime = self.runtimes[int(replica[1:])]
        if id(runtime) not in self._apps:
            self._apps[id(runtime)] = runtime, create_app(runtime)
        state = {"runtime": runtime, "watch": Watch(runtime)}
        inner = {**scope, "path": f"/{path}", "raw_path": f"/{path}".encode(), "state": state}
        if path == "v1/changes":  # the client takes what pages it is given
            inner["query_string"] += b"&limit=%d" % PAGES[int(replica[1:])]
        await self._apps[id(runtime)][1](inner, receive, send)

    def count(self, what: str) -> None:
        self.did[what] = self.did.get(what, 0) + 1


def everything(base: str) -> dict[tuple[str, str], Any]:
    """All that the API shows, without what other things decide."""

    def get(path: str) -> Any:
        with urlopen(f"{base}/v1/{path}", timeout=20) as answer:
            return json.load(answer)["data"]

    found: dict[tuple[str, str], Any] = {}
    for kind in ("article", "page"):
        for item in get(f"articles?kind={kind}&limit=100&fields=slug,id"):
            whole = get(f"articles/{item['slug']}")
            del whole["related"], whole["neighbours"]
            found["article", item["id"]] = whole
    for item in get("tags"):
        whole = get(f"tags/{item['slug']}")
        for name in ("ancestors", "subtags", "children", "articles_count"):
            del whole[name]
        found["tag", item["id"]] = whole
    for kind, path in (("sponsor", "sponsors"), ("committee_member", "committee")):
        found |= {(kind, item["id"]): item for item in get(path)}
    return found


def held(file: str) -> dict[tuple[str, str], Any]:
    """What a copy holds."""
    with closing(sqlite3.connect(file)) as copy:
        rows = copy.execute("SELECT kind, id, item FROM thing").fetchall()
    return {(kind, key): json.loads(item) for kind, key, item in rows}


class Partnered(Newsroom):
    """The newsroom and its partner."""

    desk: Desk

    @override
    @initialize()
    def open(self) -> None:
        super().open()
        self.desk.runtimes = self.replicas
        self.follow, _ = client()
        self.region = builders.tag(self.replicas[0], "region")
        self.valley = builders.tag(self.replicas[0], "valley", parent="region")
        builders.published(self.replicas[0], kind="page", slug="aims", title="Aims")
        self.people: dict[str, Any] = {}
        self.spare: UUID | None = None
        self.copies = [str(Path(self.settings.data_dir) / f"mirror{n}.db") for n in range(2)]

    @override
    def _do(
        self, replica: int, crash: int | None, work: Callable[[PublishTx], Callable[[], None]]
    ) -> None:
        self.desk.count("actions")
        super()._do(replica, crash, work)

    @rule(replica=REPLICA, which=st.just("a"), first=DAYS, last=DAYS, crash=CRASH)
    def seat(
        self, replica: int, which: str, first: int | None, last: int | None, crash: int | None
    ) -> None:
        """A sponsor and a member, named or changed, with dates around today."""
        today = self.time().date()
        days = [None if n is None else today + timedelta(days=n) for n in (first, last)]
        if None not in (first, last) and days[0] > days[1]:
            days.reverse()
        self.serial += 1
        name = f"{which} {self.serial}"
        sponsor = people.SponsorInput(name=name, valid_from=days[0], valid_to=days[1])
        member = people.MemberInput(name=name, term_from=days[0], term_to=days[1])

        def work(tx: PublishTx) -> Callable[[], None]:
            if which in self.people:
                people.SPONSORS.edit(tx, EDITOR, self.people[which][0], sponsor)
                people.MEMBERS.edit(tx, EDITOR, self.people[which][1], member)
                return lambda: None
            made = (
                people.SPONSORS.add(tx, EDITOR, sponsor).id,
                people.MEMBERS.add(tx, EDITOR, member).id,
            )
            return lambda: self.people.update({which: made})

        self._do(replica, crash, work)

    @rule(replica=REPLICA, slug=st.sampled_from(["region", "land-region"]), crash=CRASH)
    def readdress_a_tag(self, replica: int, slug: str, crash: int | None) -> None:
        def work(tx: PublishTx) -> Callable[[], None]:
            tags.update(tx, EDITOR, self.region, TagInput(slug=slug, names={"en": "Region"}))
            return lambda: None

        self._do(replica, crash, work)

    @rule(replica=REPLICA, parent=st.sampled_from([None, "water"]), crash=CRASH)
    def move_a_tag(self, replica: int, parent: str | None, crash: int | None) -> None:
        def work(tx: PublishTx) -> Callable[[], None]:
            above = parent or tags.slugs_by_id(tx)[self.region]
            moved = TagInput(slug="valley", names={"en": "Valley"}, parent=above)
            tags.update(tx, EDITOR, self.valley, moved)
            return lambda: None

        self._do(replica, crash, work)

    @rule(replica=REPLICA, which=st.just("a"), crash=CRASH)
    def unseat(self, replica: int, which: str, crash: int | None) -> None:
        def work(tx: PublishTx) -> Callable[[], None]:
            people.SPONSORS.remove(tx, EDITOR, self.people[which][0], None)
            people.MEMBERS.remove(tx, EDITOR, self.people[which][1], None)
            return lambda: self.people.pop(which)

        if which in self.people:
            self._do(replica, crash, work)

    @rule(replica=REPLICA, merged=st.booleans(), crash=CRASH)
    def end_a_tag(self, replica: int, merged: bool, crash: int | None) -> None:
        """One that was made before, with its children; and make another."""
        self.serial += 1
        name = f"spare-{self.serial}"

        def work(tx: PublishTx) -> Callable[[], None]:
            if self.spare is not None and merged:
                tag_merge.merge(tx, EDITOR, self.spare, None, "valley")
            elif self.spare is not None:
                tag_merge.remove(tx, EDITOR, self.spare, None)
            made = tags.create(tx, EDITOR, TagInput(slug=name, names={"en": name})).id
            child = TagInput(slug=f"{name}-below", names={"en": name}, parent=name)
            tags.create(tx, EDITOR, child)
            return lambda: setattr(self, "spare", made)

        self._do(replica, crash, work)

    @rule(replica=REPLICA, pick=PICK, crash=CRASH)
    def put_an_old_path(self, replica: int, pick: int, crash: int | None) -> None:
        self.serial += 1

        def work(tx: PublishTx) -> Callable[[], None]:
            held = articles.read(tx, self.ids[pick]).article.slug
            aliases.upsert(tx, EDITOR, f"/old/{self.serial}", held, None)
            return lambda: None

        self._do(replica, crash, work)

    @rule(hours=st.sampled_from([5, 30]))
    def a_day_passes(self, hours: int) -> None:
        self.time.move(hours=hours)

    @rule(replica=REPLICA)
    def restart(self, replica: int) -> None:
        self.desk.count("restarts")
        settings, clock = self.replicas[replica].settings, self._clock(replica)
        self.replicas[replica] = self.stack.enter_context(
            open_runtime(settings, clock, check_schema=False)
        )

    @rule(which=st.integers(0, 1), replica=REPLICA, crash=CRASH)
    def follow_the_log(self, which: int, replica: int, crash: int | None) -> None:
        self._follow(which, replica, crash)

    @rule(which=st.integers(0, 1), replica=REPLICA)
    def keep_up(self, which: int, replica: int) -> None:
        self._follow(which, replica, None)

    @override
    def teardown(self) -> None:
        """However it went, each copy catches up in the end."""
        if hasattr(self, "copies"):
            for which in range(len(self.copies)):
                self._follow(which, 0, None)
        super().teardown()

    def _follow(self, which: int, replica: int, crash: int | None) -> None:
        base = f"{self.desk.address}/r{replica}"
        failed = None
        try:
            with dying(crash):
                self.follow(base, self.copies[which])
        except HTTPError as error:
            error.close()
            failed = error.code
        if failed is not None:
            assert (failed, crash is None) == (500, False)
            self.desk.count("failed follows")
            return
        assert held(self.copies[which]) == everything(base)
        self.desk.count("comparisons")
