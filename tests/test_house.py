"""The rules of the house that are not one folder's: imports, names, settings, words, places."""

import ast
import importlib
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from fastapi import APIRouter
from pydantic import SecretStr

from core.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BESIDE = {"tests", "examples", "docs", "bench", "console"}
"""Folders that are no part of the order of imports. `console` and `bench` have rules of their own."""

FOLDERS = sorted(path.parent.name for path in ROOT.glob("[a-z]*/__init__.py"))
PRODUCT = [name for name in FOLDERS if name not in BESIDE]


@cache
def committed() -> tuple[Path, ...]:
    """Give every file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0 and listed.stdout:
        files = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        skipped = {"__pycache__", "data"}
        files = [
            path
            for path in ROOT.rglob("*")
            if not any(
                part in skipped or (part.startswith(".") and part != ".ci")
                for part in path.relative_to(ROOT).parts[:-1]
            )
        ]
    return tuple(sorted(path for path in files if path.is_file()))


@cache
def texts() -> dict[Path, str]:
    """Give the committed files that are text."""
    found = {}
    for path in committed():
        try:
            found[path.relative_to(ROOT)] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """Give the product's modules, parsed."""
    for path, text in texts().items():
        if path.suffix == ".py" and (path.parts[0] in PRODUCT or path.name == "server.py"):
            yield path, ast.parse(text)


class TestImports:
    def test_only_point_down(self) -> None:
        done = subprocess.run(
            [Path(sys.executable).parent / "lint-imports", "--no-cache"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def test_are_ruled_for_every_folder(self) -> None:
        rules = PROJECT["tool"]["importlinter"]
        down, wiring = rules["contracts"]
        assert sorted(rules["root_packages"]) == PRODUCT
        assert sorted(down["layers"]) == PRODUCT
        assert sorted(wiring["source_modules"]) == PRODUCT

    def test_are_of_what_the_project_declares(self) -> None:
        imported = {
            name: path
            for path, module in sources()
            for name in _imported(module)
            if name not in sys.stdlib_module_names and name not in FOLDERS and name != "server"
        }
        declared = {_normal(name) for name in PROJECT["project"]["dependencies"]}
        owners = importlib.metadata.packages_distributions()
        missing = {
            f"{name} (in {path})"
            for name, path in imported.items()
            if not declared & {_normal(owner) for owner in owners.get(name, [])}
        }
        assert not missing, "not in pyproject's dependencies"

    def test_use_everything_that_the_project_declares(self) -> None:
        by_name = {
            "psycopg": "the driver in a database's URL",
            "uvicorn": "the server, also by its command",
        }
        owners = importlib.metadata.packages_distributions()
        used = {
            _normal(owner)
            for _, module in sources()
            for name in _imported(module)
            for owner in owners.get(name, [])
        }
        declared = {_normal(name) for name in PROJECT["project"]["dependencies"]}
        assert declared - used - by_name.keys() == set(), "nobody imports these"


def _imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _normal(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name
    return re.sub(r"[-_.]+", "-", name.group()).lower()


class TestNames:
    def test_of_our_folders_belong_to_no_installed_distribution(self) -> None:
        owners = importlib.metadata.packages_distributions()
        taken = {
            name: owners[name]
            for name in [*PRODUCT, "server"]
            if set(owners.get(name, [])) - {PROJECT["project"]["name"]}
        }
        assert not taken, "installed packages would hide, or be hidden by, our folders"

    @pytest.mark.parametrize("folder", FOLDERS)
    def test_of_a_folder_are_imported_from_this_checkout(self, folder: str) -> None:
        package = importlib.import_module(folder)
        assert Path(package.__path__[0]).resolve() == ROOT / folder

    @pytest.mark.parametrize("folder", PRODUCT)
    def test_of_a_folder_come_with_a_sentence_on_what_it_is(self, folder: str) -> None:
        module = ast.parse((ROOT / folder / "__init__.py").read_text(encoding="utf-8"))
        first = (ast.get_docstring(module) or "").partition("\n")[0]
        # LangGraph Studio imports `graph` for its modules only; its contract is `graph.builder`.
        assert first.endswith((".", ":")) or folder == "graph"


class TestSettings:
    def test_are_explained_one_by_one_in_the_example(self) -> None:
        assert (ROOT / ".env.example").read_text(encoding="utf-8") == example(), (
            "write it anew: make example"
        )

    def test_of_the_example_are_the_defaults(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in [name for name in os.environ if name.startswith("REGENTE_")]:
            monkeypatch.delenv(name)
        monkeypatch.chdir(tmp_path)
        defaults = Settings()
        lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
        given = [line[1:] for line in lines if re.match(r"#REGENTE_\w+=.", line)]
        (tmp_path / ".env").write_text("\n".join(given), encoding="utf-8")
        assert Settings() == defaults

    def test_have_no_secret_as_default(self) -> None:
        for name, field in Settings.model_fields.items():
            if re.search("secret|key|password|token", name):
                assert field.default is None or name.endswith("_env"), name


def example() -> str:
    """Give what `.env.example` holds: every setting, its explanation and its default."""
    module = ast.parse((ROOT / "core" / "settings.py").read_text(encoding="utf-8"))
    (settings,) = (
        node for node in module.body if isinstance(node, ast.ClassDef) and node.name == "Settings"
    )
    lines = ["# Copy to `.env`, or set in the environment; what stands here are the defaults.", ""]
    for field, said in zip(settings.body, settings.body[1:], strict=False):
        if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)):
            continue
        assert isinstance(said, ast.Expr), f"{field.target.id} has no explanation"
        words = " ".join(ast.literal_eval(said.value).split())
        lines += [f"# {words}", f"#REGENTE_{field.target.id.upper()}={_default(field.target.id)}"]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _default(name: str) -> str:
    value = Settings.model_fields[name].get_default(call_default_factory=True)
    if value is None or isinstance(value, SecretStr):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple | dict | set):
        return json.dumps(value)
    return str(value)


SHOP = ROOT / "examples" / "aurora"
PLACE = "examples/aurora"
"""Where the demo lies may be said: it is what is served when nothing else is named."""

SHOP_WORDS = {"boleto", "pix", "parcelamento"}
GENERAL = {
    "bolsa": "also the stock exchange, in Portuguese",
    "bota": "also 'puts', in Portuguese",
    "card": "also an agent's card",
    "set": "also a kind of collection",
    "jogo": "also a game",
}
"""Words of the shop that are everybody's."""

BANK = Path("models/embedded/bank")
"""What any company's customers write of goods and payment; never of the demo's people or numbers."""

DICTIONARIES = {Path("models/embedded/data/gloss.yaml"), Path("desk/writing/words.yaml")}
"""Words of a language, so that the goods of every shop are among them; never the demo's names."""


def shop_names() -> set[str]:
    """Collect the names only the demo company has: its own, its assistant's and its people's."""
    profile = yaml.safe_load((SHOP / "workspace.yaml").read_text(encoding="utf-8"))
    people = {person["name"].lower() for person in profile["demo_customers"]}
    return people | {profile[key].lower() for key in ("id", "name", "assistant")}


def shop_words() -> list[str]:
    """Collect what only the demo company would say: its names, goods, numbers, tools and procedures."""
    goods = json.loads((SHOP / "data" / "products.json").read_text(encoding="utf-8"))
    orders = json.loads((SHOP / "data" / "orders.json").read_text(encoding="utf-8"))
    words = shop_names() | SHOP_WORDS
    words |= {item["item"].split()[0] for item in goods}
    words |= {item["name"]["en"].split()[-1].strip("()") for item in goods if "(" not in str(item)}
    words |= {order["payment"] for order in orders}
    words |= {path.stem for path in (SHOP / "journeys").glob("*.yaml")}
    words |= {key for thing in (orders[0], goods[0]) for key in thing if key.endswith("_id")}
    for path in (SHOP / "tools").glob("*.py"):
        module = ast.parse(path.read_text(encoding="utf-8"))
        words |= {
            node.name
            for node in module.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and any(ast.unparse(mark).startswith("tool") for mark in node.decorator_list)
        }
    return sorted({word.lower() for word in words} - GENERAL.keys() - {"customer_id"})


@cache
def shop_numbers() -> list[str]:
    """Give the forms of the shop's numbers, such as those of its orders."""
    forms = set()
    for name, key in (
        ("orders", "order_id"),
        ("products", "product_id"),
        ("customers", "customer_id"),
    ):
        things = json.loads((SHOP / "data" / f"{name}.json").read_text(encoding="utf-8"))
        forms |= {re.sub(r"\d+$", r"\\d{3,}", thing[key]) for thing in things}
    return sorted(forms)


class TestWords:
    def test_of_the_shop_are_many_and_found_where_they_are(self) -> None:
        words = shop_words()
        assert len(words) > 40
        assert {"aurora", "lia", "boleto", "order_status", "order_id", "camiseta"} <= set(words)
        found = _says(
            words, "@tool\ndef order_status(order_id): 'Find the order A-1042 of Aurora.'"
        )
        assert {word.lower() for word in found} == {"order_status", "order_id", "a-1042", "aurora"}
        found = _says(sorted(shop_names()), "The boleto of A-1042, Lia: I bought it at Aurora.")
        assert {word.lower() for word in found} == {"a-1042", "lia", "aurora"}

    def test_of_the_shop_are_not_in_the_product(self) -> None:
        words, names = shop_words(), sorted(shop_names())
        said = {
            str(path): sorted(found)
            for path, text in texts().items()
            if path.parts[0] in PRODUCT or path.name == "server.py"
            if path.suffix in {".py", ".md", ".yaml", ".json", ".js", ".html", ".css"}
            if (found := _says(names if path in DICTIONARIES or BANK in path.parents else words,
                              text.replace(PLACE, "")))
        }  # fmt: skip
        assert not said, "the product names the demo shop or its matters"


def _says(words: list[str], text: str) -> set[str]:
    lowered = text.lower()  # one pattern of all words takes a minute over all files
    forms = [re.escape(word) + r"s?" for word in words if word.lower() in lowered] + shop_numbers()
    return set(re.findall(rf"(?<![\w-])(?:{'|'.join(forms)})(?!\w)", text, re.IGNORECASE))


class TestFiles:
    def test_name_no_place_to_install_from(self) -> None:
        installers = {"pyproject.toml", "Makefile", "run", "Dockerfile", "compose.yaml"}
        named = {
            str(path): found
            for path, text in texts().items()
            if path.name in installers or path.suffix == ".lock"
            if (found := re.findall(r"https?://[\w.-]*\.[a-z]{2,}|--(?:extra-)?index|--find", text))
        }
        assert not named

    def test_name_no_place_of_the_machine_they_were_made_on(self) -> None:
        places = {str(ROOT), str(Path.home()), *os.environ.get("PIP_FIND_LINKS", "").split()}
        places = {place for place in places if place.count("/") > 1 or place == str(ROOT)}
        named = {
            str(path): place for path, text in texts().items() for place in places if place in text
        }
        assert not named
        private = {
            str(path): found
            for path, text in texts().items()
            if path.parts[0] != "examples" and (found := re.findall(r"/(?:home|Users)/\w+/", text))
        }
        assert not private

    @pytest.mark.parametrize(
        "lock", ["requirements.lock", "requirements-dev.lock", "requirements-minilm.lock"]
    )
    def test_that_lock_hold_versions_and_hashes_only(self, lock: str) -> None:
        text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
        for line in text.splitlines():
            assert re.fullmatch(
                r"[\w.-]+(\[[\w,-]+\])?==[\w.+!-]+( ;[^;#:@]+?)?(\s+--hash=sha256:[0-9a-f]{64})+",
                line.rstrip(),
            ), line[:80]

    def test_that_lock_agree_with_each_other_and_hold_every_dependency(self) -> None:
        product, development = (
            dict(
                re.findall(
                    r"^([\w.-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / lock).read_text(), re.MULTILINE
                )
            )
            for lock in ("requirements.lock", "requirements-dev.lock")
        )
        assert product.items() <= development.items()
        assert {_normal(name) for name in PROJECT["project"]["dependencies"]} <= product.keys()
        wanted = PROJECT["dependency-groups"]["dev"]
        assert {_normal(name) for name in wanted} <= development.keys()
        assert not any(name.startswith("langgraph-cli") for name in product), "not for the product"

    def test_that_record_decisions_fit_on_a_page(self) -> None:
        records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
        assert [path.name[:4] for path in records] == [
            f"{number:04}" for number in range(1, len(records) + 1)
        ]
        for path in records:
            text = path.read_text(encoding="utf-8")
            assert len(text.splitlines()) <= 40, path.name
            for heading in ("## Context", "## Decision", "## Consequences"):
                assert heading in text, path.name


@pytest.mark.parametrize(
    "folder", sorted(path.parent.name for path in ROOT.glob("*/http.py")), ids=str
)
class TestEveryHttpModule:
    def test_offers_a_router_with_described_routes(self, folder: str) -> None:
        router = importlib.import_module(f"{folder}.http").router
        assert isinstance(router, APIRouter)
        assert router.routes
        for route in router.routes:
            endpoint = getattr(route, "endpoint", None)
            assert endpoint is None or (endpoint.__doc__ or "").strip(), f"{route} has no docstring"

    def test_is_part_of_the_server(self, folder: str) -> None:
        server = importlib.import_module("server")
        router = importlib.import_module(f"{folder}.http").router
        assert any(found is router for found in server.routers())


if __name__ == "__main__":
    sys.stdout.write(example())
