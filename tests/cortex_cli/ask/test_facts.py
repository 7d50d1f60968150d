from pathlib import Path

from cortex_cli.ask import facts
from cortex_cli.language.question import Question


def test_this_machine() -> None:
    known = facts.collect()
    assert any(fact.sentence.startswith("The kernel is Linux ") for fact in known)
    assert all(fact.source and fact.topics for fact in known)


def test_another_root(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "proc").mkdir()
    (tmp_path / "etc/os-release").write_text('# x\nPRETTY_NAME="Some \\"OS\\" 1"\nBAD="\n')
    (tmp_path / "proc/cpuinfo").write_text("processor : 0\nmodel name\t: Z80\n")
    (tmp_path / "proc/meminfo").write_text("MemTotal: 2097152 kB\nMemAvailable: 1048576 kB\n")
    said = " ".join(fact.sentence for fact in facts.collect(tmp_path))
    assert 'This machine runs Some "OS" 1.' in said
    assert "The processor is Z80 with" in said
    assert "It has 2.0 GiB of memory, 1.0 GiB of it available." in said


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    said = " ".join(fact.sentence for fact in facts.collect(tmp_path))
    assert "memory" not in said
    assert "The kernel is" in said


def test_which_facts_a_question_asks_for() -> None:
    known = facts.collect()

    def asked(question: str) -> set[str]:
        return {fact.source for fact in facts.select_facts(Question(question), known)}

    assert asked("which kernel is this?") == {"uname"}
    assert asked("how much memory has this machine?") == {"/proc/meminfo"}
    assert asked("what is memory?") == set()
    assert asked("what is nginx?") == set()
    assert asked("set the gravity of my disk to zero") == set()
