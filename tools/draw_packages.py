"""Draws the packages, top to bottom as they may import each other, with their lines of code: ``.github/packages.svg``.

python -m tools.draw_packages
"""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / ".github" / "packages.svg"
_COLOUR = "#33658a"


def main() -> None:
    packages = lines_by_package()
    PICTURE.write_text(drawn(packages), encoding="utf-8")
    print("| package | lines |\n|---|---|")
    for name, lines in packages.items():
        print(f"| {name} | {lines:,} |")
    print(f"| all | {sum(packages.values()):,} |")


def lines_by_package() -> dict[str, int]:
    """Lines of Python of each layer of the import contract, lowest layer first."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = [name.strip() for layer in contract["contracts"][0]["layers"] for name in layer.split("|")]
    return {name.removeprefix("assistant."): _lines(ROOT / Path(*name.split("."))) for name in reversed(layers)}


def _lines(place: Path) -> int:
    files = place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)


def drawn(packages: dict[str, int]) -> str:
    """An SVG: a bar for each package, as long as its code."""
    row, left, widest = 26, 110, 420
    most, rows = max(packages.values()), []
    for number, (name, lines) in enumerate(packages.items()):
        top, width = 10 + row * number, max(2, round(widest * lines / most))
        rows.append(f'<text x="{left - 8}" y="{top + 14}" text-anchor="end">{name}</text>')
        rows.append(f'<rect x="{left}" y="{top}" width="{width}" height="18" fill="{_COLOUR}"/>')
        rows.append(f'<text x="{left + width + 6}" y="{top + 14}">{lines:,}</text>')
    height = 34 + row * len(packages)
    note = (
        f'<text x="{left}" y="{height - 8}" fill="#777">each imports only from those above it; lines of Python</text>'
    )
    size = f'width="620" height="{height}" font-family="sans-serif" font-size="13"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    paper = '<rect width="100%" height="100%" fill="white"/>'
    return "\n".join([head, paper, *rows, note, "</svg>"]) + "\n"


if __name__ == "__main__":
    main()
