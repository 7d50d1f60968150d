"""Sentences about a tree of files: our command and a reference, each run in a tree of its own.

    python benchmarks/nl2bash.py [--wrong] FILE...

A file holds ``sentence <TAB> reference <TAB> tree`` a line; ``{root}`` is where the tree lies.
Exact: both print the same and leave the same tree.  Our ``.bak`` copies beside edited files are
not counted.  Lines in another order are the same unless the reference sorts.  Our commands are run
without a shell, as argument lists.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tarfile
import tempfile
import time
from collections import Counter
from pathlib import Path

from cortex_cli import actions
from cortex_cli.actions import answering, sentence
from cortex_cli.actions.action import Filled
from cortex_cli.finding import DESTROYS
from cortex_cli.language.terms import language_of

EXACT, WRONG, REFUSED, MISSING = "exact", "wrong", "refused", "missing"
TIMEOUT_S = 20
OLD = 1_000_000_000  # seconds: 2001
TEXTS = {
    "src/main.py": "import util   \n# TODO: more\nprint('hi')\n",
    "src/util.py": "def f():\n    return 1\n",
    "src/deep/extra.py": "# TODO: less\n",
    "src/run.sh": "#!/bin/sh\necho run\n",
    "docs/guide.txt": "alpha beta\n\nalpha again\n",
    "docs/more.txt": "only alpha here\n",
    "data/people.csv": "ana,31,lima\nbob,27,oslo\ncid,45,lima\ndan,19,rome\n",
    "data/names.txt": "alan\nzoe\nalan\nbo\nann\n",
    "data/others.txt": "bo\nmia\nzoe\n",
    "data/numbers.txt": "5\n12\n3\n40\n7\n",
    "logs/app.log": "info start\nerror one\nwarning low\ndebug x\nerror two\ninfo info end\n",
    "logs/old.log": "error long ago\n",
    "logs/big.dat": "x" * 9000,
    "data/mid.dat": "y" * 4000,
    "tmp/a.tmp": "t",
    ".hidden": "h\n",
    "empty.txt": "",
}


def build(root: Path, now: int) -> None:
    """The tree ``project``: code, texts, tables, logs, links, an archive; all of the same age."""
    for name, text in TEXTS.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
        os.utime(path, (now, now))
    (root / "void/inner").mkdir(parents=True)
    (root / ".hidden").chmod(0o600)
    (root / "src/util.py").chmod(0o755)
    (root / "link").symlink_to("docs")
    (root / "dangling").symlink_to("nowhere")
    with tarfile.open(root / "old.tar", "w") as archive:
        for name in ("docs/guide.txt", "data/names.txt"):
            archive.add(root / name, arcname=Path(name).name)
    os.utime(root / "old.tar", (now, now))
    for name in ("logs/old.log", "data/names.txt"):
        os.utime(root / name, (OLD, OLD))


def look(root: Path) -> dict[str, tuple[str, object]]:
    """Every path below ``root``: its mode, and what it holds; archives by their members."""
    found: dict[str, tuple[str, object]] = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if name.endswith(".bak"):
            continue
        mode = oct(path.lstat().st_mode)
        if path.is_symlink():
            found[name] = mode, str(path.readlink()).replace(str(root), "ROOT")
        elif path.is_file():
            held = _content(path).replace(str(root).encode(), b"ROOT")
            # tar leaves the first slash out.
            found[name] = mode, held.replace(str(root).lstrip("/").encode(), b"ROOT")
        else:
            found[name] = mode, ""
    return found


def _content(path: Path) -> bytes:
    if ".tar" in path.suffixes[-2:]:
        with tarfile.open(path) as archive:
            return "\n".join(sorted(m.name.lstrip("./") for m in archive if m.isfile())).encode()
    if path.suffix == ".gz":
        done = subprocess.run(["gzip", "-dc", str(path)], capture_output=True, check=True)
        return done.stdout
    return path.read_bytes()


def filled(question: str) -> Filled | None:
    """What we would run; None for a refusal."""
    language = language_of(question)
    if actions.find(question, language) is None:
        return None
    asked = sentence.read(question, language)
    found = answering.readings(asked) if asked is not None else []
    return found[0].filled if found else None


def run_ours(action: Filled, root: Path) -> str:
    """Carries the steps out, each program of its own, and gives what they print."""
    printed = b""
    for step in action.steps:
        output = b""
        for argv in step.expand_patterns(root):
            done = subprocess.run(
                argv, input=output, cwd=root, capture_output=True, timeout=TIMEOUT_S, check=False
            )
            output = done.stdout
        if step.output:
            with root.joinpath(step.output).open("ab" if step.append else "wb") as file:
                file.write(output)
        else:
            printed += output
    return printed.decode(errors="replace")


def run_reference(line: str, root: Path) -> str:
    """The reference, by a shell."""
    done = subprocess.run(
        ["sh", "-c", line], cwd=root, capture_output=True, timeout=TIMEOUT_S, check=False
    )
    return done.stdout.decode(errors="replace")


def judge(question: str, reference: str) -> tuple[str, str, str]:
    """The verdict, what we showed, and the effect of it."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        ours, theirs = Path(one) / "t", Path(two) / "t"
        now = int(time.time())
        for root in (ours, theirs):
            root.mkdir()
            build(root, now)
        action = filled(question.replace("{root}", str(ours)))
        if action is None:
            return REFUSED, "-", ""
        shown = " ;; ".join(step.text() for step in action.steps).replace(str(ours), "{root}")
        try:
            printed = run_ours(action, ours).replace(str(ours), "ROOT")
        except FileNotFoundError as missing:
            return MISSING, f"{missing.filename} is not installed", ""
        wanted = run_reference(reference.replace("{root}", str(theirs)), theirs)
        wanted = wanted.replace(str(theirs), "ROOT")
        same = printed == wanted or (
            "sort" not in reference and sorted(printed.split("\n")) == sorted(wanted.split("\n"))
        )
        same = same and look(ours) == look(theirs)
        return (EXACT if same else WRONG), shown, action.effect


def main() -> None:
    """Prints the figures of each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--wrong", action="store_true", help="show what was not exact")
    options = parser.parse_args()
    os.environ["LC_ALL"] = "C"
    for path in options.files:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
        counts: Counter[str] = Counter()
        for question, reference, _ in rows:
            verdict, shown, effect = judge(question, reference)
            counts[verdict] += 1
            counts["wrong and destroys"] += verdict == WRONG and effect == DESTROYS
            if options.wrong and verdict != EXACT:
                print(f"{verdict:7} {question}\n          {shown}")
        answered = counts[EXACT] + counts[WRONG]
        print(
            f"{path.name}: exact {counts[EXACT] / len(rows):.2f} ({counts[EXACT]} of {len(rows)}), "
            f"refused {counts[REFUSED]}, wrong {counts[WRONG]} "
            f"({100 * counts[WRONG] / max(1, answered):.1f} % of those answered), "
            f"wrong and destroys {counts['wrong and destroys']}"
        )


if __name__ == "__main__":
    main()
