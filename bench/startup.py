"""Start-up times of the command beside a bare interpreter, in the same run.

    .venv/bin/python bench/startup.py [--home var]

Budgets: ``citybrain --help`` at most 0.3 s, ``citybrain status`` at most 1 s.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

COMMAND = Path(sys.executable).with_name("citybrain")


def seconds(command: list[str], runs: int) -> list[float]:
    """Wall seconds of whole processes, one warm-up not counted."""
    taken = []
    for turn in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=False, env=os.environ)
        if turn:
            taken.append(time.perf_counter() - start)
    return taken


def main() -> None:
    """Print minimum, median and maximum of each, and the ratio to a bare interpreter."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", default=os.environ.get("CITYBRAIN_HOME", "var"))
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    bare = [sys.executable, "-c", "pass"]
    jobs: dict[str, list[str]] = {
        "python -c pass": bare,
        "citybrain --help": [str(COMMAND), "--help"],
    }
    if Path(options.home, "applied").exists():
        jobs["citybrain status"] = [str(COMMAND), "status", "--home", options.home]
    peer = 0.0
    for name, command in jobs.items():
        taken = seconds(command, options.runs)
        middle = statistics.median(taken)
        peer = peer or middle
        print(
            f"{name:18} min {min(taken):.3f} s  median {middle:.3f} s  max {max(taken):.3f} s"
            f"  ratio to bare python {middle / peer:.1f}"
        )


if __name__ == "__main__":
    main()
