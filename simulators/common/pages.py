"""The look of the pages a person uses: layout, forms, tables.

Knows HTML and nothing else; every text is escaped here (``Markup`` passes as it is).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_CSS = """
:root{--accent:#0b6b5c;--ink:#1c2330;--soft:#5a6475;--line:#d8dee6;--back:#f5f7f9;--paper:#fff;
--bad:#a4262c}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
color:var(--ink);background:var(--back)}
a{color:var(--accent)}
a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,
textarea:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:#fff;padding:8px}
header{background:var(--accent);color:#fff}
header .in{max-width:1080px;margin:0 auto;padding:12px 20px;display:flex;flex-wrap:wrap;
gap:4px 28px;align-items:baseline}
header strong{font-size:1.15rem}header small{opacity:.85}
header nav{display:flex;flex-wrap:wrap;gap:4px 18px}
header a{color:#fff;text-decoration:none;padding:4px 0;border-bottom:2px solid transparent}
header a:hover,header a[aria-current]{border-bottom-color:#fff}
main{max-width:1080px;margin:0 auto;padding:20px}
h1{font-size:1.5rem;margin:.2em 0 .7em}h2{font-size:1.12rem;margin:1.6em 0 .6em}
.card{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:18px 20px;
margin:0 0 18px}
.card>:first-child{margin-top:0}.narrow{max-width:560px}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(230px,1fr));gap:12px 18px}
label{display:block;font-weight:600;font-size:.9rem;margin-bottom:4px}
input,select,textarea{width:100%;font:inherit;padding:8px 10px;border:1px solid #98a2b3;
border-radius:6px;background:#fff;color:inherit}
input[type=checkbox],input[type=radio]{width:auto}
button,.button{font:inherit;font-weight:600;display:inline-block;padding:8px 16px;border-radius:6px;
border:1px solid var(--accent);background:var(--accent);color:#fff;cursor:pointer;
text-decoration:none}
button.plain,.button.plain{background:#fff;color:var(--accent)}
button.danger{background:#fff;color:var(--bad);border-color:var(--bad)}
.row{display:flex;flex-wrap:wrap;gap:10px;align-items:end;margin:14px 0 0}
.row .grow{flex:1 1 240px}td .row{margin:0}
table{width:100%;border-collapse:collapse;background:var(--paper);border:1px solid var(--line);
border-radius:8px;overflow:hidden}
caption{text-align:left;color:var(--soft);padding:0 0 8px}
th,td{text-align:left;padding:9px 12px;border-top:1px solid var(--line);vertical-align:top;
overflow-wrap:break-word}
th{background:#eef1f4;font-size:.85rem;border-top:0}
.scroll{overflow-x:auto}.num{text-align:right;font-variant-numeric:tabular-nums}
.soft{color:var(--soft)}.flash{border-left:4px solid var(--accent)}
.flash.bad{border-color:var(--bad)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 18px;margin:0}dt{color:var(--soft)}
dd{margin:0}
.tag{display:inline-block;padding:1px 8px;border-radius:10px;background:#e4efec;font-size:.85rem}
"""


@dataclass(frozen=True)
class Site:
    """What stands around every page of one simulator."""

    brand: str
    subtitle: str
    nav: Sequence[tuple[str, str]] = ()
    accent: str = "#0b6b5c"


def page(
    site: Site, title: str, body: Markup, *, current: str = "", flash: str = "", bad: bool = False
) -> Markup:
    """A whole page. ``current`` is the path of the navigation entry to mark."""
    links = Markup("").join(
        Markup('<a href="{}"{}>{}</a>').format(
            path, Markup(' aria-current="page"') if path == current else "", label
        )
        for label, path in site.nav
    )
    note = Markup("")
    if flash:
        note = Markup('<p class="card flash{}" role="{}">{}</p>').format(
            " bad" if bad else "", "alert" if bad else "status", flash
        )
    return Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<link rel="icon" href="data:,">'
        "<title>{title} - {brand}</title><style>{css}\n:root{{--accent:{accent}}}</style></head>"
        '<body><a class="skip" href="#main">Skip to content</a>'
        '<header><div class="in"><strong>{brand}</strong><small>{subtitle}</small>'
        '<nav aria-label="Main">{links}</nav></div></header>'
        '<main id="main"><h1>{title}</h1>{note}{body}</main></body></html>'
    ).format(
        title=title,
        brand=site.brand,
        subtitle=site.subtitle,
        css=Markup(_CSS),  # noqa: S704 (a constant of this module)
        accent=site.accent,
        links=links,
        note=note,
        body=body,
    )


def joined(parts: Iterable[Markup | str]) -> Markup:
    """Parts one after the other, each escaped unless it is markup."""
    return Markup("").join(escape(part) for part in parts)


def field(
    label: str, name: str, value: object = "", *, kind: str = "text", required: bool = False
) -> Markup:
    """A labelled input; ``kind`` is the input's type, or ``textarea``."""
    shown = "" if value is None else value
    more = Markup(" required") if required else Markup("")
    if kind == "textarea":
        control = Markup('<textarea id="{0}" name="{0}" rows="3"{1}>{2}</textarea>').format(
            name, more, shown
        )
    else:
        control = Markup(
            '<input id="{0}" name="{0}" type="{1}" value="{2}" autocomplete="off"{3}>'
        ).format(name, kind, shown, more)
    return Markup('<div><label for="{}">{}</label>{}</div>').format(name, label, control)


def choice(
    label: str, name: str, options: Iterable[tuple[str, str]], selected: str | None = ""
) -> Markup:
    """A labelled select of ``(value, text)``."""
    items = joined(
        Markup('<option value="{}"{}>{}</option>').format(
            value, Markup(" selected") if value == (selected or "") else "", text
        )
        for value, text in options
    )
    return Markup(
        '<div><label for="{0}">{1}</label><select id="{0}" name="{0}">{2}</select></div>'
    ).format(name, label, items)


def hidden(values: Mapping[str, str]) -> Markup:
    """Hidden inputs."""
    return joined(
        Markup('<input type="hidden" name="{}" value="{}">').format(name, value)
        for name, value in values.items()
    )


def button(label: str, *, name: str = "", value: str = "", style: str = "") -> Markup:
    """A submit button; ``style`` is empty, ``plain`` or ``danger``."""
    return Markup('<button type="submit"{}{}>{}</button>').format(
        Markup(' name="{}" value="{}"').format(name, value) if name else "",
        Markup(' class="{}"').format(style) if style else "",
        label,
    )


def form(action: str, *parts: Markup, method: str = "post", css: str = "card") -> Markup:
    """A form around the parts."""
    return Markup('<form action="{}" method="{}" class="{}">{}</form>').format(
        action, method, css, joined(parts)
    )


def grid(*parts: Markup) -> Markup:
    """Fields side by side where there is room."""
    return Markup('<div class="grid">{}</div>').format(joined(parts))


def row(*parts: Markup) -> Markup:
    """Buttons and fields in one line where there is room."""
    return Markup('<div class="row">{}</div>').format(joined(parts))


def link(text: str, path: str, css: str = "") -> Markup:
    """A link; ``css`` may be ``button`` or ``button plain``."""
    return Markup('<a href="{}"{}>{}</a>').format(
        path, Markup(' class="{}"').format(css) if css else "", text
    )


def table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[Markup | str | None]]
) -> Markup:
    """A table with a caption."""
    head = joined(Markup('<th scope="col">{}</th>').format(text) for text in heads)
    body = joined(
        Markup("<tr>{}</tr>").format(
            joined(Markup("<td>{}</td>").format("" if c is None else c) for c in cells)
        )
        for cells in rows
    )
    return Markup(
        '<div class="scroll"><table><caption>{}</caption><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(caption, head, body)


def facts(pairs: Iterable[tuple[str, Markup | str | None]]) -> Markup:
    """Names and values."""
    return Markup("<dl>{}</dl>").format(
        joined(
            Markup("<dt>{}</dt><dd>{}</dd>").format(name, "" if value is None else value)
            for name, value in pairs
        )
    )


def card(*parts: Markup | str, css: str = "card") -> Markup:
    """A framed section."""
    return Markup('<section class="{}">{}</section>').format(css, joined(parts))


def heading(text: str) -> Markup:
    """A second-level heading."""
    return Markup("<h2>{}</h2>").format(text)


def paragraph(text: str | Markup, css: str = "") -> Markup:
    """A paragraph."""
    return Markup("<p{}>{}</p>").format(Markup(' class="{}"').format(css) if css else "", text)
