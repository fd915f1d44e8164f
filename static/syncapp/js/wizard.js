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
    if (event.detail.elt.closest("#wizard-form")) sent.set(event.detail.xhr, values());
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
