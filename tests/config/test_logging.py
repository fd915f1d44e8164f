"""No secret gets into a log line, and what is no secret stays readable."""

from __future__ import annotations

import io
import logging

import pytest
from cryptography.fernet import Fernet

from config.logging import RedactingFormatter, redact

SECRET = "hunter2hunter2hunter2"


@pytest.mark.parametrize(
    "line",
    [
        f"Authorization: Bearer {SECRET}",
        f"headers={{'Authorization': 'Bearer {SECRET}', 'Accept': 'json'}}",
        f"Authorization: Basic {SECRET}==",
        f'{{"access_token": "{SECRET}", "expires_in": 3600}}',
        f"{{'refresh_token': '{SECRET}'}}",
        f"grant_type=refresh_token&refresh_token={SECRET}&x=1",
        f"client_secret={SECRET}",
        f"x_client_secret: {SECRET}",
        f"GET /oauth/callback?code={SECRET}&state=abc HTTP/1.1",
        f"GET /oauth/callback?realmId=1&state={SECRET} HTTP/1.1",
        f"password={SECRET}",
        f"Cookie: tandem_session={SECRET}",
        f"postgresql://tandem:{SECRET}@db/tandem",
        f"redis://:{SECRET}@cache:6379/0",
        f"token pat-na1-{SECRET}",
        f"RT1-{SECRET}",
        f"AB11{SECRET}",
        f"eyJhbGciOiJkaXIi.{SECRET}..{SECRET}.x",
    ],
)
def test_a_secret_is_hidden(line):
    assert SECRET not in redact(line)
    assert "[hidden]" in redact(line)


def test_a_value_encrypted_at_rest_is_hidden():
    value = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    assert value not in redact(f"stored {value}")


@pytest.mark.parametrize(
    "line",
    [
        "run 12: 3 created, 2 failing",
        "GET /admin/syncapp/recordlink/?state__exact=failing 200",
        "request id 8f1c2d3e-1111-2222-3333-444455556666",
        "invalid_grant: the token expired",
        "http://127.0.0.1:8101/crm/v3/objects/contacts?limit=100&after=200",
        "Customer 58 SyncToken 3",
    ],
)
def test_what_is_no_secret_stays(line):
    if "state__exact" in line:
        assert "failing" in redact(line)
    else:
        assert redact(line) == line


def make_logger(name):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter("%(message)s"))
    logger = logging.getLogger(name)
    logger.handlers, logger.propagate = [handler], False
    return logger, stream


def test_arguments_extras_and_tracebacks_are_covered():
    logger, stream = make_logger("tests.redaction")
    logger.warning(
        "got %s", {"access_token": SECRET}, extra={"run": 12, "header": f"Bearer {SECRET}"}
    )
    try:
        raise ValueError(f"refresh_token={SECRET}")
    except ValueError:
        logger.exception("failed")
    written = stream.getvalue()
    assert SECRET not in written
    assert "run=12" in written
    assert "ValueError" in written
