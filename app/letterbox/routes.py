"""The addresses of the pages."""

from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.errors import WillayError
from app.http.static_pages import StaticPage
from app.letterbox.issue_pages import IssuePages
from app.letterbox.pages import PageMaker
from app.letterbox.subscription_pages import SubscriptionPages
from app.settings import Settings

_STYLE: Final = Path(__file__).with_name("style.css")

Handler = Callable[[Request], Awaitable[Response]]


def letterbox_routes(settings: Settings) -> list[Route]:
    """The routes of the pages."""
    maker = PageMaker(settings)
    pages, issues = SubscriptionPages(maker), IssuePages(maker)
    style = StaticPage.of(
        _STYLE.read_bytes(), "text/css; charset=utf-8", {"Cache-Control": "public, max-age=3600"}
    )

    async def show_style(request: Request) -> Response:
        return style.answer(request.headers)

    def route(path: str, handler: Handler, method: str = "GET") -> Route:
        return Route(path, _guard(maker, handler), methods=[method], include_in_schema=False)

    return [
        Route("/subscribe/style.css", show_style, include_in_schema=False),
        route("/subscribe", pages.show_form),
        route("/subscribe", pages.take_form, "POST"),
        route("/subscribe/confirm/{token}", pages.show_confirmation),
        route("/subscribe/confirm/{token}", pages.confirm, "POST"),
        route("/subscribe/manage/{token}", pages.show_subscription),
        route("/subscribe/manage/{token}", pages.change_subscription, "POST"),
        route("/subscribe/leave/{token}", pages.show_leaving),
        route("/subscribe/leave/{token}", pages.leave, "POST"),
        route("/newsletters/{issue}", issues.show_issue),
    ]


def _guard(maker: PageMaker, handler: Handler) -> Handler:
    """The handler, whose errors are pages for people."""

    @wraps(handler)
    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except WillayError as error:
            return maker.refusal(maker.lang_of(request), error)

    return handle
