// The side panel: opens when its content has arrived, gives the focus back to what opened it.
// A native <dialog> keeps the focus inside, closes on Esc and hides the rest from readers.
(function () {
  "use strict";
  let opener = null;

  document.addEventListener("htmx:beforeRequest", function (event) {
    const source = event.detail.elt;
    if (source.hasAttribute("data-opens-drawer")) opener = source;
  });

  document.addEventListener("htmx:afterSwap", function (event) {
    const drawer = document.getElementById("drawer");
    if (!drawer || event.detail.target.id !== "drawer-body") return;
    const tools = event.detail.requestConfig;
    if (!drawer.open) drawer.showModal();
    const wasSearch = tools && tools.elt && tools.elt.id === "drawer-search";
    const focus = drawer.querySelector(wasSearch ? "#drawer-q" : "[data-first-focus]");
    if (focus) focus.focus();
    if (wasSearch && focus) focus.setSelectionRange(focus.value.length, focus.value.length);
  });

  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.target && event.detail.target.id === "drawer-body") window.location.reload();
  });

  document.addEventListener("click", function (event) {
    const drawer = document.getElementById("drawer");
    if (!drawer) return;
    if (event.target === drawer || event.target.closest("[data-closes-drawer]")) drawer.close();
    const all = event.target.closest("[data-ticks-all]");
    if (all) {
      drawer.querySelectorAll("input[name=record]").forEach(function (box) {
        box.checked = all.checked;
      });
    }
  });

  document.addEventListener("DOMContentLoaded", function () {
    const drawer = document.getElementById("drawer");
    if (!drawer) return;
    drawer.addEventListener("close", function () {
      const again = opener && opener.id ? document.getElementById(opener.id) : opener;
      if (again && again.isConnected) again.focus();
      opener = null;
    });
  });

  // One open menu at a time; Esc and a click elsewhere close it.
  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.tn-menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.tn-menu[open]").forEach(function (menu) {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    });
  });
})();
