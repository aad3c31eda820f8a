"""Routes: the demo's sign-in, and codes that the company delivers to its customers."""

from ipaddress import ip_address
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from core import audit
from core.access import Asserter
from core.database import Database, Tx
from core.errors import NotFound
from core.settings import Settings
from core.workspace import Workspace
from customers import Assertion
from customers.verification import CODE_MINUTES, TOKEN_HOURS, issue_code, secret, sign_token

router = APIRouter(tags=["customers"])

FORWARDED = ("forwarded", "via", "x-real-ip")


class DemoLogin(BaseModel):
    """Who to be."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"customer": "C-1"}]})

    customer: str = Field(max_length=200)
    """`id` of one of the workspace's `demo_customers`."""


class DemoSession(BaseModel):
    """What the page sends with its messages from now on."""

    token: str
    """Signed as the company would; good for an hour."""

    expires_in_s: int = TOKEN_HOURS * 3600
    customer: dict[str, Any]


class DemoCustomers(BaseModel):
    """Who one may be."""

    customers: list[dict[str, Any]]


class CodeRequest(BaseModel):
    """Which identity the code should prove."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "email", "value": "ana@example.com"}]}
    )

    kind: Literal["user", "email", "tel"] = "user"
    value: str = Field(min_length=1, max_length=200)


class Code(BaseModel):
    """The code, to be delivered by the company over a way that only this customer can read."""

    code: str
    expires_in_s: int = CODE_MINUTES * 60


def near(request: Request) -> bool:
    """Say whether the other end of the socket is this machine, and speaks for itself.

    A request that carries a proxy's headers was sent for somebody else, wherever the proxy runs.
    """
    forwarded = any(name in FORWARDED or name.startswith("x-forwarded") for name in request.headers)
    if forwarded or request.client is None:
        return False
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


async def _demo(request: Request) -> Workspace:
    """Give the demo's workspace; to everybody who may not use it there is nothing here."""
    workspace: Workspace = request.app.state.workspace
    settings: Settings = request.app.state.settings
    if not workspace.profile.demo or not (settings.demo or near(request)):
        raise NotFound("Not found.")
    return workspace


Demo = Annotated[Workspace, Depends(_demo)]


@router.get("/demo/customers")
async def demo_customers(workspace: Demo) -> DemoCustomers:
    """Give the customers a visitor of the demo may sign in as."""
    return DemoCustomers(customers=workspace.profile.demo_customers)


@router.post("/demo/login")
async def demo_login(login: DemoLogin, request: Request, workspace: Demo) -> DemoSession:
    """Sign in as a customer of the demo: gives the token that a real company would sign."""
    for customer in workspace.profile.demo_customers:
        if str(customer.get("id")) == login.customer:
            break
    else:
        raise NotFound(f"The demo has no customer {login.customer!r}; see GET /demo/customers.")
    key = secret(workspace, request.app.state.settings)
    assert key is not None, "a demo always has a secret"
    assertion = Assertion(
        external_id=login.customer,
        **{name: customer.get(name) for name in ("name", "email", "phone", "language")},
    )
    return DemoSession(token=sign_token(assertion, key), customer=customer)


@router.post("/customers/codes", status_code=201)
async def make_code(asked: CodeRequest, request: Request, caller: Asserter) -> Code:
    """Make a one-time code that proves an identity, for the company to deliver."""
    database: Database = request.app.state.database
    return Code(code=await database.writing(_issue, caller.workspace_id, caller.key_id, asked))


def _issue(tx: Tx, workspace_id: str, actor: str, asked: CodeRequest) -> str:
    code = issue_code(tx, workspace_id, asked.kind, asked.value)
    audit.append(
        tx,
        workspace_id=workspace_id,
        actor=actor,
        action="customer.code_issued",
        subject=f"identity:{asked.kind}",
    )
    return code
