"""The wheel is the whole program: installed in another folder, without the checkout."""

import signal
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path

import httpx2
import pytest

from tests.served import free_port, get_when_up
from tests.stores import environment_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = ["-m", "pip", "wheel", "-q", "--disable-pip-version-check"]
    build += ["--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT)]
    subprocess.run([sys.executable, *build], check=True, timeout=110)
    (made,) = folder.glob("willay-*.whl")
    return made


@pytest.mark.sqlite_only("what is installed is the same on both")
def test_the_wheel_holds_every_migration_and_the_sample(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for script in (ROOT / "migrations" / "versions").glob("*.py"):
        assert f"app/migrations/versions/{script.name}" in names
    assert {"app/migrations/env.py", "app/sample/peru.jsonl"} <= names
    for picture in (ROOT / "sample" / "pictures").iterdir():
        assert f"app/sample/pictures/{picture.name}" in names
    assert not {name.split("/")[0] for name in names} - {"app"} - {wheel.name[:12] + ".dist-info"}


def test_it_migrates_serves_and_examines_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    """Its dependencies are this environment's; of the checkout it sees nothing."""
    here = tmp_path / "here"
    venv.create(here, with_pip=False, symlinks=True)
    (packages,) = here.glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(packages)
    ours = Path(httpx2.__file__).parents[1]
    (packages / "dependencies.pth").write_text(f"{ours}\n")
    port = free_port()
    settings = environment_of(tmp_path / "data", WILLAY_PORT=str(port))
    environment = {name: value for name, value in settings.items() if not name.startswith("PYTHON")}

    def command(*words: str) -> list[str]:
        return [str(here / "bin" / "python"), "-c", "from app.console import main; main()", *words]

    def willay(*words: str) -> str:
        done = subprocess.run(
            command(*words),
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    willay("migrate")
    assert "81 article created" in willay("import", "sample")
    assert willay("import", "sample") == ""
    with subprocess.Popen(command("serve"), cwd=tmp_path, env=environment) as server:
        try:
            url, until = f"http://127.0.0.1:{port}/v1/search?q=mining", time.monotonic() + 60
            while (answer := get_when_up(url)).status_code == 503:  # until the index is made
                assert time.monotonic() < until
                time.sleep(0.1)
            assert answer.json()["data"]
            willay("doctor")
        finally:
            server.terminate()
    assert server.returncode in (0, -signal.SIGTERM)
