"""Which files may be sent along, told by their content: a name or a declared type is only a claim."""

MAX_FILES = 10
"""Files that one message may carry."""

_SIGNATURES = (
    ("image/png", b"\x89PNG\r\n\x1a\n", 0),
    ("image/jpeg", b"\xff\xd8\xff", 0),
    ("image/gif", b"GIF87a", 0),
    ("image/gif", b"GIF89a", 0),
    ("image/webp", b"WEBP", 8),
    ("image/heic", b"ftypheic", 4),
    ("image/heic", b"ftypheix", 4),
    ("image/heic", b"ftypmif1", 4),
    ("application/pdf", b"%PDF-", 0),
)
TYPES = (*dict.fromkeys(kind for kind, _, _ in _SIGNATURES), "text/plain")
"""No SVG and no HTML: a browser would run what stands in them."""


def media_type(content: bytes) -> str | None:
    """Give which of `TYPES` some bytes are; None: none of them."""
    for kind, signature, at in _SIGNATURES:
        if content[at : at + len(signature)] == signature:
            return kind
    return "text/plain" if _is_text(content) else None


def _is_text(content: bytes) -> bool:
    """Say whether it is plain text: no control characters, and no markup."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    markup = text.lstrip()[:1] == "<"
    return not markup and all(letter in "\t\n\r\f" or letter >= " " for letter in text)
