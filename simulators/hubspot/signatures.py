"""The signatures HubSpot puts on its calls, in three versions.

Pure functions; the published vectors are in the tests.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

#: the only escapes that are decoded in the URI before signing
_DECODED = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$", "%27": "'",
    "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip
_ESCAPE = re.compile("|".join(_DECODED), re.IGNORECASE)


def v1(secret: str, body: bytes) -> str:
    """CRM subscriptions: hex SHA-256 of secret and body."""
    return hashlib.sha256(secret.encode() + body).hexdigest()


def v2(secret: str, method: str, uri: str, body: bytes) -> str:
    """Workflows and cards: hex SHA-256 of secret, method, URI and body."""
    return hashlib.sha256(f"{secret}{method}{uri}".encode() + body).hexdigest()


def v3(secret: str, method: str, uri: str, body: bytes, timestamp: int) -> str:
    """Base64 of the HMAC-SHA256 over method, URI, body and the time in milliseconds."""
    decoded = _ESCAPE.sub(lambda found: _DECODED[found[0].upper()], uri)
    source = f"{method}{decoded}".encode() + body + str(timestamp).encode()
    return base64.b64encode(hmac.new(secret.encode(), source, hashlib.sha256).digest()).decode()
