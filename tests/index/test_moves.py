"""Articles that move, and repetition that follows what comes and what leaves."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from assistant.index import portions
from tests.index.syncing import opened, story, sync, titles

PLEA = "Our reporters rely on readers across the whole of this region for everything that they publish each week."
SUBJECTS = ("anglers", "bakers", "carpenters", "dancers", "engravers", "farmers", "gardeners")


@pytest.fixture
def village(tmp_path: Path) -> Path:
    """Seven stories with the same plea, which counts as repeated from six on."""
    place = tmp_path / "village"
    place.mkdir()
    for subject in SUBJECTS:
        write(place, subject)
    return place


def write(folder: Path, subject: str) -> None:
    words = f"{subject} of the valley met on day {len(subject)} to talk about {subject} elsewhere"
    paragraphs = (f"The {words}, said {name} of the {subject}." for name in ("Ann", "Ben", "Cem"))
    text = "\n\n".join([f"{subject.title()} Meet in the Valley", *paragraphs, PLEA])
    (folder / f"{subject}.txt").write_text(text, encoding="utf-8")


def with_plea(store: Path) -> int:
    """How many articles hold the plea."""
    with closing(opened(store)) as index:
        catalogue = index.view().catalogue
        return sum(PLEA in catalogue.text(article_id) for article_id in catalogue.article_ids())


def test_a_file_that_takes_over_the_name_of_one_that_moved_loses_neither(folder: Path, store: Path) -> None:
    sync(folder, store)
    (folder / "poetry.txt").rename(folder / "poetry.1.txt")  # as logs are rotated
    (folder / "poetry.txt").write_text(story("music"), encoding="utf-8")
    assert sync(folder, store).articles == 4
    assert titles(store) == {"fishing", "railways", "poetry", "music"}
    assert sync(folder, store).unchanged == 4


def test_what_repeats_no_longer_is_part_of_the_articles_again(village: Path, store: Path) -> None:
    sync(village, store)
    assert with_plea(store) == 0
    for subject in SUBJECTS[:5]:
        (village / f"{subject}.txt").unlink()
    sync(village, store)
    assert with_plea(store) == 2


def test_a_copy_in_another_folder_changes_nothing_for_its_own(village: Path, store: Path, tmp_path: Path) -> None:
    (village / f"{SUBJECTS[0]}.txt").unlink()
    sync(village, store)
    other = tmp_path / "zoo"
    other.mkdir()
    copied = other / "copied.txt"
    copied.write_bytes((village / f"{SUBJECTS[1]}.txt").read_bytes())
    (other / "else.txt").write_text(story("chess"), encoding="utf-8")
    sync(other, store)
    copied.unlink()
    sync(other, store)
    write(village, "harvesters")
    sync(village, store)
    assert with_plea(store) == 0


@pytest.mark.parametrize("small", [1, 3, 100])
def test_what_is_replaced_does_not_count_as_repeating(
    village: Path, store: Path, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr(portions, "_PORTION", small)
    for subject in SUBJECTS[5:]:
        (village / f"{subject}.txt").unlink()
    sync(village, store)
    assert with_plea(store) == 5
    for subject in SUBJECTS[:2]:
        (village / f"{subject}.txt").write_text(story(subject), encoding="utf-8")
    write(village, "harvesters")
    assert sync(village, store).articles == 6
    assert with_plea(store) == 4


def test_a_sync_that_is_cut_short_among_articles_cleaned_anew_is_made_up_for(
    village: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portions, "_PORTION", 1)
    for subject in SUBJECTS[5:]:
        (village / f"{subject}.txt").unlink()
    sync(village, store)
    newcomer = "knitters"  # whose turn comes amid the others
    write(village, newcomer)
    real, published = portions.Portions._publish, set[str]()

    def until_the_newcomer(self: portions.Portions) -> None:
        if newcomer in published:
            raise KeyboardInterrupt
        published.update(Path(item.article.path).stem for item in self._prepared)
        real(self)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(portions.Portions, "_publish", until_the_newcomer)
        sync(village, store)
    assert with_plea(store) > 0
    sync(village, store)
    assert with_plea(store) == 0
