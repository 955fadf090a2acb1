"""Settings of the newsletters that readers subscribe to."""

from datetime import time
from email.headerregistry import Address
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from app.public.vocabulary import Rhythm
from app.setting_types import require_distinct, split_list
from app.settings.group import Group
from app.settings.mail import Mailbox, parse_mailbox

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_SHORTEST_SECRET: Final = 24


def _check_secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _SHORTEST_SECRET:
        raise ValueError(f"must have {_SHORTEST_SECRET} characters at least")
    return value


class NewsletterSettings(Group):
    """Newsletters: what readers can subscribe to by e-mail, and when it goes."""

    newsletters: Annotated[
        tuple[Rhythm, ...],
        NoDecode,
        BeforeValidator(split_list),
        AfterValidator(require_distinct),
    ] = Field(
        ("instant", "daily", "weekly"),
        description="How often readers may get news: `instant`, `daily`, `weekly`. If it is empty, "
        "nobody can subscribe and nothing is sent",
    )
    newsletter_hour: time = Field(
        time.fromisoformat("09:00"),
        description="When daily and weekly newsletters go, in the time zone of the site: `09:00`",
    )
    newsletter_weekday: Weekday = Field("monday", description="The day of the weekly newsletter")
    newsletter_approval: bool = Field(
        False,
        description="Whether a daily or weekly newsletter waits until an editor approves it. "
        "Otherwise it goes by itself",
    )
    subscriptions_per_network: int = Field(
        5,
        ge=0,
        le=100_000,
        description="How many subscriptions one network may ask for in an hour. 0 is no limit",
    )
    confirmations_per_hour: int = Field(
        60,
        ge=1,
        le=1_000_000,
        description="How many letters in an hour ask readers to confirm, at most. Further requests "
        "wait for the next hour, so nobody can flood strangers through this service",
    )
    mail_bounces: Mailbox | None = Field(
        None,
        description="Where letters that cannot be delivered return to, such as "
        "`bounces@example.org`. Its server must take `bounces+anything@` too. Without it, they "
        "return to the sender, and nobody counts them",
    )
    mail_events_secret: Annotated[SecretStr, AfterValidator(_check_secret)] | None = Field(
        None,
        description="The secret that signs reports of bounces and complaints to `/v1/mail/events`, "
        "as Standard Webhooks do: `whsec_…`. Without it, nobody can report there",
    )

    @property
    def bounce_mailbox(self) -> Address | None:
        """Where letters return to that cannot be delivered."""
        return parse_mailbox(self.mail_bounces) if self.mail_bounces is not None else None

    @property
    def weekday_number(self) -> int:
        """The day of the weekly newsletter; Monday is 0."""
        return _WEEKDAYS.index(self.newsletter_weekday)


_WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
