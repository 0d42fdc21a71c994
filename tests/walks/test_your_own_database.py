"""The page "your own database in ten minutes", command by command, as it stands in the docs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared import shared

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "your-own-database.md"
_SERVES = "citybrain up"  # it would not end; `test_up` has it


def commands() -> list[str]:
    """The page's shell commands, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line != _SERVES]


@pytest.mark.long
def test_every_command_of_the_page_works_and_says_what_the_page_says(tmp_path: Path) -> None:
    shutil.copy(shared("chinook", "Chinook_Sqlite.sqlite"), tmp_path / "chinook.sqlite")
    mine = {k: v for k, v in os.environ.items() if not k.startswith("CITYBRAIN_")}
    # The page's own PATH names the checkout; here it is wherever these tests run.
    mine["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{mine['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-c", "\n".join(commands())], cwd=tmp_path, env=mine, text=True,
        capture_output=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "read 15,607 = accepted 15,607 + quarantined 0" in done.stdout
    assert "No rows." in done.stdout
    assert "USA" in done.stdout
    masked, revealed = done.stdout.index("L***"), done.stdout.index("Luís")
    assert masked < revealed
    assert "may sign in with the password" in done.stdout
    # nothing of it tells where the database is
    assert "chinook.sqlite" not in "".join(
        path.read_text(encoding="utf-8") for path in (tmp_path / "my-city").rglob("*.y*ml")
    )
