"""The publisher as schema.org JSON-LD."""

from app.feeds.jsonld import escape_markup
from app.public.jsonld import Logo
from app.public.site import POLICY_PROPERTIES, ContactPoint, NewsMediaOrganization, Site


def render_organisation(site: Site, home: str) -> bytes:
    """The organisation in UTF-8; `home` is the address of its site. It can stand in a `script` of
    HTML, because nothing in it ends one."""
    contact = site.contact
    policies: dict[str, str | list[str]] = {}
    for name, field in POLICY_PROPERTIES.items():
        address = getattr(site.policies, name)
        if address is None:
            continue
        if field == "ownership_funding_info":
            policies[field] = [*policies.get(field, ()), address]
        else:
            policies[field] = address
    points = [
        ContactPoint(contact_type=purpose, email=email)
        for purpose, email in (
            ("newsroom", contact and contact.email),
            ("corrections", contact and contact.corrections_email),
        )
        if email
    ]
    organisation = NewsMediaOrganization.model_validate(
        {
            "id": home,
            "name": site.name,
            "url": home,
            "description": site.description,
            "logo": site.logo and Logo(url=site.logo.url),
            "email": contact and contact.email,
            "contact_point": points or None,
            "same_as": [link.url for link in site.links] or None,
            "knows_language": site.languages,
            **policies,
        }
    )
    return escape_markup(organisation.model_dump_json(by_alias=True, exclude_none=True))
