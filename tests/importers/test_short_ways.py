"""What most texts are goes a short way, whose outcome is that of the long way."""

from hypothesis import given
from hypothesis import strategies as st

from app.importers.old_site import OldSite, rewrite_addresses
from app.importers.wordpress.paragraphs import to_paragraphs

LINES = st.sampled_from(
    (
        *(
            "One",
            "two <em>three</em>",
            '<a href="/x">four</a>',
            "five<br>",
            "<br />",
            " ",
            "",
            "\t",
        ),
        *("<b>six</b>", "3 < 4", "<img src='a>b'>", "<p>seven</p>", "<P>eight", "\ue000"),
        "<!-- x -->",
    )
)


@given(st.lists(LINES, max_size=12).map("\n".join))
def test_a_text_without_blocks_has_the_paragraphs_that_it_has_beside_one(text: str) -> None:
    alone = to_paragraphs(text)
    assert to_paragraphs(f"{text}\n\n<hr>") == "\n".join(filter(None, (alone, "<hr>")))


@given(
    st.sampled_from(
        (
            *("https://old.example/", "http://www.old.example/a/b/", "https://Old.example/", ""),
            *("https://i0.wp.com/old.example/", "https://old.example:81/", "ftp://old.example/"),
            "x/",
        )
    ),
    st.text("aB1/._-?=&%#é ", max_size=8),
)
def test_an_address_is_on_the_site_in_whatever_way_it_is_read(base: str, rest: str) -> None:
    site = OldSite(base)
    address = f"{base}{rest}".rstrip()
    assert site.path_of(address) == site.path_of(f"{address.partition('#')[0]}#part")


def test_only_addresses_in_tags_are_made_anew() -> None:
    body = (
        "<p><em>1</em><A HREF=/a>x</A> href='/b' <img alt='<p>' src=\"/c\"><!-- <a href='/d'> -->"
    )
    seen: list[tuple[str, str]] = []
    made = rewrite_addresses(body, lambda name, address: seen.append((name, address)) or "/new")
    assert seen == [("a", "/a"), ("img", "/c")]
    assert made == body.replace("HREF=/a", 'HREF="/new"').replace('"/c"', '"/new"')
