"""The pages by which a reader subscribes, confirms, changes and leaves."""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from app.changes import head
from app.database import ReadTx, WriteTx
from app.errors import Invalid
from app.http.bodies import SMALL, read, read_form
from app.http.endpoint import runtime_of
from app.http.subscribing import accept_subscription
from app.http.transactions import in_read, in_write
from app.kit.languages import base_language
from app.letterbox.pages import PageMaker
from app.letterbox.words import words_of
from app.newsletters import readers
from app.newsletters.addresses import normalised_address
from app.newsletters.inputs import SubscriptionChange, SubscriptionInput
from app.newsletters.readers import StoredSubscription
from app.newsletters.requests import list_topics
from app.published.cache import Tags

_LANGUAGE_NAMES: Final = {"en": "English", "es": "Español"}
_USUAL_RHYTHM: Final = "weekly"

Fields = TypeVar("Fields", bound=BaseModel)


class SubscriptionPages:
    """The pages of subscriptions, of one site."""

    def __init__(self, maker: PageMaker) -> None:
        self._maker = maker
        self._settings = maker.settings

    async def show_form(self, request: Request) -> Response:
        """The form to subscribe by."""
        lang = self._maker.lang_of(request)
        rhythms = self._settings.newsletters
        rhythm = _USUAL_RHYTHM if _USUAL_RHYTHM in rhythms else rhythms[0]
        topic = request.query_params.get("topic", "")
        wish = {"email": "", "rhythm": rhythm, "lang": lang, "topics": [topic] if topic else []}
        return await self._form(request, lang, wish)

    async def take_form(self, request: Request) -> Response:
        """Write down what the form asks for; the answer is the same for every address."""
        fields = await read_form(request)
        plain = dict(fields)
        lang = plain.get("page") or self._maker.lang_of(request)
        wish: dict[str, Any] = {
            "email": plain.get("email", "")[:320],
            "rhythm": plain.get("rhythm", _USUAL_RHYTHM),
            "lang": plain.get("lang") or lang,
            "topics": _values(fields, "topics"),
        }
        try:
            normalised_address(wish["email"])
        except ValueError:
            return await self._form(request, lang, wish, words_of(lang)["bad_address"])
        body = _read_wish(SubscriptionInput, wish)
        if not plain.get("website"):  # a field that people do not see
            await accept_subscription(request, runtime_of(request), body)
        answer = self._maker.message(lang, "sent")
        answer.status_code = 202
        return answer

    async def show_confirmation(self, request: Request) -> Response:
        """A page with a button; looking at it confirms nothing."""
        runtime, token = runtime_of(request), request.path_params["token"]
        lang = self._maker.lang_of(request)

        def check(tx: ReadTx) -> str:
            return readers.check_confirmation(tx, runtime.key(), token, runtime.clock())

        if await in_read(runtime, check) != "pending":
            return self._maker.message(lang, "confirmed")
        return self._button(lang, "confirm", "confirm_button")

    async def confirm(self, request: Request) -> Response:
        """Begin the subscription."""
        runtime, token = runtime_of(request), request.path_params["token"]
        await read(request, SMALL)

        def confirm(tx: WriteTx) -> None:
            readers.confirm(tx, runtime.key(), token, runtime.clock())

        await in_write(runtime, confirm)
        return self._maker.message(self._maker.lang_of(request), "confirmed")

    async def show_subscription(self, request: Request, note: str = "") -> Response:
        """What a reader gets, to change it, to leave, to have everything erased."""
        runtime, token = runtime_of(request), request.path_params["token"]

        def load(tx: ReadTx) -> tuple[StoredSubscription, Tags]:
            tags = runtime.memory.tags(tx, head(tx))
            args = (tx, runtime.key(), tags, token, runtime.clock())
            return readers.read_subscription(*args), tags

        subscription, tags = await in_read(runtime, load)
        return self._subscription(subscription, tags, token, note)

    async def change_subscription(self, request: Request) -> Response:
        """Do what the button that was pressed says."""
        runtime, token = runtime_of(request), request.path_params["token"]
        fields = await read_form(request)
        lang, act = self._maker.lang_of(request), dict(fields).get("act")
        key, now = runtime.key(), runtime.clock()
        if act == "erase":
            await in_write(runtime, lambda tx: readers.erase(tx, key, token, now))
            return self._maker.message(lang, "erased")
        if act == "leave":
            await in_write(runtime, lambda tx: readers.end_own(tx, key, token, now))
            return self._maker.message(lang, "left")
        wish = {name: value for name, value in fields if name in ("rhythm", "lang")}
        change = _read_wish(SubscriptionChange, wish | {"topics": _values(fields, "topics")})

        def save(tx: WriteTx) -> None:
            tags = runtime.memory.tags(tx, head(tx))
            readers.change_subscription(tx, key, tags, self._settings, token, change, now)

        await in_write(runtime, save)
        return await self.show_subscription(request, "saved")

    async def show_leaving(self, request: Request) -> Response:
        """A page with a button; looking at it ends nothing."""
        return self._button(self._maker.lang_of(request), "leave", "leave_button")

    async def leave(self, request: Request) -> Response:
        """End the subscription: by the button, or by a mail program's own (RFC 8058)."""
        runtime, token = runtime_of(request), request.path_params["token"]
        await read(request, SMALL)

        def leave(tx: WriteTx) -> None:
            readers.leave(tx, runtime.key(), token, runtime.clock())

        await in_write(runtime, leave)
        return self._maker.message(self._maker.lang_of(request), "left")

    async def _form(
        self, request: Request, lang: str, wish: dict[str, Any], problem: str = ""
    ) -> Response:
        runtime = runtime_of(request)
        tags = await in_read(runtime, lambda tx: runtime.memory.tags(tx, head(tx)))
        topics = _topic_names(tags, lang, wish["topics"])
        status = 422 if problem else 200
        title, offer = words_of(lang)["subscribe"], self._offer(topics)
        return self._maker.respond(
            "subscribe.html", lang, title, status, wish=wish, problem=problem, **offer
        )

    def _subscription(
        self, subscription: StoredSubscription, tags: Tags, token: str, note: str
    ) -> Response:
        words = words_of(subscription.lang)
        slugs = [tag.slug for tag in subscription.topics]
        wish = {"rhythm": subscription.rhythm, "lang": subscription.lang, "topics": slugs}
        return self._maker.respond(
            "manage.html",
            subscription.lang,
            words["manage"],
            of=words["manage_of"].format(email=subscription.email),
            state=subscription.state,
            note=words.get(note or subscription.state, ""),
            problem="",
            wish=wish,
            export=f"{self._maker.base}/v1/subscriptions/{token}",
            **self._offer(_topic_names(tags, subscription.lang, slugs)),
        )

    def _offer(self, topics: list[tuple[str, str]]) -> dict[str, Any]:
        return {
            "rhythms": self._settings.newsletters,
            "languages": [(code, _language_name(code)) for code in self._settings.languages],
            "topics": topics,
        }

    def _button(self, lang: str, name: str, label: str) -> Response:
        words = words_of(lang)
        text = words[f"{name}_text"].format(site=self._settings.site_name)
        return self._maker.respond("button.html", lang, words[name], text=text, label=words[label])


def _read_wish(model: type[Fields], wish: dict[str, Any]) -> Fields:
    """What a form asks for; `Invalid` for what no form of ours sends."""
    try:
        return model.model_validate(wish)
    except ValidationError as error:
        message = "This form asks for something that is not offered; open the page again."
        raise Invalid("invalid_form", message) from error


def _topic_names(tags: Tags, lang: str, wished: Sequence[str]) -> list[tuple[str, str]]:
    """The topics that a form shows: those to choose from, and what the reader has of other tags,
    which would be lost with the next press of the button."""
    topics = {tag.slug: tag for tag in list_topics(tags, lang)}
    topics |= {tag.slug: tag for slug in wished if (tag := tags.find(slug)) is not None}
    return [(tag.slug, tags.localise(tag.names, lang) or tag.slug) for tag in topics.values()]


def _values(fields: Sequence[tuple[str, str]], name: str) -> list[str]:
    return [value for key, value in fields if key == name]


def _language_name(code: str) -> str:
    return _LANGUAGE_NAMES.get(base_language(code), code)
