/* Debug mode, for a merchant's developer: what embed and page do, step by step, in the console of the
   page around, and a check of what is wrong there. The server answers this only where the portal's
   settings have debug mode on, and puts `portal` before it: what the portal says to anybody. It
   writes down names and times, and no value that says who a customer is or lets somebody in. */

const origin = new URL(import.meta.url).origin;
const LEAST_WIDTH = 280;
const HASH = /^[0-9a-f]{64}$/;
const PRIVATE = [
  /\S+@\S+/g, // e-mail addresses
  /\b(cus|seti|pi|pm|tok|src|sub_sched)_\w+/g,
  /\b(sb|sk|rk|pk)_(test|live)_\w+/g,
  /\beyJ[\w-]+[.\w-]*/g, // signed tokens
  /[0-9a-fA-F]{32,}/g, // hashes
];
const CAUSES = {
  hash_invalid:
    "Usual causes: a key of another portal or of your other mode was used; something other than what was " +
    "sent was signed (other capital letters, a space, the customer's id in place of the e-mail). The " +
    "dashboard's Install page has a checker, and says of the last refused attempts exactly what was wrong.",
  hash_missing: "Make it on your server and put it into the settings as `hash`.",
  no_customer: "Is this a customer of your other mode, or has Stripe another e-mail for them?",
  identity_mismatch: "Give it `" + portal.identify_by + "` alone.",
};

const words = (list) => list.join(", ") || "nothing";
const isOff = (name, settings) => settings[name] !== undefined && typeof settings[name] !== "string";

function clean(text) {
  return PRIVATE.reduce((left, pattern) => left.replace(pattern, "[…]"), String(text)).slice(0, 400);
}

function allows(site) {
  return portal.sites.some((pattern) => {
    const [before, after] = pattern.split("*");
    if (after === undefined) return site === pattern;
    return site.startsWith(before) && site.slice(before.length).endsWith(after);
  });
}

function* ofPlace(element) {
  if (!element) {
    return yield "There is nothing to mount it on: the page has no #servicebot-portal, #servicebot-subscription-portal or #billflow-embed. Add one, or call Servicebot.mount(element, settings).";
  }
  if (!element.isConnected) yield "The element isn't in the page yet; the portal loads when it is.";
  else if (!element.clientWidth) yield "The element is hidden or has no width.";
  else if (element.clientWidth < LEAST_WIDTH) {
    yield `The element is ${element.clientWidth} px wide; the portal needs ${LEAST_WIDTH}.`;
  }
}

function* ofSite() {
  const site = location.origin;
  if (site === "null") {
    yield "This page has no origin, as in a file or a sandboxed frame: the portal can't be shown in it.";
  } else if (!allows(site)) {
    yield `${site} isn't among the portal's allowed sites, so the browser blocks it. Add it on the dashboard's Install page.`;
    if (portal.mode === "live" && location.protocol === "http:") yield "In live mode a site must be https.";
  }
  if (window.crossOriginIsolated) yield "This page's Cross-Origin-Embedder-Policy keeps frames of other sites out.";
  if (!portal.is_on) yield "The portal is turned off in its settings.";
}

function* ofIdentity(settings) {
  const { email, customer_id: id, token, hash } = settings;
  const [value, other] = portal.identify_by === "email" ? [email, id] : [id, email];
  const right = portal.identify_by === "email" ? /@/ : /^cus_[A-Za-z0-9]+$/;
  for (const name of ["email", "customer_id", "hash", "token"]) {
    if (isOff(name, settings)) yield `\`${name}\` isn't a text.`;
  }
  if (token) return yield* ofToken(String(token));
  if (portal.needs_token) yield "This portal takes signed tokens only: the settings need a `token`.";
  if (other) yield `This portal identifies customers by \`${portal.identify_by}\`; the settings have the other field.`;
  else if (!value && !settings.identify) yield `The settings don't say who is there: \`${portal.identify_by}\` is missing.`;
  else if (value && !right.test(value)) yield `\`${portal.identify_by}\` isn't one. Is a variable empty?`;
  if (value && String(value).trim() !== value) yield `\`${portal.identify_by}\` has a space around it.`;
  if (value) yield* ofHash(hash ? String(hash) : "");
}

function* ofHash(hash) {
  if (!hash && portal.needs_hash) yield `\`hash\` is missing, and this portal needs it.`;
  if (!hash) return;
  if (/sb_(test|live)_/.test(hash)) yield "The secret key itself stands in the page! Revoke it in the dashboard now; send the hash in its place.";
  else if (hash !== hash.trim()) yield "`hash` has a space around it.";
  else if (HASH.test(hash.toLowerCase()) && !HASH.test(hash)) yield "`hash` is in capital letters; it must be in small ones.";
  else if (!HASH.test(hash)) yield "`hash` isn't an HMAC-SHA256 as 64 hexadecimal digits.";
}

function* ofToken(token) {
  let claims;
  try {
    claims = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
  } catch {
    return yield "`token` isn't a signed token (JWT).";
  }
  if (claims.exp * 1000 < Date.now()) yield "`token` has ended; give the settings an `identify` function that returns a new one.";
  if (claims.aud !== portal.portal_id) yield "`token` is for another portal: its `aud` must be this portal's id.";
}

function isCircular(value) {
  try {
    JSON.stringify(value);
    return false;
  } catch {
    return true;
  }
}

function* ofRest(settings) {
  const { handleResponse, identify, resource } = settings;
  if (handleResponse && typeof handleResponse !== "function") yield "`handleResponse` isn't a function.";
  if (identify && typeof identify !== "function") yield "`identify` isn't a function.";
  if (isCircular(resource)) yield "`resource` refers to itself, so nothing of it is used.";
  if (resource && typeof resource !== "object") yield "`resource` must be an object; an address is saved in the dashboard.";
}

// Each message in words; what it holds is named, not shown.
const STEPS = {
  hello: () => "the frame has loaded; greeted it",
  ready: () => "the page knows this site and asks who is there",
  init: ({ settings }) => {
    const given = Object.keys(settings).filter((name) => settings[name]);
    return `sent the settings: ${words(given)}; options: ${words(Object.keys(settings.options || {}))}`;
  },
  shown: () => "there is something to see",
  failed: ({ code }) => `refused: ${code}`,
  identify: () => "the session has ended; asking for a new identity",
  refused: () => "identify() failed; sending what is known",
  resize: ({ height }) => `${height} px high`,
  overlay: ({ on }) => (on ? "over the whole window" : "back in its place"),
  event: ({ event, id }) => `${event}${id ? ", waiting for an answer" : ""}`,
  answer: ({ ok }) => (ok ? "go on" : "stopped"),
  silent: () => "the frame said nothing: blocked by the browser (see what it logged), or the network is slow",
  debug: ({ step, ms, type, v, ...rest }) => {
    const more = Object.entries(rest).map(([name, value]) => `${name}=${value}`);
    return `${step}${ms === undefined ? "" : ` (${Math.round(ms)} ms)`} ${more.join(" ")}`;
  },
};

/* Check what can be checked now, and return what writes down each step. */
export default function (settings, element) {
  const began = performance.now();
  const name = element ? `#${element.id || element.localName}` : "";

  function write(level, text) {
    console[level](`Servicebot ${name} +${Math.round(performance.now() - began)} ms: ${clean(text)}`);
  }

  function tell(fault) {
    write("warn", `CHECK ${fault}`);
  }

  function blocked(event) {
    if (!event.blockedURI.startsWith(origin)) return;
    tell(`This page's Content-Security-Policy blocks ${origin}: add it to ${event.effectiveDirective}.`);
  }

  write("info", `debug mode; portal ${portal.portal_id} in ${portal.mode} mode, customers by ${portal.identify_by}`);
  const found = [...ofPlace(element), ...ofSite(), ...ofIdentity(settings), ...ofRest(settings)];
  found.forEach(tell);
  if (!found.length) write("info", "CHECK nothing wrong was found in this page");
  if (!element) return () => {};
  document.addEventListener("securitypolicyviolation", blocked);

  return (type, data) => {
    const step = String(type).replace("servicebot:", "");
    if (!STEPS[step]) return;
    write("info", `${step === "debug" ? "page" : step}: ${STEPS[step](data || {})}`);
    if (step === "failed" && data.code) tell(`${data.code}: ${portal.problems[data.code] || ""} ${CAUSES[data.code] || ""}`);
    if (step === "ready" || step === "silent") document.removeEventListener("securitypolicyviolation", blocked);
  };
}
