"""The pictures of a draft, for whoever has a link to it and for nobody else."""

from tests import builders
from tests.admin.desk import problem
from tests.admin.newsdesk import Newsdesk
from tests.conftest import Bench


def test_a_link_shows_the_drafts_own_pictures_until_it_is_revoked(quiet: Bench) -> None:
    desk = Newsdesk.of(quiet)
    shown = builders.medium(quiet.runtime, alt={"en": "A march"})
    inside = builders.medium(quiet.runtime, builders.picture("PNG"), alt={"en": "A map"})
    other = builders.medium(quiet.runtime, builders.picture("GIF"), alt={"en": "Another"})
    where = desk.create(image={"media_id": str(shown)}, body=f"![](/v1/media/{inside}/320.jpg)")
    link = desk.act(where, "previews").json()["data"]
    draft = quiet.client.get(f"/v1/preview/{link['token']}").json()["data"]
    base = f"http://127.0.0.1:8000/v1/preview/{link['token']}/media"
    assert draft["image"]["url"].startswith(f"{base}/{shown}/")
    assert f'<img src="{base}/{inside}/320.jpg" alt="A map" width="320"' in draft["body_html"]
    for size in draft["image"]["sizes"]:
        file = quiet.client.get(size["url"].removeprefix("http://127.0.0.1:8000"))
        assert (file.status_code, file.headers["content-type"]) == (200, size["type"])
        assert file.headers["cache-control"] == "private, no-store"
    picture = f"/v1/preview/{link['token']}/media/{inside}/320.jpg"
    assert quiet.client.get(picture).status_code == 200
    for public in (f"/v1/media/{shown}/320.jpg", f"/v1/media/{inside}/320.jpg"):
        assert quiet.client.get(public).status_code == 404
    stranger = f"/v1/preview/{link['token']}/media/{other}/320.jpg"
    assert problem(quiet.client.get(stranger)) == (404, "media_not_found")
    quiet.client.delete(f"/v1/admin/previews/{link['id']}", headers=desk.headers)
    assert problem(quiet.client.get(picture)) == (410, "preview_gone")
