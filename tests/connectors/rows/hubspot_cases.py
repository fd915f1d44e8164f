"""What HubSpot says for each row of its fault table, and what must come of it."""

from __future__ import annotations

from tests.connectors.rows.cases import Case, again, ended, refused, unknown
from tests.connectors.rows.hubspot_bodies import invalid, partly, plain, problem

CASES: dict[str, Case] = {
    "token": ended(
        problem(
            "EXPIRED_AUTHENTICATION",
            "The OAuth token used to make this call expired 5 minute(s) ago.",
        ),
        "HubSpot does not accept the access token any more.",
        status=401,
    ),
    "scopes": ended(
        {
            **problem(
                "MISSING_SCOPES",
                (
                    "This app hasn't been granted all required scopes to make this call. Read "
                    "more about required scopes here: https://developers.hubspot.com/scopes."
                ),
            ),
            "errors": [
                {
                    "message": "One or more of the following scopes are required.",
                    "context": {
                        "requiredGranularScopes": ["crm.objects.contacts.write"],
                    },
                }
            ],
        },
        (
            "The connection to HubSpot lacks a permission. Add the scope to the app and "
            "reconnect: crm.objects.contacts.write."
        ),
        reconnect=True,
        status=403,
    ),
    "banned": ended(
        problem("BANNED", "This app is banned from the account."),
        "HubSpot has barred this app from the account.",
        reconnect=True,
        status=403,
    ),
    "forbidden": refused(
        problem("FORBIDDEN", "You do not have permission to edit this record."),
        "no_permission",
        (
            "HubSpot does not allow this to the connected user or app. The rights of the app, "
            "or of the person who connected it, do not cover it. You do not have permission to "
            "edit this record."
        ),
        hours=6,
        status=403,
    ),
    "rate": ended(
        {
            **plain("You have reached your daily limit."),
            "errorType": "RATE_LIMIT",
            "policyName": "DAILY",
            "requestId": "aaaa-bbbb",
        },
        (
            "HubSpot's limit of calls a day is used up. Syncing goes on by itself at midnight in "
            "the account's time zone."
        ),
        status=429,
        pause=3600,  # asked again each hour: a person may have bought more
        lasts=20 * 3600,
    ),
    "rate_category": ended(
        partly(problem("RATE_LIMITS", "You have reached your secondly limit.")),
        "HubSpot asks for a pause.",
        status=207,
    ),
    "locked": ended(
        plain("The record is locked; try again in 2 seconds."),
        "HubSpot has locked the records for a moment, after many writes.",
        status=423,
    ),
    "moving": ended(
        plain("Account migration in progress"),
        "HubSpot is moving the account to another data centre.",
        status=477,
        headers={"Retry-After": "7200"},
        pause=3600,
    ),
    "trouble": unknown("<html><head><title>502 Bad Gateway</title></head></html>", status=502),
    "no_such_type": ended(
        plain("Unable to infer object type from: contacts"),
        "The HubSpot account does not have this kind of record.",
    ),
    "email_taken": again(
        partly(problem("CONFLICT", "Contact already exists. Existing ID: 123")),
        status=207,
        op="create",
    ),
    "marker_taken": unknown(
        partly(
            invalid("CONFLICTING_UNIQUE_VALUE", "qbo_sync_id", "qbo_sync_id is already in use"),
        ),
        status=207,
    ),
    "marker_taken_text": unknown(
        partly(
            problem("VALIDATION_ERROR", "qbo_sync_id: another contact already has that value"),
        ),
        status=207,
    ),
    "email_taken_by_update": refused(
        partly(invalid("CONFLICTING_UNIQUE_VALUE", "email", "email is already in use")),
        "email_in_use",
        (
            "HubSpot already has a record with the e-mail ann@example.com (id not told), and "
            "that one is linked to another record."
        ),
        status=207,
        op="update",
    ),
    "unique_taken": refused(
        partly(invalid("CONFLICTING_UNIQUE_VALUE", "tax_id", "tax_id is already in use")),
        "invalid_value",
        (
            "HubSpot does not accept the value of tax_id. Another HubSpot record already has "
            "this value, which must be unique. tax_id is already in use"
        ),
        status=207,
    ),
    "unique_taken_text": refused(
        partly(problem("VALIDATION_ERROR", "tax_id: a contact already has that value")),
        "invalid_value",
        (
            "HubSpot does not accept the value of a field. Another HubSpot record already has "
            "this value, which must be unique. tax_id: a contact already has that value"
        ),
        status=207,
    ),
    "definition_taken": refused(
        problem("OBJECT_ALREADY_EXISTS", "A property named 'x' already exists."),
        "rejected",
        (
            "HubSpot refused the record: HubSpot already has a property or group of this name. "
            "A property named 'x' already exists."
        ),
        status=409,
    ),
    "conflict": refused(
        problem("CONFLICT", "Contact already exists"),
        "email_in_use",
        (
            "HubSpot already has a record with the e-mail ann@example.com (id not told), and "
            "that one is linked to another record."
        ),
        status=409,
    ),
    "unknown_property": refused(
        invalid("PROPERTY_DOESNT_EXIST", "shoe_size", "shoe_size does not exist"),
        "unknown_field",
        "HubSpot does not know shoe_size (any more).",
        hours=6,
    ),
    "invalid_email": refused(
        partly(invalid("INVALID_EMAIL", "email", "Email address ann@example is invalid")),
        "invalid_email",
        "HubSpot does not accept “ann@example.com” as an e-mail address.",
        status=207,
    ),
    "read_only": refused(
        partly(invalid("READ_ONLY_VALUE", "hs_score", "hs_score is a read only property")),
        "read_only_field",
        "HubSpot does not allow the field hs_score to be written.",
        status=207,
    ),
    "required": refused(
        partly(invalid("MISSING_REQUIRED_PROPERTY", "phone", "phone is required")),
        "missing_value",
        "HubSpot needs a value for Phone. A rule of the account asks for it. phone is required",
        status=207,
    ),
    "too_long": refused(
        partly(invalid("PROPERTY_VALUE_TOO_LONG", "firstname", "firstname is too long")),
        "too_long",
        "The field First name holds more than HubSpot accepts. firstname is too long",
        status=207,
    ),
    "invalid_association": refused(
        {
            **problem("VALIDATION_ERROR", "Some associations could not be made"),
            "errors": [
                {
                    "message": "Some ids are invalid",
                    "code": "INVALID_OBJECT_IDS",
                }
            ],
        },
        "invalid_value",
        (
            "HubSpot does not accept the value of a field. HubSpot cannot associate the record "
            "with the ones given. Some ids are invalid"
        ),
    ),
    "invalid_association_text": refused(
        problem("VALIDATION_ERROR", "One or more associations are invalid"),
        "invalid_value",
        (
            "HubSpot does not accept the value of a field. HubSpot cannot associate the record "
            "with the ones given. One or more associations are invalid"
        ),
    ),
    "invalid_value": refused(
        partly(
            invalid("INVALID_OPTION", "state", "Xx was not one of the allowed options: CA, NY"),
        ),
        "invalid_value",
        (
            "HubSpot does not accept the value of State/Region. It breaks a rule of this "
            "property. Xx was not one of the allowed options: CA, NY"
        ),
        status=207,
    ),
    "missing": again(
        partly(
            problem(
                "OBJECT_NOT_FOUND",
                (
                    "Could not get some CONTACT objects, they may be deleted or not exist. "
                    "Check that ids are valid."
                ),
            ),
        ),
        status=207,
        op="update",
    ),
    "missing_bare": again(plain("resource not found"), status=404, op="update"),
    "doubled_id": refused(
        problem(
            "VALIDATION_ERROR",
            "Duplicate IDs found in batch input: [512]. IDs must be unique",
        ),
        "rejected",
        (
            "HubSpot refused the record: The same HubSpot record was in one batch twice. "
            "Duplicate IDs found in batch input: [512]. IDs must be unique"
        ),
        op="update",
    ),
    "too_big": refused(
        "<html><head><title>414 URI Too Long</title></head></html>",
        "rejected",
        (
            "HubSpot refused the record: The request was larger than HubSpot accepts. HTTP 414 "
            "without a readable body"
        ),
        status=414,
    ),
}
