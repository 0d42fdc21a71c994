"""What a walk looks for in the browser: findings of axe, sideways scroll, console errors."""

import os
from pathlib import Path
from typing import Any

AXE = Path(__file__).parent / "vendor" / "axe-core" / "4.14.1" / "axe.min.js"
CHROMIUM = os.environ.get("CITYBRAIN_CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOUR = ["color-contrast", "link-in-text-block"]  # the rules that look at colours
WIDE, NARROW = (1440, 900), (390, 844)


def axe(page: Any, rules: list[str] | None = None) -> list[str]:
    """Violations on the page as one line each: rule, impact, and where; of some rules only."""
    # Evaluated, not added as a script element: the page's own policy would refuse that.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        # Only what is wrong is described; describing all that is right takes most of the time.
        "only => axe.run(document, {runOnly: only, resultTypes: ['violations']})",
        {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES},
    )
    return [
        f"{one['id']} ({one['impact']}): {node['target']} {node['html'][:160]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def sideways(page: Any) -> int:
    """How many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(width, 0)


def misdrawn(page: Any) -> list[str]:
    """Shapes of pictures that a style draws in another place or size than their numbers say."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("svg :is(rect, circle)")].flatMap((shape) =>
          ["x", "y", "width", "height", "cx", "cy", "r"].filter((name) => {
            const said = shape.getAttribute(name);
            return said && !said.includes("%")
              && Math.abs(parseFloat(getComputedStyle(shape)[name]) - parseFloat(said)) > 0.6;
          }).map((name) => `${shape.outerHTML.slice(0, 120)} ${name}`))"""
    )
    return found


def beyond(page: Any, selector: str) -> int:
    """How many of these lie outside of what can be seen of the box that they scroll in."""
    found: int = page.evaluate(
        """(all) => [...document.querySelectorAll(all)].filter((one) => {
          const at = one.getBoundingClientRect();
          const box = one.closest(".tw").getBoundingClientRect();
          return at.left < box.left - 1 || at.right > box.right + 1;
        }).length""",
        selector,
    )
    return found


def shoot(page: Any, name: str) -> None:
    """Keep a picture where ``CITYBRAIN_SCREENSHOTS`` says, if it says so."""
    folder = os.environ.get("CITYBRAIN_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
