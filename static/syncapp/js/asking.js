// A step may have to ask both accounts before it can be shown: say so after a moment, and send
// nothing twice meanwhile.
(function () {
  "use strict";
  const MOMENT = 400; // milliseconds after which it is said
  const LONGEST = 120000; // a page that was stopped must not stay locked
  let saying = 0;
  let unlocking = 0;
  let locked = false;

  function say() {
    const place = document.getElementById("asking");
    window.clearTimeout(saying);
    saying = window.setTimeout(function () { place.textContent = place.dataset.words; }, MOMENT);
  }

  function stop() {
    window.clearTimeout(saying);
    window.clearTimeout(unlocking);
    locked = false;
    document.body.removeAttribute("aria-busy");
    const place = document.getElementById("asking");
    if (place) place.textContent = "";
  }

  function lock() {
    locked = true;
    document.body.setAttribute("aria-busy", "true");
    unlocking = window.setTimeout(stop, LONGEST);
    say();
  }

  // Bubbling: whatever htmx sends by itself is prevented by now.
  document.addEventListener("submit", function (event) {
    if (event.defaultPrevented || !event.target.closest(".tn")) return;
    if (locked) event.preventDefault();
    else lock();
  });
  document.addEventListener("click", function (event) {
    const link = event.target.closest(".tn-steps a, .tn-foot a");
    if (!link || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (locked) event.preventDefault();
    else lock();
  });

  // A part of the form that the server draws anew.
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.detail.target && event.detail.target.id === "wizard-form") say();
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (!locked && event.detail.target && event.detail.target.id === "wizard-form") stop();
  });

  // Back from the next page, as it was left.
  window.addEventListener("pageshow", function (event) { if (event.persisted) stop(); });
})();
