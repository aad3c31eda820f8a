"""Aurora's back office, called as the product calls it, at one moment in November."""

import dataclasses
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.workspace import Workspace
from tools import Context, Result
from tools.loading import load

AURORA = Path(__file__).parents[2] / "examples" / "aurora"
TOOLS, _ = load(Workspace(AURORA))
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))  # a Tuesday
OF_ONE_ORDER = [name for name, tool in TOOLS.items() if "order_id" in tool.parameters["properties"]]
WRITES = [name for name, tool in TOOLS.items() if tool.effect == "write"]
MORE: dict[str, dict[str, str]] = {
    "change_address": {"address": "Rua Nova, 45, Recife", "cep": "50010-000"},
    "exchange_item": {"item": "AU-141", "wanted": "GG"},
    "exchange_choices": {"item": "AU-141"},
    "request_return": {"item": "all"},
    "report_missing": {"item": "AU-141"},
    "report_wrong": {"item": "AU-141"},
    "report_defect": {"item": "AU-141", "photo": "zip.jpg"},
}
"""What a tool takes besides an order."""

Ask = Callable[..., Any]


def context(tmp_path: Path, customer: str | None, **given: Any) -> Context:
    known = Context(
        workspace_id="aurora",
        conversation_id="conversation_1",
        turn_id="turn_1",
        customer_id="customer_1",
        external_id=customer,
        verification="verified",
        language="en",
        now=NOON,
        data_dir=tmp_path,
    )
    return dataclasses.replace(known, **given)


def called(name: str, given: Context, **arguments: Any) -> Result:
    result = TOOLS[name].function(**arguments, context=given)
    assert isinstance(result, Result)
    return result


def sell_out(tmp_path: Path, name: str, left: int = 0) -> None:
    """Leave so many of each size of a product."""
    (file,) = tmp_path.glob("*.sqlite")
    with closing(sqlite3.connect(file)) as shop:
        rows = [json.loads(record) for (record,) in shop.execute("SELECT record FROM products")]
        row = next(row for row in rows if row["name"]["en"] == name)
        row["stock"] = dict.fromkeys(row["stock"], left)
        changed = (json.dumps(row), row["product_id"])
        shop.execute("UPDATE products SET record = ? WHERE product_id = ?", changed)
        shop.commit()
