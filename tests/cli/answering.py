"""Runs many commands in one process, as the console entry does, and tells what each answered.

    python -m tests.cli.answering < steps.json

``steps`` is a list of [words, environment]; the answer a list of [code, stdout, stderr].
"""

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout

from citybrain.config.main import WIRING
from citybrain.interfaces.cli import run


def answer(words: list[str], environment: dict[str, str]) -> tuple[int, str, str]:
    """The exit code of one command and what it wrote."""
    said, warned = io.StringIO(), io.StringIO()
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        with redirect_stdout(said), redirect_stderr(warned):
            code = run(words, wiring=WIRING)
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    finally:
        os.environ.clear()
        os.environ.update(before | {k: v for k, v in os.environ.items() if k == "CITYBRAIN_HOME"})
    return code, said.getvalue(), warned.getvalue()


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "citybrain.config.settings"
    steps = json.load(sys.stdin)
    json.dump([answer(words, environment) for words, environment in steps], sys.stdout)
