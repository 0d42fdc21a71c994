"""What a command writes into the home, nobody else on the machine reads."""

import os
import subprocess
import sys
from pathlib import Path

from tests.city.tiny import FILES


def _command(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "citybrain.config.main", *words],
        env={**os.environ, "CITYBRAIN_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        umask=0o022,
    )


def test_only_its_owner_reads_what_lies_in_a_home(tmp_path: Path) -> None:
    city, home = tmp_path / "city", tmp_path / "home"
    for file, content in FILES.items():
        (city / file).parent.mkdir(parents=True, exist_ok=True)
        (city / file).write_text(content, encoding="utf-8")
    applied = _command(home, "apply", str(city))
    assert applied.returncode == 0, applied.stderr
    opened = [home, *(path for path in home.rglob("*") if path.is_dir())]
    databases = [path for path in home.rglob("*.sqlite3*") if path.is_file()]
    assert databases
    assert [p.name for p in (*opened, *databases) if p.stat().st_mode & 0o077] == []
    assert "can be opened by everybody" not in _command(home, "doctor").stdout
    home.chmod(0o755)
    told = _command(home, "doctor")
    assert told.returncode == 1
    assert "can be opened by everybody" in told.stdout
