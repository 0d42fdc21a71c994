"""Write ``docs/command-line.md`` from the parser itself, so that it cannot drift.

``python -m tools.command_docs`` rewrites the file; a test compares it.
"""

import argparse
from pathlib import Path

from citybrain.interfaces.cli.parser import EPILOG, build_parser

TARGET = Path(__file__).resolve().parents[1] / "docs" / "command-line.md"
_HEAD = """\
# The command line

Written from the parser by `python -m tools.command_docs`; a test keeps it equal.

`--home DIR`, `--city DIR` and `--format text|json` may stand before or after every command.
With `--format json` the answer on standard output is one JSON document; progress and notices go to
standard error. A command that fails answers `{{"error": {{what, why, do, where}}}}`, or with what
it found, and ends with 1; of wrong usage nothing is answered. What a folder's mistakes stop has
all of them in its error as `findings`, in the form of `check`. Names
of tables are `system.table`. Decimals and times are texts in JSON, and so are `"NaN"`, `"Infinity"`
and `"-Infinity"`, here and in the pages' `.json`, because JSON has no numbers for them.

```text
{epilog}```

"""


def _commands(
    parser: argparse.ArgumentParser, prefix: str = ""
) -> list[tuple[str, argparse.ArgumentParser]]:
    found: list[tuple[str, argparse.ArgumentParser]] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                inner = _commands(command, f"{prefix}{name} ")
                found += inner or [(f"{prefix}{name}", command)]
    return found


def _words(action: argparse.Action) -> str:
    if not action.option_strings:
        return str(action.metavar or action.dest)
    metavar = action.metavar or ("" if action.nargs == 0 else action.dest.upper())
    return ", ".join(action.option_strings) + (f" {metavar}" if metavar else "")


def render() -> str:
    """The page's text."""
    parts = [_HEAD.format(epilog=EPILOG)]
    for name, command in _commands(build_parser()):
        lines = [f"## citybrain {name}\n", f"{command.description or command.format_help()}\n"]
        own = [
            action
            for action in command._actions
            if action.dest not in ("help", "home", "city", "format")
        ]
        if own:
            lines += ["| argument | meaning |", "|---|---|"]
            lines += [f"| `{_words(action)}` | {action.help or ''} |" for action in own]
            lines.append("")
        parts.append("\n".join(lines))
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
