"""The pages that show what was caught: a list, and one mail as text and as its reader sees it.

A mail's HTML is shown in a frame that runs no script. Must not know how mails come.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from markupsafe import Markup
from werkzeug.wrappers import Request, Response

from simulators.common.pages import Site, page
from simulators.mail.store import Caught, Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SITE = Site("Mails", "everything that was sent; nothing left this machine", accent="#334155")
_NOTHING = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
POLICY = f"{_NOTHING}; frame-src 'self'; form-action 'self'"
FRAMED = f"{_NOTHING}; sandbox allow-popups allow-popups-to-escape-sandbox"


class Pages:
    """A WSGI application over a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return self._answer(Request(environ))(environ, start)

    def _answer(self, request: Request) -> Response:
        parts = [part for part in request.path.split("/") if part]
        if not parts:
            if request.method == "POST":
                self._store.clear()
                return Response(status=303, headers={"Location": "/"})
            return _html(self._list())
        mail = self._store.get(parts[0])
        if mail is None or len(parts) > 2:
            return Response("There is no such mail.", 404)
        if parts[1:] == ["html"]:
            # Links open beside the page: inside the frame they would be stuck.
            return _html(Markup('<base target="_blank">') + Markup(mail.text("html")), FRAMED)  # noqa: S704
        return _html(_one(mail)) if len(parts) == 1 else Response("Not found.", 404)

    def _list(self) -> Markup:
        mails = [mail for name in self._store.names() if (mail := self._store.get(name))]
        if not mails:
            return page(SITE, "No mails yet", Markup("<p>What Tandem sends is shown here.</p>"))
        rows = Markup("").join(
            Markup('<tr><td>{}</td><td>{}</td><td><a href="/{}">{}</a></td></tr>').format(
                mail.header("Date"), mail.header("To"), mail.name, mail.header("Subject") or "-"
            )
            for mail in mails
        )
        body = Markup(
            '<div class="scroll"><table><tr><th>Sent</th><th>To</th><th>Subject</th></tr>{}</table>'
            '</div><form method="post" class="row"><button class="danger">Throw all away</button>'
            "</form>"
        ).format(rows)
        return page(SITE, f"{len(mails)} mails", body)


def _one(mail: Caught) -> Markup:
    facts = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(name, mail.header(name))
        for name in ("From", "To", "Date", "Message-ID")
    )
    frame = (
        Markup(
            '<iframe src="/{}/html" title="The mail as it is read" sandbox="allow-popups '
            'allow-popups-to-escape-sandbox" style="width:100%;height:34rem;border:1px solid '
            'var(--line);border-radius:8px;background:#fff"></iframe>'
        ).format(mail.name)
        if mail.text("html")
        else Markup("")
    )
    body = Markup(
        '<p><a href="/">All mails</a></p><dl class="card">{}</dl>{}<h2>Plain text</h2>'
        '<pre class="card" style="white-space:pre-wrap;overflow-wrap:anywhere">{}</pre>'
    ).format(facts, frame, mail.text("plain"))
    return page(SITE, mail.header("Subject") or "-", body)


def _html(body: Markup, policy: str = POLICY) -> Response:
    return Response(str(body), mimetype="text/html", headers={"Content-Security-Policy": policy})
