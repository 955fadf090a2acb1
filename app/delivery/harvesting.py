"""The protocol for harvesters: arguments that go together, portions, resumption tokens.

A token holds all that the next portion needs, so it never expires. An article that changes between
two portions appears again in a later one.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from app.feeds.oai import PREFIX, ProtocolError, Record, Reply, Repository
from app.http.views import View
from app.kit.clock import EPOCH, FOREVER
from app.kit.dates import first_instant
from app.public.articles import ArticleItem
from app.published import harvest
from app.published.cache import Tags
from app.published.harvest import HarvestedArticle, HarvestRange

_PORTION: Final = 100
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECOND: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")

_SELECTING: Final = {"from", "until", "set", "metadataPrefix"}
ARGUMENTS: Final[dict[str, set[str]]] = {
    "Identify": set(),
    "ListMetadataFormats": {"identifier"},
    "ListSets": {"resumptionToken"},
    "GetRecord": {"identifier", "metadataPrefix"},
    "ListIdentifiers": {*_SELECTING, "resumptionToken"},
    "ListRecords": {*_SELECTING, "resumptionToken"},
}


_NEEDED: Final = {
    "GetRecord": ("identifier", "metadataPrefix"),
    "ListIdentifiers": ("metadataPrefix",),
    "ListRecords": ("metadataPrefix",),
}


def oai_reply(view: View, params: dict[str, str]) -> bytes:
    """The answer to these arguments; a refusal is an answer too."""
    harvester = _Harvest(view, _repository(view))
    try:
        verb = _verb_of(params)
        reply = Reply(harvester.repository, view.now, params)
        _VERBS[verb](harvester, reply, params)
    except ProtocolError as error:
        # The protocol forbids repeating the arguments of a malformed request.
        repeated = params if error.code not in ("badVerb", "badArgument") else {}
        reply = Reply(harvester.repository, view.now, repeated)
        reply.refuse(error)
    return reply.to_bytes()


def _repository(view: View) -> Repository:
    settings = view.runtime.settings
    host = urlsplit(settings.site_url or settings.public_url).hostname or "localhost"
    first = harvest.list_harvested(view.tx, view.tags, HarvestRange(), view.now, 1)
    return Repository(
        name=settings.site_name,
        address=f"{settings.public_url}/v1/oai",
        host=host,
        contact=settings.contact_email or f"webmaster@{host}",
        page=settings.page_address,
        earliest=first[0].stamp if first else view.now,
    )


def _verb_of(params: Mapping[str, str]) -> str:
    """The verb; `ProtocolError` unless its arguments are all known and go together."""
    verb = params.get("verb", "")
    if verb not in ARGUMENTS:
        raise ProtocolError("badVerb", f"verb is one of {', '.join(ARGUMENTS)}.")
    for name in params:
        if name != "verb" and name not in ARGUMENTS[verb]:
            raise ProtocolError("badArgument", f"{verb} has no argument {name[:60]!r}.")
    if "resumptionToken" in params:
        if len(params) > 2:
            raise ProtocolError("badArgument", "resumptionToken goes alone with its verb.")
        return verb
    for name in _NEEDED.get(verb, ()):
        if not params.get(name):
            raise ProtocolError("badArgument", f"{verb} needs {name}.")
    if params.get("metadataPrefix", PREFIX) != PREFIX:
        raise ProtocolError("cannotDisseminateFormat", f"Only {PREFIX} is to be had.")
    return verb


@dataclass(frozen=True, slots=True)
class _Harvest:
    """A request of a harvester."""

    view: View
    repository: Repository

    def identify(self, reply: Reply, _params: Mapping[str, str]) -> None:
        reply.identify()

    def formats(self, reply: Reply, params: Mapping[str, str]) -> None:
        if "identifier" in params:
            self._get_record(params["identifier"])
        reply.formats()

    def sets(self, reply: Reply, params: Mapping[str, str]) -> None:
        if "resumptionToken" in params:
            raise ProtocolError("badResumptionToken", "All sets come at once.")
        tags = self.view.tags
        reply.sets(_sets(tags))

    def record(self, reply: Reply, params: Mapping[str, str]) -> None:
        reply.record(self._to_record(self._get_record(params["identifier"])))

    def records(self, reply: Reply, params: Mapping[str, str]) -> None:
        verb, going_on = params["verb"], "resumptionToken" in params
        selected = _decode_token(params["resumptionToken"]) if going_on else params
        try:
            harvest_range = _range(selected, self.view.tags)
        except ProtocolError as error:
            code = "badResumptionToken" if going_on else error.code
            raise ProtocolError(code, error.message) from error
        records = harvest.list_harvested(
            self.view.tx, self.view.tags, harvest_range, self.view.now, _PORTION + 1
        )
        if not records and not going_on:
            raise ProtocolError("noRecordsMatch", "Nothing of that kind has changed then.")
        portion = records[:_PORTION]
        token = "" if going_on else None
        if len(records) > _PORTION:
            token = _encode_token(selected, portion[-1])
        reply.records(verb, map(self._to_record, portion), token)

    def _get_record(self, identifier: str) -> HarvestedArticle:
        prefix = f"oai:{self.repository.host}:"
        article = None
        if identifier.startswith(prefix):
            try:
                key = UUID(identifier.removeprefix(prefix))
            except ValueError:
                key = None
            if key is not None and self.repository.identifier(key) == identifier:
                view = self.view
                article = harvest.get_harvested(view.tx, view.tags, key, view.now)
        if article is None:
            raise ProtocolError("idDoesNotExist", "There is no such record here.")
        return article

    def _to_record(self, record: HarvestedArticle) -> Record:
        tags = self.view.tags
        cached_tags = [tags.by_id[key] for key in record.tag_ids if key in tags.by_id]
        above = {tag.id: tag for carried in cached_tags for tag in tags.ancestors_and_self(carried)}
        sets = sorted(f"{tag.type}:{tag.slug}" for tag in above.values())
        article = None if record.item is None else ArticleItem.model_validate_json(record.item)
        return Record(record.id, record.stamp, sets, article)


_VERBS: Final[dict[str, Callable[[_Harvest, Reply, Mapping[str, str]], None]]] = {
    "Identify": _Harvest.identify,
    "ListMetadataFormats": _Harvest.formats,
    "ListSets": _Harvest.sets,
    "GetRecord": _Harvest.record,
    "ListIdentifiers": _Harvest.records,
    "ListRecords": _Harvest.records,
}


def _sets(tags: Tags) -> list[tuple[str, str]]:
    """Every type of tag, and every tag under its type."""
    cached_tags = sorted(tags.by_id.values(), key=lambda tag: (tag.type, tag.slug))
    types = dict.fromkeys(tag.type for tag in cached_tags)
    specs = [(kind, kind.capitalize()) for kind in types]
    specs += [(f"{t.type}:{t.slug}", tags.localise(t.names, None) or t.slug) for t in cached_tags]
    return sorted(specs)


def _range(params: Mapping[str, str], tags: Tags) -> HarvestRange:
    since, until = params.get("from"), params.get("until")
    if since and until and len(since) != len(until):
        raise ProtocolError("badArgument", "from and until must be of one granularity.")
    begin = _range_start(since, "from") if since is not None else None
    end = _range_end(until, "until") if until is not None else None
    if begin and end and begin >= end:
        raise ProtocolError("badArgument", "from is after until.")
    harvest_range = HarvestRange(begin, end, _family(params.get("set"), tags))
    if "after" in params:
        at, key = params["after"].split("/")
        place = (EPOCH + timedelta(microseconds=int(at)), UUID(key))
        harvest_range = replace(harvest_range, after=place)
    return harvest_range


def _range_start(text: str, name: str) -> datetime:
    """The first instant of a day or second; `ProtocolError` when it is not a date."""
    if not (_DAY.fullmatch(text) or _SECOND.fullmatch(text)):
        raise ProtocolError("badArgument", f"{name} is a day or a second: 2012-07-03T00:00:00Z.")
    try:
        return first_instant(text)
    except (ValueError, OverflowError) as error:
        raise ProtocolError("badArgument", f"There is no such date as {name}.") from error


def _range_end(text: str, name: str) -> datetime:
    """The instant at which a day or second has ended."""
    begin = _range_start(text, name)
    if begin >= FOREVER - timedelta(days=1):
        return FOREVER
    return begin + (timedelta(days=1) if _DAY.fullmatch(text) else timedelta(seconds=1))


def _family(spec: str | None, tags: Tags) -> tuple[UUID, ...]:
    if spec is None:
        return ()
    kind, _, slug = spec.partition(":")
    roots = [tag for tag in tags.by_id.values() if tag.type == kind and slug in ("", tag.slug)]
    if not roots:
        raise ProtocolError("noRecordsMatch", "There is no such set; ListSets names them.")
    return tuple(dict.fromkeys(key for root in roots for key in tags.descendant_ids(root)))


def _encode_token(selected: Mapping[str, str], last: HarvestedArticle) -> str:
    micros = (last.stamp - EPOCH) // timedelta(microseconds=1)
    arguments = {name: selected[name] for name in ("from", "until", "set") if name in selected}
    text = json.dumps({**arguments, "after": f"{micros}/{last.id}"}, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode_token(token: str) -> dict[str, str]:
    try:
        members: Any = json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        at, key = members["after"].split("/")
        EPOCH + timedelta(microseconds=int(at))
        UUID(key)
        strings = all(isinstance(value, str) for value in members.values())
        if not strings or not set(members) <= {"from", "until", "set", "after"}:
            raise ValueError("not ours")
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise ProtocolError("badResumptionToken", "Begin again without it.") from error
    return dict(members)
