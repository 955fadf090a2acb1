"""A request to subscribe, from a front end or from a form: bounded, and written down before
anything is looked up, so neither the answer nor its time tells who subscribes."""

from starlette.requests import Request

from app.changes import head
from app.database import WriteTx
from app.errors import Throttled
from app.http.access import origin_of
from app.http.network_limits import networks
from app.http.own_origins import require_own_origin
from app.http.transactions import in_write
from app.newsletters.addresses import AddressBook
from app.newsletters.inputs import SubscriptionInput
from app.newsletters.requests import accept_request, require_offered
from app.rates import RateLimit
from app.runtime import Runtime


async def accept_subscription(request: Request, runtime: Runtime, wish: SubscriptionInput) -> None:
    """Write down what somebody wants. `Forbidden` from another site, `Invalid`, `Throttled`,
    `NotFound` where nobody can subscribe, `Unavailable` while too many do."""
    settings = runtime.settings
    require_own_origin(request, settings)
    lang = wish.lang or settings.languages[0]
    require_offered(wish.rhythm, lang, settings)
    await _count(request, runtime)

    def write(tx: WriteTx) -> None:
        tags = runtime.memory.tags(tx, head(tx))
        accept_request(tx, AddressBook(runtime.key()), tags, wish, lang, runtime.clock())

    await in_write(runtime, write)


async def _count(request: Request, runtime: Runtime) -> None:
    settings = runtime.settings
    network = networks(settings.rate_limit_exempt)(origin_of(request).address)
    if not settings.subscriptions_per_network or network is None:
        return
    limit = RateLimit("subscriptions", settings.subscriptions_per_network, 3_600)
    status = await runtime.rates.hit(limit, network, runtime.clock().timestamp())
    if not status.passes:
        message = "Too many subscriptions came from your network; try again in an hour."
        raise Throttled("too_many_subscriptions", message, retry_after=status.resets_in)
