// What must work when modules do not: the language and theme before anything is painted, and a word when a script or
// style is lost on the way. A classic script, for every browser.

(function () {
  "use strict";
  var root = document.documentElement;
  var own = function (name) {
    try {
      return JSON.parse(localStorage.getItem("socle:" + name));
    } catch (error) {
      return null;
    }
  };
  var wanted = [own("language")].concat(navigator.languages || [navigator.language]);
  for (var i = 0; i < wanted.length; i += 1) {
    var code = String(wanted[i] || "").slice(0, 2).toLowerCase();
    if (code === "en" || code === "fr") {
      root.lang = code;
      break;
    }
  }
  var theme = own("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;

  var messages = document.createElement("link");
  messages.rel = "modulepreload";
  messages.href = document.currentScript.src.replace("boot.js", "messages/" + root.lang + ".js");
  document.head.appendChild(messages);

  var words = {
    en: ["A part of this page was lost on the way, so it cannot start.", "Load again"],
    fr: ["Une partie de cette page s’est perdue en chemin : elle ne peut pas démarrer.", "Recharger"],
  };
  function say() {
    if ("started" in root.dataset || document.getElementById("lost")) return;
    var box = document.createElement("div");
    var text = document.createElement("p");
    var button = document.createElement("button");
    box.id = "lost";
    box.className = "problem lost";
    box.setAttribute("role", "alert");
    text.textContent = words[root.lang][0];
    button.type = "button";
    button.textContent = words[root.lang][1];
    button.addEventListener("click", function () { location.reload(); });
    box.appendChild(text);
    box.appendChild(button);
    document.body.insertBefore(box, document.body.firstChild);
  }
  function lost(event) {
    var from = event.target;
    if (from && from !== window && from.tagName !== "SCRIPT" && !(from.tagName === "LINK" && /stylesheet|modulepreload/.test(from.rel))) return;
    if (document.body) say();
    else document.addEventListener("DOMContentLoaded", say);
  }
  window.addEventListener("error", lost, true);
  window.addEventListener("unhandledrejection", lost);
  // Modules are not run at all by old browsers, and leave no error.
  if (!("noModule" in HTMLScriptElement.prototype)) document.addEventListener("DOMContentLoaded", say);
})();
