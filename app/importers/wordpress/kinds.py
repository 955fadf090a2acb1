"""What becomes of each type and status of WordPress. What is not public there is never here."""

from typing import Final, Literal

from app.kit.markup import split_names

Outcome = Literal["published", "scheduled", "draft"]

LEFT_TYPES: Final = {
    "revision": "an older version of a text",
    "nav_menu_item": "an entry of a menu; menus are made anew",
    "feedback": "a message that somebody sent by a form; it is private",
    "flamingo_inbound": "a message that somebody sent by a form; it is private",
    "flamingo_contact": "an address of a person; it is private",
    "wpcf7_contact_form": "the settings of a form",
    "wpforms": "the settings of a form",
    "give_forms": "the settings of a form",
    "mc4wp-form": "the settings of a form",
    "custom_css": "the look of the old site",
    "customize_changeset": "the look of the old site",
    "wp_global_styles": "the look of the old site",
    "wp_template": "the look of the old site",
    "wp_template_part": "the look of the old site",
    "wp_navigation": "an entry of a menu; menus are made anew",
    "wp_font_family": "the look of the old site",
    "wp_font_face": "the look of the old site",
    "oembed_cache": "a copy that WordPress keeps for itself",
    "user_request": "a request of a person about data; it is private",
    "wp_block": "a reusable block; its text is in the texts that use it",
    "shop_order": "an order; it is private",
}
"""The types that never come, with the reason."""

LEFT_STATUSES: Final = {
    "trash": "in the trash",
    "auto-draft": "an empty draft that WordPress made",
    "inherit": "an older version of a text",
    "spam": "spam",
}

LEFT_TAXONOMIES: Final = {
    "language": "read as the language of the text",
    "post_translations": "read as the translations of the text",
    "author": "read as its authors",
    "nav_menu": "a menu; menus are made anew",
    "post_format": "the look of a text",
    "link_category": "of links beside the texts",
    "wp_theme": "the look of the old site",
    "wp_template_part_area": "the look of the old site",
    "wp_pattern_category": "the look of the old site",
    "term_translations": "translations of terms; only texts have them here",
    "term_language": "the language of a term, which is that of its texts",
}

UNCATEGORIZED: Final = split_names(
    "uncategorized uncategorised sin-categoria sin-categorizar non-classe sem-categoria"
    " allgemein unkategorisiert senza-categoria geen-categorie"
)


def outcome_of(status: str, password: str) -> tuple[Outcome, str]:
    """The status that a text has here, and a sentence when it was not public by itself."""
    if password:
        return "draft", "had a password; it is a draft"
    match status:
        case "publish":
            return "published", ""
        case "future":
            return "scheduled", ""
        case "draft":
            return "draft", ""
        case "pending" | "private":
            return "draft", f"was {status}; it is a draft"
        case _:
            return "draft", f"had the status {status!r}; it is a draft"
