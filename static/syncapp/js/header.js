// Tells the server in which time zone this browser's clock is: nothing else knows.
(function () {
  "use strict";
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || !/^[A-Za-z_+\-/0-9]+$/.test(zone)) return;
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  document.cookie = "tandem_zone=" + zone + "; path=/; max-age=31536000; SameSite=Lax" + secure;
})();

// A narrow list shows each cell's heading beside it: the names of fields begin with a small letter.
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  for (const cell of document.querySelectorAll("#result_list [data-label]")) {
    const words = cell.dataset.label;
    cell.dataset.label = words.charAt(0).toLocaleUpperCase() + words.slice(1);
  }
});
