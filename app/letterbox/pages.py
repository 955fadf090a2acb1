"""How a page is made: its words, its frame, and the headers that keep it from doing harm."""

from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.errors import WillayError
from app.http.problems import error_response
from app.kit.languages import accepted_codes, best_matches
from app.letterbox.words import word_lang, words_of
from app.settings import Settings

_TEMPLATES: Final = Path(__file__).with_name("templates")
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Frame-Options": "DENY",
    # The address may hold a token. Without any referrer, forms would come from nowhere.
    "Referrer-Policy": "same-origin",
}
PRIVATE: Final = {**HEADERS, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


class PageMaker:
    """Makes the pages of one site."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.base = urlsplit(settings.public_url).path.rstrip("/")
        own_home = f"{self.base}/demo/" if settings.demo else f"{self.base}/"
        self.home = settings.site_url or own_home

    def render(self, template: str, lang: str, title: str, **values: Any) -> str:
        """A page as text."""
        return str(
            _templates()
            .get_template(template)
            .render(
                lang=word_lang(lang),
                w=words_of(lang),
                title=title,
                site=self.settings.site_name,
                base=self.base,
                home=self.home,
                **values,
            )
        )

    def respond(
        self, template: str, lang: str, title: str, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """A page for one reader, which nobody keeps."""
        return HTMLResponse(self.render(template, lang, title, **values), status, PRIVATE)

    def message(self, lang: str, name: str) -> HTMLResponse:
        """A page that says one thing, by the name of its words."""
        words = words_of(lang)
        text = words[f"{name}_text"].format(site=self.settings.site_name)
        return self.respond("message.html", lang, words[name], text=text, link="")

    def refusal(self, lang: str, error: WillayError) -> HTMLResponse:
        """The page for something that did not work, with its status."""
        words = words_of(lang)
        text = words.get(error.code, error.message)
        way = {"link": f"{self.base}/subscribe", "label": words["again"]}
        title, plain = words["failed"], error_response(error)
        answer = self.respond("message.html", lang, title, plain.status_code, text=text, **way)
        if (wait := plain.headers.get("retry-after")) is not None:
            answer.headers["Retry-After"] = wait
        return answer

    def lang_of(self, request: Request) -> str:
        """The language that a visitor reads: the one in the address, else the browser's first that
        the site has."""
        languages = self.settings.languages
        wishes = [request.query_params.get("lang", "")]
        wishes += accepted_codes(request.headers.get("accept-language", ""))
        for wish in filter(None, wishes):
            if matches := best_matches(wish, languages):
                return matches[0]
        return languages[0]


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
