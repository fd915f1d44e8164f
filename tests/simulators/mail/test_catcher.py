"""The mail catcher: as a program, over real SMTP and HTTP."""

from __future__ import annotations

import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Catcher:
    smtp: int
    page: str
    folder: Path

    def send(self, subject: str, text: str, html: str) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "a@example.com", "b@example.com", subject
        mail.set_content(text)
        mail.add_alternative(html, subtype="html")
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=20) as server:
            server.send_message(mail)

    def get(self, path: str = "/") -> requests.Response:
        return requests.get(f"{self.page}{path}", timeout=20)


@pytest.fixture
def catcher(free_port: Callable[[], int], tmp_path: Path) -> Iterator[Catcher]:
    smtp, web = free_port(), free_port()
    command = [
        sys.executable, "-m", "simulators.mail", "--smtp-port", str(smtp), "--port", str(web),
        "--folder", str(tmp_path / "mail"),
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().strip() == f"Ready: http://127.0.0.1:{web}"
            yield Catcher(smtp, f"http://127.0.0.1:{web}", tmp_path / "mail")
        finally:
            process.terminate()
            assert process.wait(10) == 0


def test_what_is_sent_is_seen(catcher: Catcher) -> None:
    assert "No mails yet" in catcher.get().text
    catcher.send("Über <b>1</b>", "Plain <i>text</i>", "<p>Rich <a href='http://x/'>link</a></p>")
    catcher.send("Second", "two", "<p>two</p>")
    listed = catcher.get().text
    assert "2 mails" in listed
    assert "Über &lt;b&gt;1&lt;/b&gt;" in listed
    assert listed.index("Second") < listed.index("Über")
    name = sorted(path.name for path in catcher.folder.glob("*.eml"))[0]
    one = catcher.get(f"/{name}")
    assert "Plain &lt;i&gt;text&lt;/i&gt;" in one.text
    framed = catcher.get(f"/{name}/html")
    assert "<p>Rich <a href='http://x/'>link</a></p>" in framed.text
    assert "sandbox" in framed.headers["Content-Security-Policy"]
    assert "script" not in framed.headers["Content-Security-Policy"]
    answer = requests.post(catcher.page, timeout=20)
    assert "No mails yet" in answer.text


@pytest.mark.parametrize(
    "path", ["/nonsense.eml", "/..%2f..%2fetc%2fpasswd", "/20261122-120000000000-1.eml", "/a/b/c"]
)
def test_only_mails_are_shown(catcher: Catcher, path: str) -> None:
    assert catcher.get(path).status_code == 404
