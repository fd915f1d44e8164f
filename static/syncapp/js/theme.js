// Light or dark, as chosen in the menu of the admin; without a choice as the system has it.
"use strict";
(() => {
  let chosen = "auto";
  try {
    chosen = JSON.parse(localStorage.getItem("adminTheme") ?? localStorage.getItem("_x_adminTheme") ?? '"auto"');
  } catch {
    // Storage that is closed or holds something else: the system decides.
  }
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", dark);
})();
