"""`willay backup` and `willay restore` as an operator uses them."""

import json
from pathlib import Path

from tests.commands import SAMPLE, willay


def test_a_copy_moves_house(tmp_path: Path) -> None:
    one, two, copy = tmp_path / "one", tmp_path / "two", tmp_path / "copy"
    early = willay(one, "backup", str(copy))
    assert (early.returncode, early.stdout) == (1, "")
    assert "run `willay migrate` first" in early.stderr
    assert willay(one, "migrate").returncode == 0
    assert willay(one, "import", "jsonl", str(SAMPLE)).returncode == 0
    one.mkdir(exist_ok=True)  # where the store is on a server, nothing has made it
    (one / "secret.key").write_text("a key of forty characters, more or less.\n")
    taken = willay(one, "backup", str(copy), "--json")
    report = json.loads(taken.stdout)
    assert taken.returncode == 0
    assert (report["rows"]["article"], report["rows"]["tag"]) == (81, 40)
    again = willay(one, "backup", str(copy))
    assert (again.returncode, again.stdout) == (1, "")
    assert "name a folder that is new or empty" in again.stderr
    back = willay(two, "restore", str(copy))
    assert (back.returncode, back.stdout) == (0, "")
    assert f"Restored {sum(report['rows'].values())} rows of" in back.stderr
    assert "second factors, webhooks and addresses of readers need it" in back.stderr
    exported = [willay(folder, "export", "jsonl").stdout for folder in (one, two)]
    assert exported[0] == exported[1] != ""
    full = willay(two, "restore", str(copy))
    assert (full.returncode, full.stdout) == (1, "")
    assert "name another one" in full.stderr
    none = willay(tmp_path / "three", "restore", str(one))
    assert (none.returncode, none.stdout) == (1, "")
    assert "holds no whole copy" in none.stderr
    assert not (tmp_path / "three").exists()
    assert willay(one, "backup").returncode == 2
