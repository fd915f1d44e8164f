"""Attachments: ``POST upload`` as multipart, one answer per file. The files are not kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulators.common.web import SimRequest
from simulators.quickbooks import faults, jsontext, operations, refusals
from simulators.quickbooks.company import Company, Writer
from simulators.quickbooks.entities.registry import BY_NAME

_METADATA, _CONTENT = "file_metadata_", "file_content_"


def answer_text(company: Company, request: SimRequest, writer: Writer) -> str:
    """Return the value of ``AttachableResponse`` as JSON text. HTTP 200 even if all fail.

    Raises:
        Refusal: 2010 if the request is no upload.
    """
    parts: dict[str, Any] = {**request.form.to_dict(), **request.files.to_dict()}
    names = sorted(name for name in parts if name.startswith(_CONTENT))
    if not names:
        raise faults.malformed_body("file_content")
    answers = []
    for name in names:
        held = parts.get(_METADATA + name.removeprefix(_CONTENT), "{}")
        text = held if isinstance(held, str) else held.read()
        try:
            answers.append(_stored(company, jsontext.loads(text), writer))
        except ValueError as error:
            raise faults.malformed_body(f"Unexpected character: {error}") from error
        except faults.Refusal as refusal:
            answers.append(f'{{"Fault":{jsontext.dumps(refusal.fault())}}}')
    return f"[{','.join(answers)}]"


def _stored(company: Company, metadata: Mapping[str, Any], writer: Writer) -> str:
    for link in metadata.get("AttachableRef", ()):
        target = link.get("EntityRef") or {}
        kind, pointed = str(target.get("type", "")), str(target.get("value", ""))
        # Types are written in any case by clients; the recorded text has the entity's own.
        known = next((name for name in BY_NAME if name.lower() == kind.lower()), kind)
        if known not in BY_NAME or company.find(known, pointed) is None:
            raise refusals.linked_missing(known, pointed)
    record = operations.write(company, BY_NAME["Attachable"], metadata, writer)
    return f'{{"Attachable":{record.json_text()}}}'
