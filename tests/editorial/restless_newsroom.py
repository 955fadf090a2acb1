"""A process that edits at random and says what was accepted, until somebody kills it.

Run as `python -m tests.editorial.restless_newsroom SEED`, in an environment that names the store.
Each line on stdout is printed after its commit: `revision ID NUMBER` or `log SEQUENCE ID STATE`.
"""

import sys
from datetime import timedelta
from random import Random

from app.editorial import articles, publishing
from app.editorial.content import ArticleInput, prepare
from app.errors import Conflict
from app.kit.clock import system_clock
from app.runtime import open_runtime
from app.settings import Settings
from tests.builders import EDITOR


def main(seed: str) -> None:
    chance = Random(int(seed))
    with open_runtime(Settings(_env_file=None)) as runtime:
        content = ArticleInput(lang="en", title=f"Seed {seed}", authors=({"name": "Ana"},))
        drafts = []
        for _ in range(3):
            with runtime.database.writing() as tx:
                article = articles.create(
                    tx, EDITOR, prepare(content, runtime.site_rules), system_clock()
                )
                drafts.append((article.id, 1))
            say("revision", article.id, 1)
        while True:
            place = chance.randrange(len(drafts))
            key, revision = drafts[place]
            body = prepare(
                content.model_copy(update={"body": f"{revision + 1}"}), runtime.site_rules
            )
            with runtime.database.writing() as tx:
                revision = articles.edit(tx, EDITOR, key, revision, body, system_clock()).revision
            say("revision", key, revision)
            drafts[place] = key, revision
            try:
                with runtime.publishing() as tx:
                    if chance.random() < 0.7:
                        later = timedelta(seconds=chance.choice([0, 0, 0.01, 3600]))
                        at = tx.moment + later
                        publishing.publish(tx, EDITOR, key, revision, runtime.site_rules, at=at)
                        state = "published"
                    else:
                        publishing.retract(tx, EDITOR, key, "Wrong.")
                        state = "retracted"
                say("log", tx.sequence, key, state, revision)
            except Conflict:
                continue


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
