"""Text that is encrypted at rest with rotatable keys; not what is kept in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:  # the runtime class takes no type arguments
    _TextField = models.TextField


def cipher() -> MultiFernet:
    """The configured keys: the first encrypts, all of them decrypt."""
    return MultiFernet([Fernet(key) for key in settings.TANDEM_ENCRYPTION_KEYS])


class EncryptedTextField(_TextField):
    """Text stored encrypted (Fernet). A value that no key can read comes back as "".

    A lost key must lead to "Reconnect", never to a crash: the reader of an empty token asks
    for a new consent. Models with such fields are saved with ``update_fields`` so that an
    unreadable value is never overwritten by accident.
    """

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        """Decrypt what the database holds."""
        if not value:
            return value
        try:
            return cipher().decrypt(value.encode()).decode()
        except InvalidToken:
            return ""

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt what is to be stored."""
        prepared = super().get_prep_value(value)
        return cipher().encrypt(str(prepared).encode()).decode() if prepared else prepared
