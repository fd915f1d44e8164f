"""The id_token and the key it is signed with: made when first asked for, not kept on disk."""

from __future__ import annotations

import base64
import json
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_KEY_ID = "simulator-1"


class Signer:
    """Signs with RS256."""

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwks(self) -> dict[str, Any]:
        """Return the public key as a key set."""
        numbers = self._key.public_key().public_numbers()
        return {
            "keys": [
                {
                    "kty": "RSA",
                    "use": "sig",
                    "alg": "RS256",
                    "kid": _KEY_ID,
                    "e": _number(numbers.e),
                    "n": _number(numbers.n),
                }
            ]
        }

    def token(self, claims: dict[str, Any]) -> str:
        """Return the claims as a signed token."""
        head = _text(json.dumps({"kid": _KEY_ID, "alg": "RS256"}).encode())
        body = _text(json.dumps(claims).encode())
        signed = f"{head}.{body}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_text(signature)}"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _text(value.to_bytes((value.bit_length() + 7) // 8, "big"))
