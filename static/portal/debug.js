/* Debug mode's side of the page: tells the page around what is asked of the server and how long it
   takes. Loaded only where the portal's settings and the snippet ask for it. Addresses lose what
   they name, and nothing of a request or an answer is told but its code. */
Servicebot.debug = function (say) {
  "use strict";
  const IDS = /\b[a-z]+_(?:\w+_)?[A-Za-z0-9]{6,}\b|[A-Za-z0-9]{20,}/g;

  function place(url) {
    const { origin, pathname } = new URL(url, location.href);
    return origin === location.origin ? pathname.replace(IDS, "…") : origin;
  }

  function tell(step, ms, more) {
    say("debug", { step, ms, ...more });
  }

  tell("since the frame began", performance.now(), { language: document.documentElement.lang });

  new PerformanceObserver((list) => {
    for (const { name, duration, responseStatus, initiatorType } of list.getEntries()) {
      tell(initiatorType, duration, { path: place(name), status: responseStatus || "unknown" });
    }
  }).observe({ type: "resource", buffered: true });

  document.body.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
    const problem = xhr.getResponseHeader("Servicebot-Problem");
    if (problem) tell("refused", undefined, { problem });
    if (xhr.getResponseHeader("Servicebot-Token")) tell("session renewed");
  });

  document.addEventListener("securitypolicyviolation", (event) => {
    tell("blocked", undefined, { directive: event.effectiveDirective, what: event.blockedURI.split("?")[0] });
  });
  addEventListener("error", (event) => tell("fault", undefined, { what: event.error?.name, line: event.lineno }));
  addEventListener("unhandledrejection", (event) => tell("fault", undefined, { what: event.reason?.name }));
};
