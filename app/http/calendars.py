"""Calendar programs: how they say who they are, and what they get.

Such a program sends no bearer, but the password that a person gave it. A phone or a mail program
keeps that password as it is. So it is a token that can read the calendar and nothing else, which
can be revoked alone; a password of an account or a stronger token is refused. The token is in no
address, so no log, history or letter has it.
"""

from typing import Annotated, Final

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from starlette.requests import HTTPConnection
from starlette.responses import Response
from typing_extensions import override

from app.accounts.principal import Principal, require
from app.errors import Forbidden, Unauthenticated
from app.feeds import ics
from app.http.access import BEARER, origin_of
from app.runtime import Runtime

_CHALLENGE: Final = 'Basic realm="Willay", charset="UTF-8"'


class CalendarResponse(Response):
    """iCalendar."""

    media_type = ics.MEDIA_TYPE


class _CalendarPassword(HTTPBasic):
    """HTTP Basic; what is malformed counts as nothing, and gets the problem that asks for it."""

    @override
    async def __call__(  # type: ignore[override]  # FastAPI's own ignores its base here too
        self, request: HTTPConnection
    ) -> HTTPBasicCredentials | None:
        try:
            return await super().__call__(request)
        except HTTPException:
            return None


_PASSWORD: Final = _CalendarPassword(
    scheme_name="Calendar",
    description="A token with the scope `calendar:read` alone, as the password.",
    auto_error=False,
)


async def _calendar_principal(
    request: Request,
    bearer: Annotated[str | None, Depends(BEARER)],
    basic: Annotated[HTTPBasicCredentials | None, Depends(_PASSWORD)],
) -> Principal:
    secret = basic.password if basic is not None else bearer
    if secret is None:
        message = "Give a token with the scope calendar:read as the password; any user name does."
        raise Unauthenticated("token_required", message, challenge=_CHALLENGE)
    runtime: Runtime = request.state.runtime
    origin = origin_of(request)
    try:
        principal = await runtime.edits.run(lambda: runtime.authenticator.identify(secret, origin))
    except Unauthenticated as error:
        error.challenge = _CHALLENGE
        raise
    if basic is not None and (principal.via != "token" or len(principal.scopes) > 1):
        message = "Make a token with the scope calendar:read alone; this one can do too much."
        raise Forbidden("token_too_strong", message)
    require(principal, "calendar:read")
    return principal


CalendarReader = Annotated[Principal, Security(_calendar_principal, scopes=["calendar:read"])]
"""A caller that may read the calendar of releases, and may be a calendar program."""
