// Django's two-box chooser labels plain spans: only an element with a role may carry a label.
window.addEventListener("load", () => {
  "use strict";
  const name = () => {
    for (const icon of document.querySelectorAll(".search-label-icon:not([role])")) {
      icon.setAttribute("role", "img");
    }
  };
  name();
  setTimeout(name); // the chooser itself is built on load, too
});
