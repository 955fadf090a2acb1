"""What is copied from `deploy/` and `compose.yaml` is well formed, and names real settings."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
NOT_SETTINGS = {"WILLAY_DATABASE_PASSWORD"}
"""What `.env` holds for `compose.yaml` itself."""


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def run(*command: str, cwd: Path = DEPLOY) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@needs("nginx")
def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    assert not run(*made, "-subj", "/CN=x", "-keyout", str(key), "-out", str(certificate))
    site = (DEPLOY / "nginx.conf").read_text()
    site = re.sub(r"/etc/ssl/\S+\.crt", str(certificate), site)
    site = re.sub(r"/etc/ssl/\S+\.key", str(key), site)
    (tmp_path / "site.conf").write_text(site.replace("listen 443", "listen 127.0.0.1:44343"))
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}include {tmp_path}/site.conf;\n}}\n"
    )
    assert not run("nginx", "-t", "-q", "-e", f"{tmp_path}/e.log", "-c", f"{tmp_path}/nginx.conf")


@needs("caddy")
def test_caddy_takes_its_configuration() -> None:
    assert not run("caddy", "validate", "--adapter", "caddyfile", "--config", "Caddyfile")


@needs("systemd-analyze")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "willay.service"
    text = (DEPLOY / "willay.service").read_text()
    unit.write_text(text.replace("/opt/willay/bin/willay", shutil.which("true") or ""))
    complaints = run("systemd-analyze", "verify", str(unit))
    assert "willay.service" not in complaints, complaints


def test_every_setting_that_is_named_is_one(subtests: pytest.Subtests) -> None:
    known = {f"WILLAY_{name.upper()}" for name in Settings.model_fields}
    for path in (
        *DEPLOY.iterdir(),
        ROOT / "compose.yaml",
        ROOT / "Dockerfile",
        *ROOT.glob("docs/*.md"),
    ):
        with subtests.test(path=path):
            named = set(re.findall(r"\bWILLAY_[A-Z0-9_]*[A-Z0-9]\b", path.read_text()))
            assert named <= known | NOT_SETTINGS


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return made


def test_compose_lets_every_service_end_and_keeps_no_endless_log(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name
        assert "mem_limit" in service, name
    for name in ("api", "worker"):
        service = compose["services"][name]
        assert service["stop_grace_period"] == "15s"
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]


def test_compose_trusts_the_gateway_that_a_proxy_on_the_host_comes_from(
    compose: dict[str, Any],
) -> None:
    (network,) = compose["networks"]["default"]["ipam"]["config"]
    trusted = compose["services"]["api"]["environment"]["WILLAY_TRUSTED_PROXIES"]
    assert trusted == "${WILLAY_TRUSTED_PROXIES:-%s}" % network["gateway"]  # noqa: UP031


@pytest.mark.parametrize("requirements", ["production", "semantic"])
def test_the_image_installs_what_is_pinned(requirements: str) -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert "\nARG REQUIREMENTS=production\n" in text
    text = text.replace("${REQUIREMENTS}", requirements)
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for name in copied.split():
            assert (ROOT / name).exists(), name
    assert f"--require-hashes -r requirements/{requirements}.txt" in text
    pinned = (ROOT / "requirements" / f"{requirements}.txt").read_text()
    for extra in ("obstore", "redis", *(["onnxruntime"] if requirements == "semantic" else [])):
        assert re.search(rf"^{extra}==", pinned, re.MULTILINE)
    for line in (ROOT / "requirements" / "runtime.txt").read_text().splitlines():
        if re.match(r"[a-z0-9]", line):
            assert line in pinned, "both files pin the same"
