// The filter step asks the server for another form when a field is chosen. What a person types
// while the answer is under way must survive it.
(function () {
  "use strict";
  const sent = new WeakMap(); // what the form held when a question was asked
  let typed = {};

  function values() {
    const found = {};
    document.querySelectorAll("#wizard-form .tn-input[id]").forEach(function (input) {
      if (!input.multiple) found[input.id] = input.value;
    });
    return found;
  }

  document.addEventListener("htmx:beforeRequest", function (event) {
    const target = event.detail.target; // a count leaves the form as it is
    if (target && target.id === "wizard-form") sent.set(event.detail.xhr, values());
  });

  document.addEventListener("htmx:beforeSwap", function (event) {
    const before = sent.get(event.detail.xhr);
    if (!before || !event.detail.target.isConnected) return;
    typed = {};
    const now = values();
    Object.keys(now).forEach(function (id) {
      if (id in before && now[id] !== before[id]) typed[id] = now[id];
    });
  });

  document.addEventListener("htmx:afterSettle", function () {
    let chosen = null;
    Object.keys(typed).forEach(function (id) {
      const input = document.getElementById(id);
      if (!input) return;
      const fits = input.tagName !== "SELECT" ||
        Array.from(input.options).some(function (option) { return option.value === typed[id]; });
      if (!fits) return;
      input.value = typed[id];
      if (input.tagName === "SELECT") chosen = input;
    });
    typed = {};
    // Its own question was about a form that is gone: ask again.
    if (chosen) chosen.dispatchEvent(new Event("change", { bubbles: true }));
  });
})();

// Long lists of fields get a search box: what does not match is hidden, the chosen one stays.
(function () {
  "use strict";
  const LONG = 12;

  function search(select) {
    if (select.dataset.ready || select.options.length < LONG) return;
    select.dataset.ready = "1";
    const box = document.createElement("input");
    box.type = "search";
    box.className = "tn-input tn-input--wide tn-search";
    box.placeholder = select.dataset.search;
    box.setAttribute("aria-label", select.dataset.search);
    box.addEventListener("input", function () {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      Array.from(select.options).forEach(function (option) {
        const told = (option.text + " " + option.value).toLowerCase();
        option.hidden = !option.selected && !words.every(function (word) { return told.includes(word); });
      });
      select.size = words.length ? 6 : 1;
    });
    box.addEventListener("keydown", function (event) {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const found = Array.from(select.options).find(function (option) {
        return !option.hidden && !option.selected && option.value;
      });
      if (!found) return;
      select.value = found.value;
      select.size = 1;
      box.value = "";
      select.dispatchEvent(new Event("change", { bubbles: true }));
    });
    select.addEventListener("change", function () { select.size = 1; });
    select.before(box);
  }

  function prepare() { document.querySelectorAll("select[data-search]").forEach(search); }
  document.addEventListener("DOMContentLoaded", prepare);
  document.addEventListener("htmx:afterSettle", prepare);
})();
