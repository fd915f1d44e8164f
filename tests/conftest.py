"""What every test shares: the machine's servers, the blocked outside, the random order.

Tests that need PostgreSQL, Redis or Chromium carry the marker of that name. Where the server is
missing they are not run and are listed by name at the end; with REQUIRE_SERVICES=1 each of them
fails instead.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

# Playwright's synchronous API runs an event loop in the test's thread; Django would refuse the ORM.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    # Many tests start programs: compiling every import anew costs each of them seconds.
    os.environ["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "tandem-pycache")

pytest_plugins = ["tests.proves", "tests.emptying"]

LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return a Chromium on this machine, None without one."""
    wanted = os.environ.get("CHROMIUM_EXECUTABLE")
    if wanted:
        return wanted if Path(wanted).exists() else None
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def on_postgres() -> str | None:
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else None


SERVICES: dict[str, tuple[Callable[[], str | None], str]] = {
    "postgres": (on_postgres, "no PostgreSQL: run through tools/with_services.py"),
    "redis": (lambda: os.environ.get("REDIS_URL"), "no Redis: run through tools/with_services.py"),
    "browser": (find_chromium, "no Chromium: apt-get install chromium"),
    "gettext": (lambda: shutil.which("xgettext"), "no gettext: apt-get install gettext"),
    "node": (lambda: shutil.which("npm"), "no Node.js: apt-get install nodejs npm"),
}


def services_required() -> bool:
    return os.environ.get("REQUIRE_SERVICES", "") not in {"", "0"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--order-seed", type=int, help="repeat the random order of an earlier run")
    parser.addoption("--long", action="store_true", help="run the tests marked long, too")


def pytest_configure(config: pytest.Config) -> None:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns about its absence
    seed = config.getoption("--order-seed")
    # xdist's workers must all collect the same order: they inherit the seed.
    chosen = str(seed) if seed is not None else os.environ.get("TANDEM_ORDER_SEED")
    os.environ["TANDEM_ORDER_SEED"] = chosen or str(random.SystemRandom().randrange(10_000))


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(settings.SCRATCH_DIR, ignore_errors=True)


def pytest_report_header(config: pytest.Config) -> str:
    return f"random order: --order-seed={os.environ['TANDEM_ORDER_SEED']}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    shuffle(items, int(os.environ["TANDEM_ORDER_SEED"]))
    deselected = []
    for item in items:
        if item.get_closest_marker("long") and not config.getoption("--long"):
            deselected.append(item)
    # PostgreSQL and Redis belong to the second run (through the wrapper): in the first, on SQLite,
    # their tests are neither run nor missing. The wrapper sets TANDEM_WITH_SERVICES.
    if not os.environ.get("TANDEM_WITH_SERVICES"):
        for item in items:
            if item not in deselected and any(
                item.get_closest_marker(name) and not SERVICES[name][0]()
                for name in ("postgres", "redis")
            ):
                deselected.append(item)
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if item not in deselected]


def shuffle(items: list[pytest.Item], seed: int) -> None:
    """Shuffle modules, and the tests inside each, but keep a module's tests together.

    pytest-django puts database tests first; interleaving modules would only make their shared
    fixtures (servers, browsers) start again and again. Modules with slow tests come before all
    others: the quick ones then fill up what is left, and no process waits long for another.
    """
    source = random.Random(seed)
    modules: dict[str, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.nodeid.partition("::")[0], []).append(item)
    names = sorted(modules)
    source.shuffle(names)
    names.sort(key=lambda name: not any(map(is_slow, modules[name])))
    for name in names:
        source.shuffle(modules[name])
    items[:] = [item for name in names for item in modules[name]]


def is_slow(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("slow", "long"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name, (find, why) in SERVICES.items():
        if item.get_closest_marker(name) and not find():
            if services_required():
                pytest.fail(f"REQUIRE_SERVICES is set, but there is {why}", pytrace=False)
            pytest.skip(why)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    # From the reports, not from a list of our own: with xdist the tests run in other processes.
    reasons = {f"Skipped: {why}": why for _, why in SERVICES.values()}
    missing = [
        f"{report.nodeid} ({reasons[report.longrepr[2]]})"
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple) and report.longrepr[2] in reasons
    ]
    if missing:
        terminalreporter.section("not run: a server is missing on this machine")
        for line in missing:
            terminalreporter.write_line(line)


class OutsideBlocked(OSError):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True, scope="session")
def _no_outside() -> Iterator[None]:
    """Let sockets reach loopback and Unix sockets only."""
    patch = pytest.MonkeyPatch()

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        def connect(self: socket.socket, address: Any, *rest: Any) -> Any:
            internet = self.family in {socket.AF_INET, socket.AF_INET6}
            if internet and not str(address[0]).startswith(LOOPBACK):
                raise OutsideBlocked(f"Tests may not connect to {address[0]}:{address[1]}.")
            return original(self, address, *rest)

        return connect

    patch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def chromium_executable() -> str:
    """The path of Chromium; only for tests marked `browser`, which are not run without one."""
    path = find_chromium()
    assert path, "mark the test with pytest.mark.browser"
    return path


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium_executable: str) -> dict[str, Any]:
    """Make pytest-playwright start this machine's Chromium; as root it needs no-sandbox."""
    return {
        "executable_path": chromium_executable,
        "args": ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    }


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Return a function that gives loopback ports nobody listens on."""

    def find() -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            return int(listener.getsockname()[1])

    return find


@pytest.fixture(autouse=True)
def _no_language_left_behind() -> Iterator[None]:
    """A request of a test's own client leaves its language in the thread."""
    yield
    translation.deactivate()
