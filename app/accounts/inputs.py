"""The input of accounts: normalised e-mails, names, roles."""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

from app.accounts.scopes import Role
from app.inputs import Input, PatchInput, make_optional
from app.kit.text import check_legal, check_visible

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
    """A new account; the name is the e-mail when absent."""

    email: Email
    role: Role
    name: Name | None = None


@make_optional
class AccountChange(PatchInput):
    """What to change of an account; what is absent stays."""

    role: Role
    name: Name
