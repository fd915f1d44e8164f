// What is typed on a step of the wizard outlives a session that expires, a closed tab's login page
// and a reload: it is kept in this window only, until the server has it or it is thrown away.
(function () {
  "use strict";
  const KEY = "tandem-typed:" + window.location.pathname;
  const SKIP = ["csrfmiddlewaretoken", "seen", "go", "change"];

  function form() { return document.getElementById("wizard-form"); }

  function typed() {
    const told = new URLSearchParams(new FormData(form()));
    SKIP.forEach(function (name) { told.delete(name); });
    return told.toString();
  }

  function keep() {
    if (!form()) return;
    const entry = { seen: form().dataset.seen, user: form().dataset.user, body: typed() };
    try { sessionStorage.setItem(KEY, JSON.stringify(entry)); } catch (error) { /* a full store */ }
  }

  function forget() { sessionStorage.removeItem(KEY); }

  function kept() {
    try { return JSON.parse(sessionStorage.getItem(KEY)); } catch (error) { return null; }
  }

  // The server draws the form again with what was typed: rows that were added are there, too.
  function restore(entry) {
    const values = { change: "refresh", csrfmiddlewaretoken: form().elements.csrfmiddlewaretoken.value };
    new URLSearchParams(entry.body).forEach(function (value, name) {
      if (!(name in values)) values[name] = value;
      else if (Array.isArray(values[name])) values[name].push(value);
      else values[name] = [values[name], value];
    });
    window.htmx.ajax("POST", window.location.pathname, {
      source: document.body, target: "#wizard-form", select: "#wizard-form", swap: "outerHTML",
      values: values
    }).then(function () { document.getElementById("kept").hidden = false; }, function () {
      // Gone on to another page meanwhile: what was typed stays kept.
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    const entry = kept();
    if (!form() || !entry) return;
    if (entry.user !== form().dataset.user || entry.seen !== form().dataset.seen) forget();
    else if (!("posted" in form().dataset) && entry.body !== typed()) restore(entry);
  });

  ["input", "change"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      if (event.target.closest && event.target.closest("#wizard-form")) keep();
    });
  });
  document.addEventListener("submit", function (event) {
    if (event.target.id === "wizard-form" && kept()) keep();
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    const swapped = event.detail.target && event.detail.target.id === "wizard-form";
    // What was typed meanwhile is put back by others first.
    if (swapped && kept()) window.setTimeout(keep, 0);
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-forgets-typed]")) forget();
    if (!event.target.closest("[data-forgets]")) return;
    forget();
    window.location.reload();
  });

  // Signed out meanwhile: the login page must not be put in the place of the form.
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (!/\/login\//.test(event.detail.xhr.responseURL || "")) return;
    event.detail.shouldSwap = false;
    keep();
    document.getElementById("signed-out").hidden = false;
    document.getElementById("signed-out").scrollIntoView({ block: "nearest" });
  });
})();
