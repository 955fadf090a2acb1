"""Settings of the letters that Willay sends by e-mail."""

import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, SecretStr, model_validator
from typing_extensions import override

from app.setting_types import WebAddress
from app.settings.group import Group

Security = Literal["plain", "starttls", "tls"]

_SECURITY: Final[dict[str, tuple[Security, int]]] = {
    "smtp": ("plain", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
_MAILBOX: Final = re.compile(
    r"(?P<name>[^<>\x00-\x1f\x7f]*)<(?P<named>[^<>\s]+)>|(?P<bare>[^<>\s]+)"
)


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that takes letters by SMTP. `str()` shows no secret."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str = field(default="", repr=False)

    @override
    def __str__(self) -> str:
        return f"{self.host}:{self.port} ({self.security})"


def parse_server(address: str) -> MailServer:
    """The server at an address such as `smtp+starttls://user:password@host:587`; `ValueError`."""
    parts = urlsplit(address)
    if parts.scheme not in _SECURITY or not parts.hostname:
        raise ValueError("must begin with smtp://, smtp+starttls:// or smtps://, and name a host")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must end after the host and the port; write / # ? @ as %2F %23 %3F %40")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        raise ValueError("must hold a user and a password of ASCII characters")
    security, port = _SECURITY[parts.scheme]
    return MailServer(parts.hostname, parts.port or port, security, user or None, password)


def parse_mailbox(value: str) -> Address:
    """A mailbox such as `Desk <desk@example.org>`, with the domain in ASCII; `ValueError`."""
    parts = _MAILBOX.fullmatch(value)
    try:
        if parts is None:
            raise ValueError
        mailbox = validate_email(
            parts["named"] or parts["bare"], check_deliverability=False, globally_deliverable=False
        )
        if mailbox.ascii_email is None:
            raise ValueError
    except (EmailNotValidError, ValueError) as error:
        message = "must be a mailbox such as Desk <desk@example.org>, in ASCII before the @"
        raise ValueError(message) from error
    return Address((parts["name"] or "").strip(' "'), addr_spec=mailbox.ascii_email)


def _check_server(value: SecretStr) -> SecretStr:
    parse_server(value.get_secret_value())
    return value


def _check_mailbox(value: str) -> str:
    parse_mailbox(value)
    return value


Mailbox = Annotated[str, AfterValidator(_check_mailbox)]


class MailSettings(Group):
    """Letters: invitations, new passwords and notices by e-mail."""

    smtp_url: Annotated[SecretStr, AfterValidator(_check_server)] | None = Field(
        None,
        description="The server that sends letters: `smtp+starttls://user:password@host:587`, "
        "`smtps://…` or, without encryption, `smtp://…`. Without it, letters become files",
    )
    mail_from: Mailbox | None = Field(
        None, description="The sender of letters, such as `Willay <desk@example.org>`"
    )
    mail_reply_to: Mailbox | None = Field(None, description="Where answers to letters go")
    mail_rate: float = Field(
        20.0, gt=0, le=1_000, description="How many letters Willay sends in a second at most"
    )
    mail_folder: Path | None = Field(
        None,
        description="The folder for letters as `.eml` files, where no server sends them. Without "
        "it, `outbox` in the data folder",
    )
    mail_templates: Path | None = Field(
        None,
        description="A folder of templates that take the place of those that have the same name "
        "in `app/letters/templates`",
    )
    desk_url: WebAddress | None = Field(
        None,
        description="The address of the program in which editors work. Letters link to its pages "
        "`/articles/{id}` and `/password#secret={secret}`. Without it, they link to `/desk` below "
        "`WILLAY_API_URL`, and without that they say what to do",
    )

    @model_validator(mode="after")
    def _require_sender(self) -> Self:
        if self.smtp_url is not None and self.mail_from is None:
            raise ValueError("smtp_url needs mail_from too, the sender of letters")
        return self

    @property
    def mail_server(self) -> MailServer | None:
        """The server that sends letters. It holds a password."""
        return parse_server(self.smtp_url.get_secret_value()) if self.smtp_url else None

    @property
    def mail_sender(self) -> Address:
        """The sender of letters."""
        if self.mail_from is None:
            return Address("Willay", "willay", "localhost")
        return parse_mailbox(self.mail_from)
