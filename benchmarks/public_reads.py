"""One address of each kind of public read, over the archive that `benchmarks.corpus` fills.

The slow ones of a large archive are among them: tags that never meet, a language with a fallback,
months, counts of what has no kept count, words that nearly every text holds.
"""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from benchmarks.corpus import PARENTS, words_of

_ANY_TOPIC: Final = "|".join(f"topic-{number}-1" for number in range(1, PARENTS + 1))

_LISTS: Final = {
    "newest": "",
    "oldest": "order=oldest",
    "by change": "order=updated",
    "page of 100, related": "limit=100&include=related",
    "common tag": "tag=news",
    "seldom tag": "tag=bulletin-4000",
    "rare tag": "tag=bulletin-40",
    "parent tag": "tag=topic-1",
    "rare and common tag": "tag=bulletin-40,news",
    "common and parent tag": "tag=news,topic-1",
    "tags that never meet": "tag=analysis,editorial",
    "rare tags that never meet": "tag=bulletin-40,bulletin-4000",
    "any of eight tags": f"tag={quote(_ANY_TOPIC)}",
    "not a common tag": "tag=-news",
    "common tag, by change": "tag=news&order=updated",
    "language": "lang=es",
    "language or another": "lang=es&fallback=en",
    "parent tag and language": "tag=topic-1&lang=es",
    "prolific author": "author=author-0",
    "seldom author": "author=author-399",
    "author and seldom tag": "author=author-0&tag=bulletin-4000",
    "one year": "from_date=2010-01-01&to_date=2010-12-31",
    "may be syndicated": "rights=syndicatable",
    "counted": "count=true",
    "common tag, counted": "tag=news&count=true",
    "two tags, counted": "tag=news,topic-1&count=true",
    "one tag less another, counted": "tag=news,-topic-1&count=true",
    "three tags, counted": "tag=news,topic-1,topic-2&count=true",
    "any of eight tags, counted": f"tag={quote(_ANY_TOPIC)}&count=true",
    "author, counted": "author=author-0&count=true",
    "language or another, counted": "lang=es&fallback=en&count=true",
    "part of a month, counted": "from_date=2010-01-05&to_date=2014-03-20&count=true",
}
_OTHERS: Final = {
    "start": "/v1",
    "article": "/v1/articles/{slug}",
    "article with JSON-LD": "/v1/articles/{slug}?include=jsonld",
    "article as JSON-LD": "/v1/articles/{slug}.jsonld",
    "tags": "/v1/tags",
    "tags of a language": "/v1/tags?lang=es",
    "tag": "/v1/tags/news",
    "archive": "/v1/archive",
    "archive of a parent tag": "/v1/archive?tag=topic-1",
    "archive of two tags": "/v1/archive?tag=news,topic-1",
    "archive of an author": "/v1/archive?author=author-0",
    "archive of a language or another": "/v1/archive?lang=es&fallback=en",
    "RSS": "/v1/feeds/articles.rss",
    "Atom of a common tag": "/v1/feeds/articles.atom?tag=news",
    "Atom of a month": "/v1/feeds/articles.atom?month=2012-05",
    "JSON Feed": "/v1/feeds/articles.json",
    "sitemap index": "/sitemap.xml",
    "sitemap of news": "/sitemaps/news.xml",
    "sitemap of a month": "/sitemaps/2012-05.xml",
    "changes": "/v1/changes",
    "harvest": "/v1/oai?verb=ListRecords&metadataPrefix=oai_dc",
    "harvest of a year": "/v1/oai?verb=ListRecords&metadataPrefix=oai_dc"
    "&from=2020-01-01&until=2020-12-31",
    "harvest of a set": "/v1/oai?verb=ListIdentifiers&metadataPrefix=oai_dc&set=format:news",
    "resolve": "/v1/resolve?path=/{slug}",
    "card": "/v1/oembed?url={site}/{slug}",
    "committee": "/v1/committee",
    "sponsors": "/v1/sponsors",
    "events": "/v1/events",
}


def public_reads(articles: int, vocabulary: int, now: datetime, public_url: str) -> dict[str, str]:
    """The addresses by what they ask for."""
    recent = (now - timedelta(days=2)).date().isoformat()
    old = (now - timedelta(days=3_000)).date().isoformat()
    lists = _LISTS | {
        "changed in two days": f"updated_since={recent}",
        "changed in eight years, oldest first": f"updated_since={old}&order=oldest",
        "changed in eight years, counted": f"updated_since={old}&count=true",
    }
    slug = f"article-{articles // 2}"
    others = {n: a.format(slug=slug, site=public_url) for n, a in _OTHERS.items()}
    words = words_of(vocabulary)
    middling, common = f"{words[500]} {words[900]}", f"{words[10]} {words[30]}"
    searches = {
        "two words": f"q={quote(middling)}",
        "two common words": f"q={quote(common)}",
        "the commonest word": f"q={quote(words[0])}",
        "a phrase": f"q={quote(chr(34) + common + chr(34))}",
        "a misspelt word": f"q={quote(words[700][:-1] + 'x')}",
        "all four facets": f"q={quote(middling)}&facets=tags,lang,year,kind",
        "no words, all four facets": "q=&facets=tags,lang,year,kind",
        "a common tag": f"q={quote(common)}&tag=news",
        "newest first": f"q={quote(common)}&order=newest",
        "page 20": f"q={quote(common)}&page=20",
        "a question": f"q={quote(' '.join(words[40:600:40]))}",
    }
    return (
        {f"list: {name}": f"/v1/articles?{query}" for name, query in lists.items()}
        | others
        | {f"search: {name}": f"/v1/search?{query}" for name, query in searches.items()}
        | {"search: completion": f"/v1/search/suggest?q={words[300][:3]}"}
    )
