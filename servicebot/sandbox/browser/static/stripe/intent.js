// Intents, and the bank's questions about them.

/** Let the customer's bank ask; resolves when it has been answered. */
function authenticate(id, secret) {
  return new Promise((resolve) => {
    const focused = document.activeElement;
    const query = { intent: id, client_secret: secret };
    const frame = new Frame("3ds/challenge", query, "Authentication", (message) => {
      if (message.type !== "done") return;
      frame.remove();
      if (focused instanceof HTMLElement) focused.focus();
      resolve();
    });
    frame.style({
      position: "fixed", inset: "0", width: "100%", height: "100%", border: "0",
      zIndex: TOPMOST, colorScheme: "light",
    });
    document.body.append(frame.node);
    frame.node.focus();
  });
}

/** A SetupIntent or PaymentIntent as its client secret opens it. */
class Intent {
  constructor(key, secret, where, expected) {
    const found = /^((seti|pi)_[A-Za-z0-9]+)_secret_[A-Za-z0-9]+$/.exec(secret);
    demand(found, `${where}: the client secret should look like ID_secret_SECRET.`);
    this.name = found[2] === "seti" ? "setup_intent" : "payment_intent";
    this.kind = KINDS[this.name];
    demand(!expected || expected === this.name,
      `${where}: this client secret is of a ${this.name}. Did you mean ${this.kind.confirm}()?`);
    Object.assign(this, { key, secret, id: found[1], path: `${this.kind.path}/${found[1]}` });
  }

  retrieve() {
    return call(this.key, "GET", this.path, { client_secret: this.secret });
  }

  fields(params) {
    return pairs({ ...params, use_stripe_sdk: true, client_secret: this.secret });
  }

  confirm(params) {
    return call(this.key, "POST", `${this.path}/confirm`, this.fields(params));
  }

  /** Do what the bank asks; only an intent confirmed elsewhere may take the whole page there. */
  async settle(answer, mayLeave = false) {
    if (answer.error || answer.status !== "requires_action") return this.result(answer);
    const { redirect_to_url: redirect } = answer.next_action;
    if (redirect && mayLeave) return leave(redirect.url);
    await authenticate(this.id, this.secret);
    const after = await this.retrieve();
    const failure = after[this.kind.failure];
    const failed = after.status === "requires_payment_method" && failure;
    return this.result(failed ? { error: { ...failure, [this.name]: after } } : after);
  }

  result(answer) {
    return answer.error ? { error: answer.error } : { [this.kind.result]: answer };
  }

  returnUrl(base) {
    const url = new URL(base, window.location.href);
    url.searchParams.set(this.name, this.id);
    url.searchParams.set(`${this.name}_client_secret`, this.secret);
    url.searchParams.set("redirect_status", "succeeded");
    return url.href;
  }
}

/** Leave the page; the promise stays open, since nothing after it should run. */
function leave(url) {
  window.location.assign(url);
  return new Promise(() => {});
}
