"""What the pages for developers say of the code is what the code is."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]


def test_the_floors_of_the_picture_are_those_of_the_import_rules() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [layers] = [one["layers"] for one in contracts["contracts"] if one["type"] == "layers"]
    picture = (DOCS / "architecture.md").read_text().split("```")[1].strip().splitlines()
    names = r"^[a-z_]+(?: \| [a-z_]+)*"
    assert [re.match(names, line)[0] for line in picture] == layers  # type: ignore[index]  # each has a name


def test_every_floor_is_there() -> None:
    rooms = {path.stem for path in (ROOT / "app").iterdir() if not path.name.startswith("__")}
    picture = (DOCS / "architecture.md").read_text().split("```")[1]
    assert rooms <= set(re.findall(r"[a-z_]+", picture))


def test_every_decision_is_in_the_list() -> None:
    listed = re.findall(
        r"\((\d{4}-[\w-]+\.md)\) \| (.+) \|", (DOCS / "decisions/README.md").read_text()
    )
    there = sorted(path for path in (DOCS / "decisions").glob("[0-9]*.md"))
    assert [name for name, _ in listed] == [path.name for path in there]
    for (_, title), path in zip(listed, there, strict=True):
        heading = path.read_text().splitlines()[0]
        assert heading == f"# {int(path.name[:4])}. {title}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|^    .*?$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target or target.startswith(("#", "mailto:")):
            continue
        assert (page.parent / target.partition("#")[0]).exists(), target
