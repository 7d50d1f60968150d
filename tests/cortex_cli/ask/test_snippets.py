from cortex_cli.ask.snippets import find_harmful_snippets, find_snippets

ANSWER = """\
Run `ls -l`, then:
```sh
$ df -h
Filesystem
```
```python
print(1)
```
sudo apt update
"""


def test_blocks_code_and_lines_of_their_own_are_found() -> None:
    assert [text for text, _ in find_snippets(ANSWER)] == ["df -h", "ls -l", "sudo apt update"]
    assert [sure for _, sure in find_snippets(ANSWER)] == [True, True, False]


def test_what_destroys_is_found_wherever_it_is_written() -> None:
    answer = (
        "Try `rm -r x` or\n```\necho a > /dev/sda\nls\n```\n"
        "```sql\nSELECT 1;\nDROP TABLE users;\n```\nsudo userdel -r ana\n"
    )
    found = [text for text, _ in find_harmful_snippets(answer)]
    assert found == [
        "echo a > /dev/sda",
        "rm -r x",
        "sudo userdel -r ana",
        "DROP TABLE users;",
    ]
    assert list(find_harmful_snippets(ANSWER)) == []
