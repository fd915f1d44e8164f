// A step of the wizard asks the server for another form when a field is chosen. What a person types
// or presses while the answer is under way must survive it.
(function () {
  "use strict";
  const sent = new WeakMap(); // what the form held when a question was asked
  const asking = new Map(); // the questions under way, and who asked
  let typed = {}, again = null, pressed = null, calledOff = [];

  function isForm(target) { return target && target.id === "wizard-form"; }

  function values() {
    const found = {};
    document.querySelectorAll("#wizard-form .tn-input[id]").forEach(function (input) {
      if (!input.multiple) found[input.id] = input.value;
    });
    return found;
  }

  document.addEventListener("htmx:beforeRequest", function (event) {
    if (!isForm(event.detail.target)) return; // a count leaves the form as it is
    sent.set(event.detail.xhr, values());
    asking.set(event.detail.xhr, event.detail.elt);
  });
  document.addEventListener("htmx:afterRequest", function (event) { asking.delete(event.detail.xhr); });

  document.addEventListener("htmx:beforeSwap", function (event) {
    const before = sent.get(event.detail.xhr);
    if (!before || !event.detail.target.isConnected) return;
    typed = {};
    const now = values();
    Object.keys(now).forEach(function (id) {
      if (id in before && now[id] !== before[id]) typed[id] = now[id];
    });
  });

  // At once, not when the new form has settled: the next key may come before that.
  document.addEventListener("htmx:afterSwap", function () {
    Object.keys(typed).forEach(function (id) {
      const input = document.getElementById(id);
      if (!input) return;
      const fits = input.tagName !== "SELECT" ||
        Array.from(input.options).some(function (option) { return option.value === typed[id]; });
      if (!fits) return;
      input.value = typed[id];
      if (input.tagName === "SELECT") again = input;
      else if (input.type === "search") input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    typed = {};
  });

  document.addEventListener("htmx:afterSettle", function () {
    // Its own question was about a form that is gone: ask again.
    if (again) again.dispatchEvent(new Event("change", { bubbles: true }));
    again = null;
  });

  // An answer between press and release would put another button under the finger, and the click
  // would be lost. The button sends all of the form, so the question is not needed any more.
  document.addEventListener("pointerdown", function (event) {
    const button = event.target.closest && event.target.closest("#wizard-form button");
    if (!button || !asking.size) return;
    pressed = button;
    calledOff = Array.from(asking.values());
    Array.from(asking.keys()).forEach(function (xhr) { xhr.abort(); });
    // Offered for the fields before: without it the server takes the widest that these allow.
    const direction = document.getElementById("new-direction");
    const chosen = calledOff.some(function (one) { return /^new-(hubspot|quickbooks)$/.test(one.id); });
    if (direction && chosen) direction.value = "";
  });
  document.addEventListener("pointerup", function (event) {
    const isClick = pressed && pressed.contains(event.target);
    if (pressed && !isClick) {
      calledOff.forEach(function (one) {
        if (one.isConnected) one.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
    pressed = null;
  });
})();

// Long lists of fields have a search box: what does not match is hidden, the chosen one stays; the
// Enter key takes the first that matches.
(function () {
  "use strict";

  function list(box) { return document.getElementById(box.dataset.searches); }

  function wordsOf(box) { return box.value.toLowerCase().split(/\s+/).filter(Boolean); }

  function narrow(box) {
    const select = list(box), words = wordsOf(box);
    Array.from(select.options).forEach(function (option) {
      const told = (option.text + " " + option.value).toLowerCase();
      option.hidden = !option.selected && !words.every(function (word) { return told.includes(word); });
    });
    select.size = words.length ? 6 : 1;
  }

  document.addEventListener("input", function (event) {
    if (event.target.matches("[data-searches]")) narrow(event.target);
  });
  document.addEventListener("keydown", function (event) {
    const box = event.target;
    if (event.key !== "Enter" || !box.matches || !box.matches("[data-searches]")) return;
    event.preventDefault();
    if (!wordsOf(box).length) return; // nothing was asked for
    const select = list(box);
    narrow(box);
    const found = Array.from(select.options).find(function (option) {
      return !option.hidden && !option.selected && !option.disabled && option.value;
    });
    if (!found) return;
    select.value = found.value;
    box.value = "";
    narrow(box);
    select.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("select[id]") && event.target.size === 6) event.target.size = 1;
  });
})();
