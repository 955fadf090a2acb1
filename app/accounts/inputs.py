"""The input of accounts: normalised e-mails, names, roles."""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from app.accounts.scopes import Role
from app.inputs import Input, PatchInput, make_optional
from app.kit.text import check_legal, check_visible
from app.outbox import NoticeKind
from app.public.vocabulary import Lang
from app.setting_types import time_zone

# ASCII only: similar letters of other scripts would let one account pass for another.
_EMAIL: Final = re.compile(r"[!-?A-~]{1,64}@[0-9a-z](?:[0-9a-z.-]{0,186}[0-9a-z])?", re.ASCII)


def normalised_email(email: str) -> str:
    """The normalised form of an e-mail: trimmed, in lower case. ValueError when it is none."""
    text = unicodedata.normalize("NFKC", email[:300]).strip().lower()
    if not _EMAIL.fullmatch(text) or ".." in text:
        raise ValueError("must be an e-mail address such as ana@example.org")
    return text


Email = Annotated[str, AfterValidator(normalised_email)]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\n\r\t]*$"),
    AfterValidator(check_legal),
    AfterValidator(check_visible),
]


class AccountInput(Input):
    """A new account; the name is the e-mail when absent. `lang` is that of its letters."""

    email: Email
    role: Role
    name: Name | None = None
    lang: Lang | None = None


@make_optional
class AccountChange(PatchInput):
    """What to change of an account; what is absent stays."""

    role: Role
    name: Name


@make_optional
class OwnChange(PatchInput):
    """What to change of one's own account. `notices` are those that one wants, as a whole."""

    name: Name
    lang: Lang | None
    timezone: Annotated[str, AfterValidator(time_zone)] | None
    notices: Annotated[tuple[NoticeKind, ...], Field(max_length=20, strict=False)]
