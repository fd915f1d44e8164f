// The record view: ticks, copying a record's text, and the order of the column chooser.
// Everything works without it; this spares the page loads.
(function () {
  "use strict";

  function boxes() { return Array.from(document.querySelectorAll("input[name=_selected_action]")); }

  function told() {
    const words = document.querySelector("[data-ticked]");
    if (!words) return;
    const count = boxes().filter(function (box) { return box.checked; }).length;
    words.textContent = count ? count + " " + words.dataset.words : "";
  }

  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-ticks-page]")) {
      boxes().forEach(function (box) { box.checked = event.target.checked; });
    }
    told();
  });

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    const ticks = event.target.closest("[data-ticks]");
    if (ticks) {
      document.querySelectorAll("[data-export-column]").forEach(function (box) {
        box.checked = ticks.dataset.ticks === "all";
      });
    }
    const move = event.target.closest("[data-move]");
    if (!move) return;
    event.preventDefault();
    const item = move.closest("li");
    const other = move.dataset.move === "up" ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (move.dataset.move === "up") other.before(item); else other.after(item);
    move.focus();
  });

  function copy(button) {
    const text = button.dataset.copy;
    const done = function () {
      const icon = button.querySelector(".material-symbols-outlined");
      const was = icon.textContent;
      if (was === "check") return;
      icon.textContent = "check";
      const said = document.createElement("span");
      said.className = "sr-only";
      said.setAttribute("role", "status");
      said.textContent = button.dataset.copied;
      button.after(said);
      setTimeout(function () { icon.textContent = was; said.remove(); }, 2000);
    };
    // The clipboard is there on https and on this machine only; elsewhere the old way still works.
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(done);
      return;
    }
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    done();
  }

  document.addEventListener("DOMContentLoaded", told);
})();
