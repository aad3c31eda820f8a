"""Every error Regente raises on purpose, and the HTTP status it becomes.

    RegenteError                 500
    ├── BadInput                 422  what was sent cannot be used
    │   └── TooLarge             413  ... because it is too long or too big
    ├── Unauthenticated          401  no key or token, or one we do not know
    ├── Forbidden                403  a known caller who may not do this
    ├── NotFound                 404
    ├── Conflict                 409  the thing has moved on meanwhile
    │   ├── LeaseLost            409  another process took the conversation over
    │   └── StaleTurn            409  newer messages or a person came; the draft is dropped
    ├── TooManyRequests          429  more than can be taken now; says when to try again
    ├── Unavailable              503  try again later; nothing was kept
    ├── WorkspaceError           500  a workspace file is wrong; raised at start-up
    ├── ChannelError             502  a provider refused a message
    │   └── ChannelUnclear       502  nobody knows whether it went out
    ├── ModelFailed              502  a model gave no usable answer
    └── ToolError                422
        ├── ToolRetry            422  the arguments can be mended: ask for them again
        ├── ToolUnknown          422  a write broke off: nobody knows whether it acted
        └── ToolFailed           422  final: tell the customer
            └── ToolNeedsVerification  422  she must first show who she is; nothing was looked at

Messages say what, which (`!r`) and what to do next; they are rendered once, in `server.py`, as
`{"error": "NotFound", "message": "..."}`.
"""


class RegenteError(Exception):
    """Something went wrong in Regente itself."""

    status = 500


class BadInput(RegenteError):
    """What was sent cannot be used."""

    status = 422


class TooLarge(BadInput):
    """What was sent is too long or too big."""

    status = 413


class Unauthenticated(RegenteError):
    """No key or token came with the request, or one that is not known."""

    status = 401


class Forbidden(RegenteError):
    """The caller is known and may not do this."""

    status = 403


class NotFound(RegenteError):
    """There is no such thing, or none that this caller may know of."""

    status = 404


class Conflict(RegenteError):
    """The thing has moved on since the caller looked."""

    status = 409


class LeaseLost(Conflict):
    """Another process holds the conversation now; whatever this one prepared is dropped."""


class StaleTurn(Conflict):
    """Newer messages or a person came while the turn ran; its draft is dropped."""


class TooManyRequests(RegenteError):
    """More than can be taken now; it may be sent again in `retry_after_s` seconds."""

    status = 429

    def __init__(self, message: str, *, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(RegenteError):
    """Nothing was kept; try again later."""

    status = 503


class WorkspaceError(RegenteError):
    """A workspace file is wrong; the message names file, place and mend."""


class ChannelError(RegenteError):
    """A provider refused a message; `permanent` means that trying again is useless."""

    status = 502

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class ChannelUnclear(ChannelError):
    """A request broke off, or its answer does not tell: the message may have gone out, or not."""


class ModelFailed(RegenteError):
    """A model gave no usable answer; `partial` is what of it had already been streamed."""

    status = 502

    def __init__(self, message: str, *, partial: str = "") -> None:
        super().__init__(message)
        self.partial = partial


class ToolError(RegenteError):
    """A tool did not do what it was asked; its message is read by models and by people."""

    status = 422


class ToolRetry(ToolError):
    """The arguments can be mended: the message says what to ask for, `argument` which of them it is."""

    def __init__(self, message: str, *, argument: str = "") -> None:
        super().__init__(message)
        self.argument = argument


class ToolUnknown(ToolError):
    """A write broke off or took too long: it may have acted, so nobody may say that it did not."""


class ToolFailed(ToolError):
    """Final: the message is what the customer may be told."""


class ToolNeedsVerification(ToolFailed):
    """The caller is not known surely enough; the same answer whatever exists, because nobody looked."""
