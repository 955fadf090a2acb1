"""The caller: the bearer of a login session or of a token, or who is signed in to the desk. It is
identified before a body is read.

An endpoint names its scope: `principal: Annotated[Principal, require_scopes("tags:write")]`.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Security
from fastapi.security import OAuth2PasswordBearer, SecurityScopes

from app.accounts.principal import Origin, Principal, require
from app.accounts.scopes import ALL, Scope
from app.editorial.content import Actor
from app.errors import Unauthenticated
from app.http.desk_session import desk_secret
from app.runtime import Runtime

LOGIN: Final = "/v1/admin/auth/token"

BEARER: Final = OAuth2PasswordBearer(
    LOGIN,
    scheme_name="Bearer",
    scopes=dict.fromkeys(sorted(ALL), ""),
    description="A login session or a token.",
    auto_error=False,
)


def origin_of(request: Request) -> Origin:
    """The origin of a request; forwarded headers of trusted proxies are already applied."""
    address = request.client.host if request.client else "unknown"
    return Origin(address, request.headers.get("user-agent", ""))


async def _principal(
    request: Request, scopes: SecurityScopes, bearer: Annotated[str | None, Depends(BEARER)]
) -> Principal:
    bearer = bearer or desk_secret(request)
    if bearer is None:
        raise Unauthenticated(
            "token_required", f"Log in at {LOGIN} and send `Authorization: Bearer` with the token."
        )
    runtime: Runtime = request.state.runtime
    origin = origin_of(request)
    principal = await runtime.edits.run(lambda: runtime.authenticator.identify(bearer, origin))
    for scope in scopes.scopes:
        require(principal, scope)  # type: ignore[arg-type]  # `require_scopes` takes nothing but scopes
    if runtime.settings.own_drafts_only and principal.role == "writer":
        return replace(principal, own_drafts_only=True)
    return principal


def is_guarded(dependencies: Iterable[object]) -> bool:
    """Whether a route with these dependencies requires a known caller."""
    return _principal in dependencies


def require_scopes(*scopes: Scope) -> Any:
    """The dependency that admits callers with all of these scopes; with none, any account."""
    return Security(_principal, scopes=list(scopes))


def actor(principal: Principal) -> Actor:
    """The caller, as revisions and the audit record it."""
    return Actor(
        principal.name,
        principal.by,
        may_publish="articles:publish" in principal.scopes,
        own_drafts_only=principal.own_drafts_only,
    )
