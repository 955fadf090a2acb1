"""Every program of the guide to front ends and of the client's README runs, or compiles."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests import node
from tests.clients.programs import CLIENT, run, tool
from tests.served import free_port, get_when_up

pytestmark = pytest.mark.timeout(300)  # npm may have to install first
HERE = Path(__file__).parent
API = "http://127.0.0.1:8000"
FENCED = re.compile(r"^```(?:js|tsx?)\n// (\S+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
OPTIONS = {
    **{"strict": True, "noEmit": True, "noUncheckedIndexedAccess": True, "jsx": "preserve"},
    "skipLibCheck": True,  # Astro's mention other packages
    **{"module": "esnext", "moduleResolution": "bundler", "target": "es2022", "types": []},
    "lib": ["es2022", "dom", "dom.iterable"],
}


def programs(page: Path, folder: Path, url: str) -> list[Path]:
    """The programs that a page prints, written where each says that it belongs."""
    text = page.read_text()
    found = []
    for name, program in FENCED.findall(text):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(program.replace(API, url))
        found.append(path)
    assert len(found) == text.count("```js\n") + text.count("```ts"), "each names its file"
    return found


def test_the_readme_s_programs_print_what_they_say(service: dict[str, Any], desk: Path) -> None:
    written = programs(CLIENT / "README.md", desk, service["url"])
    assert [path.name for path in written] == ["lists.mjs", "one.mjs", "hook.mjs"]
    lists = run(desk, "lists.mjs").splitlines()
    assert len(lists) > 20
    assert re.fullmatch(r"\d+ \w+ \d{4} .+ (no picture|http.+[.]jpg)", lists[0])
    one = run(desk, "one.mjs").splitlines()
    assert one[0].startswith("200 About")
    assert one[1:] == ["301 /about", "404", "400 invalid_parameter null"]
    (desk / "ask.mjs").write_text(
        "import { POST } from './hook.mjs'\n"
        "const { webhooks } = JSON.parse(process.env.KNOWN)\n"
        "process.env.WEBHOOK_SECRET = webhooks.secret\n"
        "for (const name of ['verification', 'upsert', 'late']) {\n"
        "  const { headers, body } = webhooks[name]\n"
        "  const request = new Request('http://x.example', { method: 'POST', headers, body })\n"
        "  const answer = await POST(request)\n"
        "  console.log(answer.status, await answer.text())\n"
        "}\n"
    )
    first, told, *_, last = run(desk, "ask.mjs", **service).splitlines()
    assert first == "200 c0ffee"
    assert told.startswith("article.upsert [")
    assert last.startswith("401 Its timestamp")


@contextmanager
def site_of(program: Path) -> Iterator[str]:
    """Where a program of node serves."""
    port = free_port()
    environment = {**os.environ, "PORT": str(port)}
    process = subprocess.Popen([node.node(), program.name], cwd=program.parent, env=environment)
    try:
        get_when_up(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def test_the_site_in_one_file_is_a_site(service: dict[str, Any], desk: Path) -> None:
    written = programs(node.ROOT / "docs" / "frontend.md", desk, service["url"])
    [program] = [path for path in written if path.name == "site.mjs"]
    with site_of(program) as url:

        def read(path: str, status: int = 200) -> httpx2.Response:
            answer = httpx2.get(url + path, timeout=30, follow_redirects=False)
            assert answer.status_code == status, f"{path}: {answer.text}"
            return answer

        home = read("/").text
        paths = set(re.findall(r'href="(/[^"]*)"', home))
        assert len(paths) > 20
        for path in sorted(paths):
            assert "<h1>" in read(path).text, path
        assert "/about" in paths
        older = re.search(r'href="(/news\?cursor=[^"]+)">Older', read("/news").text)
        assert older is not None
        assert "/news/" in read(older[1]).text
        assert "March 1, 2026" in read("/news/pictured").text
        assert re.search(r'<img src="[^"]+" srcset="[^"]+ 320w', read("/news/pictured").text)
        assert "Results for water rights" in read("/search?q=watr+rigths").text
        assert "A draft" in read(f"/preview/{service['token']}").text
        assert read(f"/preview/{service['token']}").headers["cache-control"] == "no-store"
        for path, location in {
            "/about-us": "/about",
            "/news/about-us": "/about",
            "/news/about": "/about",
            "/zzz/pictured": "/news/pictured",
            "/tags/Mining": "/tags/mining",
        }.items():
            assert read(path, 301).headers["location"] == location
        assert "The source was forged" in read("/news/forged", 410).text
        for path in ("/news/nope", "/tags", "/preview/x", "/a/b/c", "/constructor", "/__proto__"):
            read(path, 404)
        read("/news/%00", 404)
        assert "<script>" not in read("/search?q=<script>alert(1)</script>").text


def test_the_programs_for_next_and_astro_compile(tools: Path) -> None:
    written = programs(node.ROOT / "docs" / "frontend.md", tools, API)
    client = tools / "node_modules" / "@willay" / "client"
    tsc = node.tool(tools, "tsc")
    run(client, tsc, "--noEmit", "false", "--declaration", "--emitDeclarationOnly")
    (tools / "stubs.d.ts").write_text((HERE / "stubs.d.ts").read_text())
    typed = [str(path) for path in written if path.suffix != ".mjs"]
    assert len(typed) == 5
    project = {"compilerOptions": OPTIONS, "files": ["stubs.d.ts", *typed]}
    (tools / "tsconfig.json").write_text(json.dumps(project))
    tool(tools, "tsc", "-p", "tsconfig.json")


def test_the_loader_of_the_guide_is_that_of_the_example() -> None:
    printed = dict(FENCED.findall((node.ROOT / "docs" / "frontend.md").read_text()))
    name = "src/willay-loader.ts"
    assert printed[name] == (node.ASTRO / name).read_text()


def test_the_programs_for_next_and_astro_do_it(service: dict[str, Any], tools: Path) -> None:
    written = programs(node.ROOT / "docs" / "frontend.md", tools, service["url"])
    for path in written:
        if path.suffix == ".ts":
            small = path.with_suffix(".mjs")
            tool(tools, "esbuild", str(path), "--format=esm", f"--outfile={small}")
    cache = tools / "node_modules" / "next"
    cache.mkdir(exist_ok=True)
    (cache / "package.json").write_text('{"exports": {"./cache": "./cache.mjs"}}')
    (cache / "cache.mjs").write_text(
        "export const stale = []\nexport const revalidateTag = (tag) => void stale.push(tag)\n"
    )
    (tools / "frameworks.mjs").write_text((HERE / "frameworks.mjs").read_text())
    told = json.loads(run(tools, "frameworks.mjs", **service))
    assert told["statuses"] == [200, 204, 401]
    assert {"willay", "lists", "article/pictured"} <= set(told["stale"])
    assert told["stored"] == told["again"] == told["after_restore"] > 82
    assert told["forged"] is False
    assert told["pages"] == [[200, True], [301, False], [410, False], [404, False]]
