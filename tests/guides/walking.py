"""Takes the commands out of a guide and runs them in one shell, as a reader would.

What a reader fills in (`…` and variables that the text only names) is taken from what was answered
before. A comment beside a command says what is meant to come: a status, or "problem".
"""

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMMANDS = ("curl", "willay", "python", "python3", "sqlite3")
_ASSIGNMENT = re.compile(r"^(export )?[A-Z_]+=")
_END = "--- the end of a command:"

# `curl` keeps what was answered, and its status; a stream that does not end is left after a while.
_SHELL = r"""
willay() { "$PYTHON" -c 'from app.console import main; main()' "$@"; }
python() { "$PYTHON" "$@"; }
python3() { "$PYTHON" "$@"; }
type -P sqlite3 >/dev/null || sqlite3() {
  "$PYTHON" -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(*row, sep="|")' "$@"; }
curl() {  # a stream never ends by itself, so that a look at it is enough
  local most=30
  case " $* " in *" -N "*) most=2 ;; esac
  command curl -sS --max-time $most --dump-header .headers --output .body "$@"
  local code=$?
  [ $most -eq 2 ] && [ $code -eq 28 ] && code=0
  cat .body
  return $code
}
"""


def blocks(guide: str) -> list[str]:
    """Its shell, block by block: indented after an empty line, or fenced as shell."""
    fenced = re.findall(
        r"^```(?:sh|bash|shell|console)\n(.*?)^```", guide, re.DOTALL | re.MULTILINE
    )
    rest = re.sub(r"^```.*?^```", "", guide, flags=re.DOTALL | re.MULTILINE)
    indented = re.findall(r"(?:(?<=\n\n)|\A)((?:(?: {4}.*)?\n)+)", rest)
    found = [*fenced, *("\n".join(line[4:] for line in one.splitlines()) for one in indented)]
    return sorted((one for one in found if one.strip()), key=lambda one: _place(guide, one))


def _place(guide: str, block: str) -> int:
    return guide.index(next(line for line in block.splitlines() if line.strip()))


def commands(block: str) -> list[str]:
    """Each with the lines that it goes on in; none where the block is no shell."""
    found: list[str] = []
    for line in block.splitlines():
        if found and (found[-1].endswith("\\") or _is_open(found[-1])):
            found[-1] += f"\n{line}"
        elif line.split(maxsplit=1)[:1] and _begins(line):
            found.append(line)
        elif line.strip() and not line.startswith("#") and found:
            raise AssertionError(f"no command that this test knows: {line}")
    return found


def _begins(line: str) -> bool:
    return line.split(maxsplit=1)[0] in COMMANDS or _ASSIGNMENT.match(line) is not None


def _is_open(text: str) -> bool:
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return True
    return False


def programs(guide: str) -> dict[str, str]:
    """The Python that it prints, by the name that each gives itself in its first line."""
    found = re.findall(r'^```python\n("""(\w+\.py).*?)^```', guide, re.DOTALL | re.MULTILINE)
    return {name: text for text, name in found}


def shown_answers(guide: str) -> list[tuple[str, Any]]:
    """Each request that a guide prints with the JSON that it prints as the answer."""
    pairs = re.findall(
        r"^```sh\n(curl [^\n]*)\n```\n```json\n(.*?)^```", guide, re.DOTALL | re.MULTILINE
    )
    return [(command, json.loads(answer)) for command, answer in pairs]


def fits(shown: Any, answer: Any) -> bool:
    """Whether an answer is the one that is shown, in which `"…"` stands for any value."""
    match shown, answer:
        case "…", _:
            return True
        case dict(), dict():
            return shown.keys() == answer.keys() and all(
                fits(value, answer[name]) for name, value in shown.items()
            )
        case list(), list():
            return len(shown) == len(answer) and all(map(fits, shown, answer))
        case _:
            return bool(shown == answer)


@dataclass
class Reader:
    """Somebody with a shell, who reads a guide from its beginning."""

    folder: Path
    environment: dict[str, str]
    known: dict[str, str] = field(default_factory=dict)
    """What a reader has from elsewhere, by the name of the variable."""
    printed: str = ""
    answer: Any = None
    location: str = ""
    cursor: str = ""
    walked: int = 0

    def __post_init__(self) -> None:
        self.shell = subprocess.Popen(
            ["bash", "--norc"],
            cwd=self.folder,
            env={**self.environment, "PYTHON": sys.executable, "PYTHONPATH": os.getcwd()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._run(_SHELL)

    def close(self) -> None:
        """Leave the shell."""
        self.shell.communicate("exit\n", timeout=20)

    def walk(self, guide: str, only: str = "") -> None:
        """Run every command; with `only`, those of this name."""
        for name, text in programs(guide).items():
            (self.folder / name).write_text(text)
        for block in blocks(guide):
            for command in commands(block):
                if not only or command.startswith(only):
                    self.run(command)

    def run(self, command: str) -> None:
        """One command; what it must come to is asserted."""
        for name in re.findall(r"\$\{?([A-Z_]+)", command):
            if (value := self._known(name)) is not None:
                self._run(f"export {name}={shlex.quote(value)}")
        typed = self._filled(command)
        for kept in (".headers", ".body"):
            (self.folder / kept).unlink(missing_ok=True)
        code, said = self._run(typed)
        self.walked += 1
        told = f"{typed}\n{said[-2000:]}"
        assert code == 0, told
        if typed.startswith(("willay", "python")):
            self.printed = said.strip().splitlines()[-1] if said.strip() else ""
        if (self.folder / ".headers").exists():
            self._look(command, told)

    def _look(self, command: str, told: str) -> None:
        headers = (self.folder / ".headers").read_text()
        status = int(re.findall(r"^HTTP/\S+ (\d+)", headers, re.MULTILINE)[-1])
        comment = " ".join(re.findall(r"(?:^|\s)#\s(.*)", command))
        promised = {int(number) for number in re.findall(r"\b[245]\d\d\b", comment)}
        if "problem" in comment:
            assert 400 <= status < 500, told
        elif promised:
            assert status in promised, told
        else:
            assert status < 400, told
        if found := re.search(r"^location: (\S+)", headers, re.MULTILINE | re.IGNORECASE):
            self.location = found[1]
        try:
            self.answer = json.loads((self.folder / ".body").read_text())
        except ValueError:
            return
        self.cursor = (self.answer.get("meta") or {}).get("cursor") or self.cursor

    def _known(self, name: str) -> str | None:
        if name == "CURSOR":
            return self.cursor
        if name == "ID" and isinstance(self.answer["data"], list):
            return str(self.answer["data"][0]["id"])
        return self.known.get(name)

    def _filled(self, command: str) -> str:
        """What stands for `…`: a password that was printed, an address that was answered."""
        command = command.replace("http://127.0.0.1:8000", self.known["ADDRESS"])
        command = command.replace("password=…", f"password={self.printed}")
        if assigned := re.match(r"([A-Z_]+)=([^\s]*…)", command):
            name, value = assigned[1], assigned[2]
            if name in self.known:
                filled = self.known[name]
            elif "/" in value:
                filled = f"{value.rpartition('/')[0]}/{self.answer['data']['id']}"
            else:
                filled = self.location
            if filled.startswith("/"):
                filled = self.known["ADDRESS"] + filled
            command = command.replace(assigned[0], f"{name}={filled}", 1)
        assert "…" not in command, f"what is to be filled in here? {command}"
        return command

    def _run(self, script: str) -> tuple[int, str]:
        assert self.shell.stdin is not None
        assert self.shell.stdout is not None
        self.shell.stdin.write(f"{script}\necho; echo '{_END}' $?\n")
        self.shell.stdin.flush()
        said = []
        for line in self.shell.stdout:
            if line.startswith(_END):
                return int(line.removeprefix(_END)), "".join(said)
            said.append(line)
        raise AssertionError(f"the shell ended: {script}\n{''.join(said)}")
