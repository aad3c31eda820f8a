"""Articles: what is read from Markdown, how it is cut, and what is refused."""

import time
from datetime import date
from pathlib import Path

import pytest

from core.errors import WorkspaceError
from core.workspace import Workspace
from knowledge.articles import LONG, MAX_BYTES, Article, articles


def read(folder: Path, text: str | bytes, name: str = "en/fees.md") -> Article:
    """Write one article into a workspace and read it back."""
    (folder / "workspace.yaml").write_text("id: bank\nname: Bank\n")
    path = folder / "knowledge" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (article,) = articles(Workspace(folder))
    return article


class TestAnArticle:
    def test_is_cut_at_its_headings_and_titled_by_the_way_to_them(self, tmp_path: Path) -> None:
        article = read(
            tmp_path,
            "# Fees\nNone for most.\n## Abroad\nTwo percent.\n### Cash\nFive reais.\n## At home\nFree.",
        )
        assert [(piece.title, piece.text) for piece in article.pieces] == [
            ("Fees", "None for most."),
            ("Fees › Abroad", "Two percent."),
            ("Fees › Abroad › Cash", "Five reais."),
            ("Fees › At home", "Free."),
        ]

    def test_has_its_footnotes_where_they_are_pointed_to(self, tmp_path: Path) -> None:
        article = read(
            tmp_path,
            "# Fees\n| Cash | 5 reais[^c] |\n\n## Abroad\nTwo percent.[^9]\n\n[^c]: Free on\n  Sundays.\n",
        )
        assert [piece.text for piece in article.pieces] == [
            "| Cash | 5 reais |\n\nFree on Sundays.",
            "Two percent.[^9]",
        ]

    def test_has_no_passage_of_bare_headings(self, tmp_path: Path) -> None:
        article = read(tmp_path, "# Fees\n\n## Abroad\n\n### Cash\nFive reais.\n\n## Nothing yet\n")
        assert [piece.text for piece in article.pieces] == ["Five reais."]

    def test_needs_no_front_matter_and_no_heading(self, tmp_path: Path) -> None:
        article = read(tmp_path, "Transfers take a day.", "en/deep/er/transfers.md")
        assert (article.front.title, article.source_id) == ("transfers", "en/deep/er/transfers.md")
        assert article.front.audience == "customer"

    def test_keeps_the_day_it_was_last_gone_over(self, tmp_path: Path) -> None:
        article = read(tmp_path, "---\nupdated: 2023-08-14\n---\nFees are ten reais.")
        assert article.front.updated == date(2023, 8, 14)

    def test_is_read_with_the_marks_that_editors_on_windows_leave(self, tmp_path: Path) -> None:
        text = "---\r\ntitle: Fees\r\n---\r\nFree.\r\n\r\n## Abroad\r\nTwo percent.\r\n"
        article = read(tmp_path, b"\xef\xbb\xbf" + text.encode())
        assert [piece.title for piece in article.pieces] == ["Fees", "Fees › Abroad"]

    def test_keeps_lists_tables_and_code_whole(self, tmp_path: Path) -> None:
        rows = "\n".join(f"| City {number} | {number} days |" for number in range(120))
        items = "\n".join(f"- condition number {number} of this list" for number in range(80))
        code = "```\n# not a heading\nrun\n```"
        article = read(
            tmp_path, f"# Times\nBy city:\n\n{rows}\n\n## Conditions\n{items}\n\n## Code\n{code}"
        )
        texts = [piece.text for piece in article.pieces]
        assert texts == [f"By city:\n\n{rows}", items, code]

    def test_is_cut_where_it_is_too_long_to_quote(self, tmp_path: Path) -> None:
        sentences = [
            f"Sentence number {number} says something of its own." for number in range(200)
        ]
        article = read(tmp_path, "# Long\n" + " ".join(sentences))
        assert len(article.pieces) > 5
        assert all(len(piece.text) <= LONG for piece in article.pieces)
        assert " ".join(piece.text for piece in article.pieces) == " ".join(sentences)

    def test_keeps_the_ids_of_what_did_not_change(self, tmp_path: Path) -> None:
        before = read(tmp_path, "# Fees\nFree.\n## Abroad\nTwo percent.\n## Cash\nFive reais.")
        after = read(tmp_path, "# Fees\nFree.\n## Abroad\nThree percent.\n## Cash\nFive reais.")
        ids = [[piece.passage_id for piece in article.pieces] for article in (before, after)]
        assert [old == new for old, new in zip(*ids, strict=True)] == [True, False, True]


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("---\ntitle: Fees\n", "no closing line"),
            ("---\ntitle: [Fees\n---\n", "not YAML"),
            ("---\n" + "[" * 5_000 + "\n---\n", "not YAML"),
            ("---\n- Fees\n---\n", "name: value"),
            ("---\nvalid_until: 2026-13-01\n---\n", "valid_until|not YAML"),
            ("---\naudience: everyone\n---\n", "audience"),
            ("---\nquestion: how?\n---\n", "question"),
            ("---\nquestions: how?\n---\n", "questions"),
            (b"\xff\xfe\x00F", "UTF-8"),
            ("x" * (MAX_BYTES + 1), "larger"),
        ],
    )
    def test_is_named_with_its_file(self, tmp_path: Path, text: str | bytes, reason: str) -> None:
        with pytest.raises(WorkspaceError, match=reason) as raised:
            read(tmp_path, text)
        assert "fees.md" in str(raised.value)

    @pytest.mark.parametrize(
        "line", ["# a" + " " * 300_000 + "b", "#" * 300_000, "| " * 150_000, "- \n" * 100_000]
    )
    def test_takes_no_longer_the_more_hostile_it_is(self, tmp_path: Path, line: str) -> None:
        began = time.perf_counter()
        read(tmp_path, f"# Fees\n{line}\n")
        assert time.perf_counter() - began < 2

    def test_in_a_language_that_is_not_spoken_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "knowledge" / "fr").mkdir(parents=True)
        (tmp_path / "knowledge" / "fr" / "frais.md").write_text("---\nbroken")
        assert read(tmp_path, "Free.").source_id == "en/fees.md"
