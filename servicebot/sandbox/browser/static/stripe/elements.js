// A group of Elements with one intent, appearance and language.

function checkElementsOptions(options) {
  ["paymentMethodTypes", "payment_method_types"].forEach((name) => demand(!(name in options),
    `elements(): ${name} is no longer supported. Use allowedPaymentMethodTypes instead.`));
  demand(!options.clientSecret || !options.mode,
    "elements(): give clientSecret or mode, not both.");
  demand(!options.mode || ["payment", "setup", "subscription"].includes(options.mode),
    `elements(): mode should be payment, setup or subscription. You gave: ${options.mode}`);
  if (["payment", "subscription"].includes(options.mode)) {
    demand(Number.isInteger(options.amount) && options.amount >= 0,
      `elements(): mode ${options.mode} needs amount, a whole number in the smallest unit.`);
    demand(typeof options.currency === "string" && /^[a-z]{3}$/.test(options.currency),
      `elements(): mode ${options.mode} needs currency, three small letters.`);
  }
  warnUnknown("elements()", options, ELEMENTS_OPTIONS);
}

/** Elements that belong together: one intent, one appearance, one language. */
class StripeElements {
  constructor(key, options) {
    checkElementsOptions(options);
    Object.assign(this, { key, options, made: new Map(), listeners: [], submitted: false });
    if (options.clientSecret) this.intent = new Intent(key, options.clientSecret, "elements()");
  }

  create(type, options = {}) {
    demand(Object.hasOwn(ELEMENT_OPTIONS, type),
      `elements.create(): the sandbox has the Elements payment and card. You gave: ${type}`);
    demand(!this.made.has(type), `elements.create(): there is a ${type} Element here already.`);
    demand(type !== "payment" || this.intent || this.options.mode,
      "elements.create(): a payment Element needs elements() with clientSecret or mode.");
    warnUnknown("elements.create()", options, ELEMENT_OPTIONS[type]);
    this.made.set(type, new StripeElement(this, type, options));
    return this.made.get(type);
  }

  getElement(type) {
    return this.made.get(type) || null;
  }

  forget(element) {
    this.made.delete(element.type);
  }

  on(name, handler) {
    this.listeners.push({ name, handler });
  }

  async update(options) {
    checkElementsOptions({ ...this.options, ...options });
    demand(!("clientSecret" in options), "elements.update(): clientSecret can't be changed.");
    this.options = { ...this.options, ...options };
    await Promise.all([...this.made.values()].map(
      (element) => element.frame && element.ask("look", element.look())));
    this.listeners.filter(({ name }) => name === "update-end").forEach(({ handler }) => handler());
  }

  async fetchUpdates() {
    const error = this.intent && (await this.intent.retrieve()).error;
    return error ? { error: { message: error.message } } : {};
  }

  /** Return why a card can't be taken here, if so. */
  async problem() {
    const { allowedPaymentMethodTypes: allowed = ["card"] } = this.options;
    const { excludedPaymentMethodTypes: excluded = [] } = this.options;
    if (!allowed.includes("card") || excluded.includes("card")) {
      const message = "No payment method type is left; the sandbox knows cards only.";
      return { type: "invalid_request_error", message };
    }
    if (!this.intent) return undefined;
    const answer = await this.intent.retrieve();
    if (answer.error) return answer.error;
    if (!["succeeded", "canceled"].includes(answer.status)) return undefined;
    const message = `This ${this.intent.name} is ${answer.status} and can't take a card any more.`;
    return { type: "invalid_request_error", code: `${this.intent.name}_unexpected_state`, message };
  }

  mounted(where) {
    const element = this.made.get("payment");
    demand(element && element.frame, `${where}: elements should have a mounted payment Element.`);
    return element;
  }

  async submit() {
    const { error } = await this.mounted("elements.submit()").ask("validate");
    this.submitted = !error;
    return error ? { error } : { selectedPaymentMethod: "card" };
  }

  /** Return the element to confirm with, when everything that comes before has been done. */
  ready(where) {
    demand(this.intent || this.submitted, `Call elements.submit() before ${where}.`);
    return this.mounted(where);
  }

  secret(where, given) {
    const own = this.options.clientSecret;
    demand(own || given, `${where}: elements() has no intent: give clientSecret here.`);
    demand(!own || !given || own === given, `${where}: elements() has another clientSecret.`);
    return given || own;
  }
}
