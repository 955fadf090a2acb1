"""Signing in and out, and choosing a password: plain forms that need no script."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.errors import Forbidden, WillayError
from app.http.access import origin_of
from app.http.bodies import read_form
from app.http.desk_session import COOKIE, is_private, is_same_origin
from app.http.endpoint import runtime_of
from app.http.problems import status_of
from app.kit.languages import accepted_codes, base_language
from app.settings import Settings

PAGE_HEADERS: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_HEADERS: Final = {
    **PAGE_HEADERS,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    # `no-referrer` would make the browser hide the origin of a form, which must be ours.
    "Referrer-Policy": "same-origin",
}
_RESET_SECONDS: Final = 0.3
_HOME: Final = "/desk/"

_TEMPLATES: Final = Path(__file__).with_name("templates")
_WORDS: Final[dict[str, dict[str, str]]] = {
    code: json.loads((_TEMPLATES / f"{code}.json").read_text()) for code in ("en", "es")
}
"""The words of the forms by language; codes of errors have the sentence to show."""

Fields = dict[str, str]
Act = Callable[[Request, Fields], Awaitable[Response]]


def sign_in_routes(templates: Environment, settings: Settings) -> list[Route]:
    """A page and its act for each form."""
    template = templates.get_template("form.html")

    def page(
        request: Request, form: str, notice: str = "", status: int = 200, **values: str
    ) -> Response:
        lang, query = _lang_of(request), request.query_params
        words = _WORDS[lang]
        notice = notice or words.get(query.get("notice", ""), "")
        body = template.render(
            form=form,
            lang=lang,
            words=words,
            site=settings.site_name,
            notice=notice if is_private(request) else words["insecure"],
            is_private=is_private(request),
            values={"email": "", "secret": "", "next": query.get("next", ""), **values},
        )
        return Response(body, status, _HEADERS, "text/html; charset=utf-8")

    def form_route(form: str, act: Act) -> Route:
        async def answer(request: Request) -> Response:
            if request.method != "POST":
                return page(request, form)
            fields: Fields = {}
            try:
                _require_own_page(request)
                fields = dict(await read_form(request)) if form != "sign-out" else {}
                return await act(request, fields)
            except WillayError as error:
                shown = {key: fields.get(key, "") for key in ("email", "next", "secret")}
                sentence = _WORDS[_lang_of(request)].get(error.code, error.message)
                status = status_of(error)
                return page(request, form, sentence, status, **shown)

        return Route(f"/desk/{form}", answer, methods=["GET", "POST"], include_in_schema=False)

    async def show_promise(request: Request, fields: Fields) -> Response:
        await _ask_for_letter(request, fields)
        return page(request, "sign-in", _WORDS[_lang_of(request)]["promised"])

    acts = {"sign-in": _sign_in, "sign-out": _sign_out, "password": _choose_password}
    return [form_route(form, act) for form, act in {**acts, "forgotten": show_promise}.items()]


async def _sign_in(request: Request, fields: Fields) -> Response:
    runtime, origin = runtime_of(request), origin_of(request)
    email, password = fields.get("email", ""), fields.get("password", "")
    code = fields.get("code", "").strip() or None
    session = await runtime.logins.run(
        lambda: runtime.authenticator.login(email, password, code, origin)
    )
    response = RedirectResponse(_path_within(fields.get("next", "")), 303)
    seconds = int((session.expires_at - runtime.clock()).total_seconds())
    _set_cookie(response, session.secret, seconds)
    return response


async def _sign_out(request: Request, _fields: Fields) -> Response:
    runtime, origin = runtime_of(request), origin_of(request)
    if secret := request.cookies.get(COOKIE):
        await runtime.logins.run(lambda: runtime.authenticator.log_out(secret, origin))
    response = RedirectResponse("/desk/sign-in?notice=signed_out", 303)
    response.headers["Clear-Site-Data"] = '"storage"'
    _set_cookie(response, "", 0)
    return response


async def _choose_password(request: Request, fields: Fields) -> Response:
    runtime, origin = runtime_of(request), origin_of(request)
    secret, new = fields.get("secret", "").strip(), fields.get("password", "")
    await runtime.logins.run(lambda: runtime.authenticator.redeem_reset(secret, new, origin))
    return RedirectResponse("/desk/sign-in?notice=password_changed", 303)


async def _ask_for_letter(request: Request, fields: Fields) -> None:
    runtime, origin = runtime_of(request), origin_of(request)
    email, is_sent = fields.get("email", ""), runtime.settings.smtp_url is not None
    plan = runtime.logins.run(
        lambda: runtime.authenticator.request_reset(email, origin, is_sent=is_sent)
    )
    # As long for every e-mail, so that the time tells nothing either.
    await asyncio.gather(plan, asyncio.sleep(_RESET_SECONDS))


def _require_own_page(request: Request) -> None:
    """`Forbidden` for a form of another site, and where the password could be read on the way."""
    if not is_private(request):
        raise Forbidden("insecure", "Use HTTPS.")
    if not is_same_origin(request):
        raise Forbidden("foreign_form", "The form came from another site; type it in here.")


def _set_cookie(response: Response, secret: str, seconds: int) -> None:
    response.set_cookie(
        COOKIE, secret, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict"
    )


def _path_within(path: str) -> str:
    """The address in the desk to go on to: nobody is led elsewhere."""
    is_within = path.startswith(_HOME) and not {"\\", "\n", "\r", "\t"} & set(path)
    return path if is_within and "//" not in path and ".." not in path else _HOME


def _lang_of(request: Request) -> str:
    """The first of the browser's languages that the desk speaks."""
    wishes = accepted_codes(request.headers.get("accept-language", "").lower())
    return next((base for wish in wishes if (base := base_language(wish)) in _WORDS), "en")
