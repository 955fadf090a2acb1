"""Folders of Markdown, in: what comes and what is left, then read as readers do."""

from pathlib import Path

import pytest

from tests.conftest import Bench
from tests.importers.moving import SHARED, article, move, write_folder, write_pictures

MARCH = """---
title: "A march: in Lima"
date: 2019-05-12
lastmod: 2019-06-01T10:00:00-05:00
tags: [mining, "Medio ambiente"]
author: {name: Ana Quispe, email: ana@old.example}
aliases: [/old/march/, march.html]
image: /images/march.jpg
menu: main
---
Before.

<!--more-->

Film {{< youtube abcdefghijk >}} and {{% note %}}mind{{% /note %}}, said <nick>.

![Up](pic.jpg) and [the other]({{< ref "json.md" >}}), [it](json.md#part), [far](/custom/).

`{{< kept >}}` and <https://far.example/>
"""
FILES: dict[str, str | bytes] = {
    "content/posts/march.md": MARCH,
    "content/posts/march.es.md": "---\ntitle: Una marcha\ndate: 2019-05-12\n---\nTexto.\n",
    "content/posts/json.md": '{"title":"JSON","date":"2020-03-01","url":"/custom/"}\n\nText.\n',
    "content/posts/toml/index.md": '+++\ntitle = "TOML"\ndate = 2020-01-02T03:04:05Z\n'
    "expiryDate = 2020-02-01\n+++\n![](pic.jpg)\n",
    "content/about/_index.md": "---\ntitle: About\n---\nUs.\n",
    "content/about/team.md": "---\ntitle: Team\nweight: 3\n---\nWe.\n",
    "_posts/2018-01-02-jekyll.md": b"---\r\ntitle: J\r\npublished: false\r\n---\r\n"
    b"{% highlight python %}\r\nx=1\r\n{% endhighlight %}\r\n{{ site.baseurl }}/a\r\n",
    "_posts/2018-02-30-bad.md": "---\ntitle: Bad: colon\n---\nx\n",
    "_posts/2016-01-01-latin.md": "---\ntitle: Peña\n---\nAño\n".encode("latin-1"),
    "_posts/2017-01-01-bom.md": b"\xef\xbb\xbf---\ntitle: BOM\n---\nx\n",
    "_posts/2031-01-01-later.md": "---\ntitle: Later\n---\nx\n",
    "_posts/plain.md": "# Only a heading\n\nText.\n",
    "_drafts/soon.md": "---\ntitle: Soon\n---\nx\n",
    "content/posts/gone.md": "---\ntitle: G\nredirect_to: https://far.example/é\n---\n",
    "content/posts/near.md": "---\nredirect_to: /custom/\n---\n",
    "content/posts/bomb.md": "---\na: &a [x]\nb: [*a, *a]\ntitle: B\n---\nx\n",
    "README.md": "About the folder.",
    "theme.css": "p {}",
}


def test_a_folder_moves_in(bench: Bench, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "site", FILES)
    pictures = ("static/images/march.jpg", "content/posts/pic.jpg", "static/unused.png")
    write_pictures(folder, *pictures, "content/posts/toml/pic.jpg")
    (folder / "out.md").symlink_to("/etc/hostname")
    assert move(tmp_path, "folder", folder, "--dry-run").refusals == ["unreadable_text"]
    report = move(tmp_path, "folder", folder)
    assert (report.code, report.refusals) == (1, ["unreadable_text"])  # the explosive one
    assert report.outcomes == {
        "tag created": 2, "media created": 3, "article created": 13, "alias created": 1,
    }  # fmt: skip
    assert report.reasons["picture or PDF", "no text shows it"] == 1
    assert report.reasons["text", "only leads to another text: /custom/"] == 1
    far = bench.client.get("/v1/resolve?path=/posts/gone/").json()["data"]
    assert (far["kind"], far["status"], far["location"]) == (
        "elsewhere",
        301,
        "https://far.example/%C3%A9",
    )
    assert report.findings["unknown shortcode, kept as text", "note"] == 2
    assert report.findings["fact of the front matter that is left", "menu"] == 1
    again = move(tmp_path, "folder", folder)
    assert {name.split()[1] for name in again.outcomes} == {"unchanged"}

    march = article(bench, "march")
    assert (march["title"], march["summary"]) == ("A march: in Lima", "Before.")
    assert (march["published_at"], march["date_precision"]) == ("2019-05-12T00:00:00Z", "day")
    assert [each["name"] for each in march["authors"]] == ["Ana Quispe"]
    assert {each["slug"] for each in march["tags"]} == {"mining", "medio-ambiente"}
    assert [each["lang"] for each in march["translations"]] == ["es"]
    body = march["body_html"]
    assert body.count('href="/news/json"') == 2  # by its file, and by the address that it had
    assert 'href="/news/json#part"' in body
    assert body.count("{{&lt; kept &gt;}}") == 1
    for words in ("&lt;nick&gt;", "embed/abcdefghijk", "mind", "<img", 'href="https://far.'):
        assert words in body, words
    assert march["image"]["url"]
    assert article(bench, "march-2")["lang"] == "es"
    assert article(bench, "team")["parent"] == "about"
    assert article(bench, "latin")["title"] == "Peña"
    assert article(bench, "plain")["title"] == "Only a heading"
    assert article(bench, "bad")["title"] == "Bad: colon"
    assert bench.client.get("/v1/articles/toml").status_code == 410
    for slug in ("jekyll", "soon", "later"):
        assert bench.client.get(f"/v1/articles/{slug}").status_code == 404
    for path in ("/old/march/", "/posts/march.html", "/posts/march/"):
        assert bench.client.get(f"/v1/resolve?path={path}").json()["data"]["slug"] == "march"
    assert bench.client.get("/v1/resolve?path=/images/march.jpg").json()["data"]["kind"] == "media"


def test_unknown_codes_are_dropped_by_choice(bench: Bench, tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "site", {"posts/a.md": "# T\n\n{{% note %}}mind{{% /note %}}\n"}
    )
    move(tmp_path, "folder", folder, "--drop-unknown")
    assert article(bench, "a")["body_html"] == "<p>mind</p>"


def test_the_small_folder(bench: Bench, tmp_path: Path) -> None:
    folder = SHARED / "markdown-small"
    if not folder.exists():
        pytest.skip("the exports to try are not beside this checkout")
    report = move(tmp_path, "folder", folder)
    assert (report.code, report.outcomes) == (0, {"tag created": 5, "article created": 11})


def test_files_of_a_site_with_a_folder_for_each_language(bench: Bench, tmp_path: Path) -> None:
    """What lies in the folder of a language is served from the site's root."""
    link = "---\ntitle: {}\n---\n[Report](/documents/report.pdf)\n"
    folder = write_folder(
        tmp_path / "site",
        {"content/en/a.md": link.format("A"), "content/es/b.md": link.format("B")},
    )
    write_pictures(folder, "content/en/documents/report.pdf")
    report = move(tmp_path, "folder", folder)
    assert (report.code, report.counts["picture or PDF"]) == (0, (1, 1))
    for slug in ("a", "b"):
        assert "/v1/media/" in article(bench, slug)["body_html"]


def test_raw_text_of_liquid_stays_with_the_code_in_it(bench: Bench, tmp_path: Path) -> None:
    text = (
        "# T\n\n{% raw %}\n```liquid\n{{ page.title }}\n```\n{% endraw %}\n\n"
        "```\n{% raw %}{{ here }}{% endraw %}\n```\n\nSay {% raw %}`{{ it }}`{% endraw %}.\n"
    )
    report = move(tmp_path, "folder", write_folder(tmp_path / "site", {"posts/a.md": text}))
    assert not any("shortcode" in message for message, _ in report.findings)
    body = article(bench, "a")["body_html"]
    for words in ("{{ page.title }}", "{{ here }}", "<code>{{ it }}</code>"):
        assert words in body, words
    assert "raw %}" not in body
