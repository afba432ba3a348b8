"""``/docs``: a page with the description of the REST API, which loads nothing from other hosts.

It consists of one page, one script and one style sheet; the script reads ``/openapi.json``.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from provenance_graph.service.http.static import POLICY

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API – provenance-graph</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/page.css">
<script src="/docs/page.js" defer></script>
</head>
<body>
<header><h1>API</h1><p>Also as <a href="/openapi.json">OpenAPI 3.1</a>.
Beside it: <a href="/sparql?format=turtle">SPARQL</a>,
<a href="/.well-known/void">VoID</a>, <a href="/">the page</a>.</p></header>
<main id="routes" aria-live="polite">Reading the description…</main>
<noscript>This page needs scripts; <a href="/openapi.json">the description</a> does not.</noscript>
</body>
</html>
"""

_SCRIPT: Final = """"use strict";
const make = (name, text, kind) => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (kind) made.className = kind;
  return made;
};
const short = (schema, api) => {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map((s) => short(s, api)).join(" | ");
  if (schema.type === "array") return short(schema.items, api) + "[]";
  if (schema.enum) return schema.enum.join(" | ");
  return schema.type || "any";
};
const table = (parameters, api) => {
  const made = make("table");
  const head = made.createTHead().insertRow();
  for (const name of ["parameter", "in", "type", "meaning"]) head.append(make("th", name));
  const body = made.createTBody();
  for (const p of parameters) {
    const row = body.insertRow();
    row.append(make("td", p.name + (p.required ? " *" : "")), make("td", p.in));
    row.append(make("td", short(p.schema, api)), make("td", p.description || ""));
  }
  return made;
};
const trial = (path, parameters) => {
  const form = make("form");
  for (const p of parameters) {
    const label = make("label", p.name + " ");
    const input = make("input");
    input.name = p.name;
    input.dataset.place = p.in;
    input.required = Boolean(p.required);
    label.append(input);
    form.append(label);
  }
  form.append(make("button", "Send"));
  const out = make("pre");
  form.append(out);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let url = path;
    const asked = new URLSearchParams();
    for (const input of form.querySelectorAll("input")) {
      if (input.dataset.place === "path") {
        const value = input.value.split("/").map(encodeURIComponent).join("/");
        url = url.replace(new RegExp("\\\\{" + input.name + "(:path)?\\\\}"), value);
      } else if (input.value) asked.append(input.name, input.value);
    }
    if ([...asked].length) url += "?" + asked;
    const reply = await fetch(url);
    const text = await reply.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON */ }
    out.textContent = "GET " + url + "\\n" + reply.status + "\\n\\n" + shown.slice(0, 20000);
  });
  return form;
};
const show = (api) => {
  const main = document.getElementById("routes");
  main.replaceChildren();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, route] of Object.entries(methods)) {
      const box = make("details");
      const head = make("summary");
      head.append(make("b", method.toUpperCase(), "method"), make("code", path));
      head.append(make("span", route.summary || ""));
      box.append(head);
      if (route.description) box.append(make("p", route.description));
      if (route.parameters) box.append(table(route.parameters, api));
      if (method === "get") box.append(trial(path, route.parameters || []));
      main.append(box);
    }
  }
};
fetch("/openapi.json").then((r) => r.json()).then(show).catch((error) => {
  document.getElementById("routes").textContent = "The description cannot be read: " + error;
});
"""

_STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
details { border: 1px solid color-mix(in srgb, currentColor 25%, transparent);
  border-radius: .5rem; margin: .5rem 0; padding: .5rem .8rem; }
summary { cursor: pointer; display: flex; flex-wrap: wrap; gap: .8rem; }
.method { min-width: 4em; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent);
  padding: .2rem .5rem; text-align: left; vertical-align: top; }
form { display: flex; flex-wrap: wrap; gap: .6rem; margin-top: .8rem; }
pre { flex-basis: 100%; max-height: 24rem; overflow: auto; }
"""


_HEADERS: Final = {"content-security-policy": POLICY, "cache-control": "no-cache"}


async def page(_: Request) -> Response:
    """The HTML page."""
    return Response(_PAGE, 200, _HEADERS, "text/html")


async def script(_: Request) -> Response:
    """The page's script."""
    return Response(_SCRIPT, 200, _HEADERS, "text/javascript")


async def style(_: Request) -> Response:
    """The page's style sheet."""
    return Response(_STYLE, 200, _HEADERS, "text/css")
