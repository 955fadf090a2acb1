"""What a domain publishes about its letters, in sentences that say what to do: SPF (RFC 7208), DKIM
(RFC 6376) and DMARC (RFC 7489). Other servers look there before they take a letter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

LookUp = Callable[[str], Sequence[str]]
"""The TXT records at a name, none if there are none; `DNSException` if nobody answers."""

_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class RecordFinding:
    """What is published about one thing; `remedy` is empty when all is well."""

    subject: Literal["SPF", "DKIM", "DMARC"]
    state: str
    remedy: str = ""


def look_up_texts(name: str) -> Sequence[str]:
    """The TXT records at a name, from the resolver of this machine."""
    resolver = Resolver()
    resolver.lifetime = _SECONDS
    try:
        answer = resolver.resolve(name, "TXT")
    except (NXDOMAIN, NoAnswer):
        return ()
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def examine_domain(
    domain: str, selectors: Sequence[str], look_up: LookUp = look_up_texts
) -> list[RecordFinding]:
    """What a sender's domain publishes; `selectors` are the names of its DKIM keys."""
    findings = [_run("SPF", lambda: _examine_spf(domain, look_up))]
    for selector in selectors:
        name = f"{selector}._domainkey.{domain}"
        findings.append(_run("DKIM", lambda name=name: _examine_dkim(name, look_up)))  # type: ignore[misc]  # mypy knows no default of a lambda
    if not selectors:
        state = "not looked at"
        remedy = "Say `--selector NAME` with the name of the key by which your relay signs."
        findings.append(RecordFinding("DKIM", state, remedy))
    findings.append(_run("DMARC", lambda: _examine_dmarc(domain, look_up)))
    return findings


def _run(
    subject: Literal["SPF", "DKIM", "DMARC"], examine: Callable[[], tuple[str, str]]
) -> RecordFinding:
    try:
        return RecordFinding(subject, *examine())
    except DNSException as error:
        remedy = "Nobody answers for this domain; look at its name servers, then try again."
        return RecordFinding(subject, f"cannot be told ({type(error).__name__})", remedy)


def _examine_spf(domain: str, look_up: LookUp) -> tuple[str, str]:
    records = [text for text in look_up(domain) if text.lower().split(" ")[0] == "v=spf1"]
    if not records:
        return "missing", (
            f"Publish a TXT record at {domain} that names the servers which send for it, such as"
            " `v=spf1 include:relay.example -all`."
        )
    if len(records) > 1:
        return f"{len(records)} records", "Join them: with more than one, receivers take none."
    words = records[0].lower().split()
    if any(word.lstrip("+") == "all" for word in words[1:]):
        return records[0], "`+all` lets every machine send in your name; write `-all` in its place."
    if not any(word in ("-all", "~all") or word.startswith("redirect=") for word in words):
        return records[0], "End it with `-all`, so that it also says who may not send."
    return records[0], ""


def _examine_dkim(name: str, look_up: LookUp) -> tuple[str, str]:
    records = [text for text in look_up(name) if "p=" in text.replace(" ", "")]
    if not records:
        remedy = f"Publish the key of your relay as a TXT record at {name}; its pages say which."
        return "missing", remedy
    fields = _fields(records[0])
    if not fields.get("p"):
        return "withdrawn", f"The record at {name} has no key; letters signed with it are refused."
    return f"a key at {name}", ""


def _examine_dmarc(domain: str, look_up: LookUp) -> tuple[str, str]:
    name = f"_dmarc.{domain}"
    records = [text for text in look_up(name) if text.lower().startswith("v=dmarc1")]
    if not records:
        return "missing", (
            f"Publish a TXT record at {name}, such as `v=DMARC1; p=none; rua=mailto:you@{domain}`;"
            " once the reports show only your own letters, write `p=quarantine`."
        )
    if len(records) > 1:
        return f"{len(records)} records", "Keep one: with more, receivers take none."
    if _fields(records[0]).get("p") == "none":
        remedy = "It only watches. Once its reports show only your letters, write `p=quarantine`."
        return records[0], remedy
    return records[0], ""


def _fields(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
