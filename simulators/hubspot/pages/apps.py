"""Connected apps: who has access to the account, and taking it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from simulators.common import pages
from simulators.common.web import SimRequest, see_other
from simulators.hubspot.crm import Crm
from simulators.hubspot.oauth import OAuth
from simulators.hubspot.pages.site import page_rule, respond
from simulators.hubspot.writes import Author


class AppPages:
    """``/apps``."""

    def __init__(self, crm: Crm, oauth: OAuth, author_of: Callable[[SimRequest], Author]) -> None:
        self._crm = crm
        self._oauth = oauth
        self._author_of = author_of

    def rules(self) -> Iterator[Rule]:
        """All routes."""
        yield page_rule("/apps", "GET", self.apps)
        yield page_rule("/apps/<grant_id>/disconnect", "POST", self.disconnect)

    def apps(self, request: SimRequest) -> Response:
        """Apps with access to the account."""
        rows = []
        for grant in self._oauth.grants.values():
            shown = self._oauth.describe(grant)
            action: Markup | str = "Disconnected"
            if not grant.revoked:
                action = pages.form(
                    f"/apps/{grant.id}/disconnect",
                    pages.button(f"Disconnect {shown['name']}", style="danger"),
                    css="",
                )
            rows.append(
                [shown["name"], f"{shown['connected']:%Y-%m-%d %H:%M} UTC",
                 ", ".join(shown["scopes"]), action]
            )  # fmt: skip
        body = pages.table(
            f"{len(rows)} connections", ["App", "Connected", "Permissions", "Action"], rows
        )
        return respond("Connected apps", body, current="/apps", flash=request.args.get("done", ""))

    def disconnect(self, request: SimRequest, grant_id: str) -> Response:
        """Take an app's access away."""
        grant = self._oauth.grants.get(grant_id)
        if grant is not None and not grant.revoked:
            self._oauth.revoke(grant)
            author = self._author_of(request)
            self._crm.note(author, "disconnect", "apps", grant.client_id, {}, {})
        return see_other("/apps?done=Disconnected.")
