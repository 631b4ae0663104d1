// One Element: the card form as the page around it sees it.

/** A card form in a frame of its own; the page around it never sees the card. */
class StripeElement {
  constructor(elements, type, options) {
    Object.assign(this, { elements, type, options, handlers: [], answers: new Map(), asked: 0 });
  }

  on(name, handler, once = false) {
    this.handlers.push({ name, handler, once });
    return this;
  }

  once(name, handler) {
    return this.on(name, handler, true);
  }

  off(name, handler) {
    this.handlers = this.handlers.filter(
      (entry) => entry.name !== name || (handler && entry.handler !== handler));
    return this;
  }

  emit(name, event = {}) {
    const due = this.handlers.filter((entry) => entry.name === name);
    this.handlers = this.handlers.filter((entry) => entry.name !== name || !entry.once);
    due.forEach((entry) => entry.handler({ elementType: this.type, ...event }));
  }

  mount(target) {
    demand(!this.destroyed, "This Element has been destroyed. Create a new one.");
    const found = typeof target === "string" ? document.querySelector(target) : target;
    demand(found instanceof HTMLElement,
      `mount(): ${target} is not an element of this page. It must exist before mount() is called.`);
    if (this.frame && this.container === found) return;
    this.unmount();
    this.container = found;
    this.opened = new Promise((resolve) => { this.open = resolve; });
    this.frame = new Frame("elements/card", {}, "Secure card input", (data) => this.hear(data));
    this.frame.style({
      display: "block", border: "0", margin: "-4px", width: "calc(100% + 8px)", height: "0",
      colorScheme: this.scheme(),
    });
    found.classList.add("StripeElement", "StripeElement--empty");
    found.replaceChildren(this.frame.node);
    this.patience = setTimeout(() => this.fail({
      type: "api_connection_error", message: "The card form could not be loaded.",
    }), HELLO_WITHIN_MS);
    queueMicrotask(() => this.emit("loaderstart"));
  }

  unmount() {
    if (!this.frame) return;
    clearTimeout(this.patience);
    this.frame.remove();
    this.frame = null;
    this.fail({ type: "api_error", message: "The Element was unmounted." }, true);
    this.container.classList.remove("StripeElement");
    ["complete", "empty", "focus", "invalid"].forEach((state) => this.mark(state, false));
  }

  destroy() {
    this.unmount();
    this.destroyed = true;
    this.elements.forget(this);
  }

  focus() {
    this.tell("focus");
  }

  blur() {
    this.tell("blur");
  }

  clear() {
    this.tell("clear");
  }

  collapse() {
    return this;
  }

  update(options) {
    warnUnknown("element.update()", options, ELEMENT_OPTIONS[this.type]);
    this.options = { ...this.options, ...options };
    this.tell("look", this.look());
    return this;
  }

  /** Say what the elements group and this element want the form to look like. */
  look() {
    const { appearance = {}, locale } = this.elements.options;
    const locked = Boolean(this.options.readOnly || this.options.disabled);
    const inputs = this.type === "card" ? "condensed" : appearance.inputs;
    const variables = readable(appearance.variables || {});
    const wishes = JSON.parse(JSON.stringify({ ...appearance, variables, inputs }));
    return { appearance: wishes, locale, locked };
  }

  scheme() {
    return (this.elements.options.appearance || {}).theme === "night" ? "dark" : "light";
  }

  tell(type, message = {}) {
    if (!this.frame) return;
    this.opened.then(() => this.frame && this.frame.say({ ...message, type }));
    this.frame.style({ colorScheme: this.scheme() });
  }

  ask(type, message) {
    if (this.failed) return Promise.resolve({ error: this.failed });
    const id = ++this.asked;
    return new Promise((resolve) => {
      this.answers.set(id, resolve);
      this.tell(type, { ...message, id });
    });
  }

  confirm(intent, params) {
    const fields = intent.fields(params);
    return this.ask("confirm", { key: this.elements.key, path: `${intent.path}/confirm`, fields });
  }

  /** End everything that waits for the form with one error. */
  fail(error, quietly = false) {
    this.failed = quietly ? undefined : error;
    this.answers.forEach((resolve) => resolve({ error }));
    this.answers.clear();
    if (!quietly) this.emit("loaderror", { error });
  }

  hear(message) {
    const heard = {
      hello: () => this.frame.say({ ...this.look(), type: "look" }),
      ready: () => this.ready(),
      height: () => this.frame.style({ height: `${message.height}px` }),
      focus: () => this.focused(true),
      blur: () => this.focused(false),
      escape: () => this.emit("escape"),
      enter: () => this.submitForm(),
      change: () => this.changed(message),
      answer: () => this.answered(message),
    };
    if (Object.hasOwn(heard, message.type)) heard[message.type]();
  }

  async ready() {
    clearTimeout(this.patience);
    this.open();
    const error = await this.elements.problem();
    if (!this.frame) return;
    if (error) this.fail(error);
    else this.emit("ready");
  }

  focused(isFocused) {
    this.mark("focus", isFocused);
    this.emit(isFocused ? "focus" : "blur");
  }

  submitForm() {
    const form = this.container.closest("form");
    if (form) form.requestSubmit();
  }

  changed({ empty, complete, error, brand }) {
    this.elements.submitted = false;
    this.mark("empty", empty);
    this.mark("complete", complete);
    this.mark("invalid", Boolean(error));
    const value = this.type === "card" ? { postalCode: "" } : { type: "card" };
    const own = this.type === "card" ? { error, brand } : { collapsed: false };
    this.emit("change", { empty, complete, value, ...own });
  }

  answered({ id, answer }) {
    const resolve = this.answers.get(id);
    this.answers.delete(id);
    if (resolve) resolve(answer);
  }

  mark(state, isOn) {
    this.container.classList.toggle(`StripeElement--${state}`, isOn);
  }
}
