// What the rest of Stripe.js stands on: refusals, requests and frames.

const BASE = new URL("../", document.currentScript.src);
const TOPMOST = "2147483647";
const COLOUR = /^(#[\da-f]{3,8}|(rgb|hsl)a?\([\d\s,.%/deg]+\)|[a-z]+)$/i;
const HELLO_WITHIN_MS = 15000;
const KINDS = {
  setup_intent: {
    path: "setup_intents", result: "setupIntent", failure: "last_setup_error",
    confirm: "confirmSetup",
  },
  payment_intent: {
    path: "payment_intents", result: "paymentIntent", failure: "last_payment_error",
    confirm: "confirmPayment",
  },
};
const CONSTRUCTOR_OPTIONS = ["apiVersion", "betas", "developerTools", "locale", "stripeAccount"];
const ELEMENTS_OPTIONS = [
  "allowedPaymentMethodTypes", "amount", "appearance", "captureMethod", "capture_method",
  "clientSecret", "currency", "customPaymentMethods", "customerOptions",
  "customerSessionClientSecret", "excludedPaymentMethodTypes", "fonts", "loader", "locale", "mode",
  "onBehalfOf", "on_behalf_of", "paymentMethodConfiguration", "paymentMethodCreation",
  "paymentMethodOptions", "payment_method_configuration", "payment_method_options",
  "setupFutureUsage", "setup_future_usage", "syncAddressCheckbox",
];
const ELEMENT_OPTIONS = {
  payment: [
    "applePay", "business", "defaultValues", "fields", "layout", "paymentMethodOrder", "readOnly",
    "terms", "walletOptions", "wallets",
  ],
  card: [
    "classes", "disableLink", "disabled", "hideIcon", "hidePostalCode", "iconStyle",
    "preferredNetwork", "style", "value",
  ],
};

class IntegrationError extends Error {
  get name() {
    return "IntegrationError";
  }
}

function demand(condition, message) {
  if (!condition) throw new IntegrationError(message);
}

function warnUnknown(where, options, known) {
  Object.keys(options).filter((name) => !known.includes(name)).forEach((name) => {
    console.warn(`[Stripe.js] ${where}: ${name} is not a recognised parameter.`);
  });
}

/** Drop colours that Stripe can't read, such as var(), light-dark() or oklab(). */
function readable(variables) {
  return Object.fromEntries(Object.entries(variables).filter(([name, value]) => {
    const isFine = !/color/i.test(name) || COLOUR.test(value);
    if (!isFine) console.warn(`[Stripe.js] ${name} should be hex, rgb or hsl. You gave: ${value}`);
    return isFine;
  }));
}

/** Turn nested parameters into the pairs of a form: {a: {b: [1]}} is a[b][0]=1. */
function pairs(value, name) {
  if (value === undefined) return [];
  if (value === null) return [[name, ""]];
  if (typeof value !== "object") return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    pairs(inner, name === undefined ? key : `${name}[${key}]`));
}

async function call(key, method, path, fields) {
  const url = new URL(`v1/${path}`, BASE);
  const form = new URLSearchParams(fields);
  if (method === "GET") url.search = form;
  const body = method === "GET" ? undefined : form;
  try {
    const headers = { Authorization: `Bearer ${key}` };
    return await (await fetch(url, { method, headers, body, credentials: "omit" })).json();
  } catch {
    const message = "We are experiencing issues connecting to our payments provider.";
    return { error: { type: "api_connection_error", message } };
  }
}

/** A page of the sandbox inside this one; what it says is heard only from its own window. */
class Frame {
  constructor(path, query, title, hear) {
    this.node = document.createElement("iframe");
    const url = new URL(path, BASE);
    url.search = new URLSearchParams({ ...query, origin: window.location.origin });
    this.node.src = url.href;
    this.node.title = title;
    this.listener = (event) => {
      const isOurs = event.origin === BASE.origin && event.source === this.node.contentWindow;
      if (isOurs) hear(event.data);
    };
    window.addEventListener("message", this.listener);
  }

  style(styles) {
    Object.assign(this.node.style, styles);
  }

  say(message) {
    this.node.contentWindow.postMessage(message, BASE.origin);
  }

  remove() {
    window.removeEventListener("message", this.listener);
    this.node.remove();
  }
}
