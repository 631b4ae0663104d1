// Stripe() itself and what it can do.

/** Take the card of confirmCardSetup or confirmCardPayment out of its data. */
function cardOf(data, where) {
  const { payment_method: method, ...params } = data;
  if (method === undefined || typeof method === "string") return { params: data };
  const { card, ...rest } = method;
  demand(card, `${where}: payment_method needs card.`);
  const described = { ...params, payment_method_data: { ...rest, type: "card" } };
  if (card instanceof StripeElement) return { element: card, params: described };
  described.payment_method_data.card = card;
  return { params: described };
}

async function confirm(key, name, options = {}) {
  const where = `stripe.${KINDS[name].confirm}()`;
  const { elements, clientSecret, confirmParams = {}, redirect = "always" } = options;
  demand(["always", "if_required"].includes(redirect),
    `${where}: redirect should be always or if_required. You gave: ${redirect}`);
  demand(redirect === "if_required" || confirmParams.return_url,
    `${where}: confirmParams.return_url is needed unless redirect is if_required.`);
  demand(elements || clientSecret, `${where}: give elements, clientSecret or both.`);
  demand(!elements || elements instanceof StripeElements,
    `${where}: elements should come from stripe.elements().`);
  const secret = elements ? elements.secret(where, clientSecret) : clientSecret;
  const intent = new Intent(key, secret, where, name);
  const answer = elements && !confirmParams.payment_method
    ? await elements.ready(where).confirm(intent, confirmParams)
    : await intent.confirm(confirmParams);
  const result = await intent.settle(answer);
  const isOver = redirect === "always" && !result.error;
  return isOver ? leave(intent.returnUrl(confirmParams.return_url)) : result;
}

async function confirmCard(key, name, where, secret, data = {}, { handleActions = true } = {}) {
  const intent = new Intent(key, secret, where, name);
  const { element, params } = cardOf(data, where);
  demand(!element || element.frame, `${where}: the card Element should be mounted.`);
  const answer = await (element ? element.confirm(intent, params) : intent.confirm(params));
  return handleActions ? intent.settle(answer) : intent.result(answer);
}

async function retrieve(key, name, where, secret) {
  const intent = new Intent(key, secret, where, name);
  return intent.result(await intent.retrieve());
}

async function handleNextAction(key, { clientSecret } = {}) {
  const intent = new Intent(key, clientSecret, "stripe.handleNextAction()");
  return intent.settle(await intent.retrieve(), true);
}

function checkKey(key) {
  demand(typeof key === "string" && key, "Call Stripe() with your publishable key.");
  demand(!/^[sr]k_/.test(key), "Stripe() takes the publishable key, never a secret one: pk_…");
  demand(key.startsWith("pk_"), `Stripe() takes a publishable key, pk_…. You gave: ${key}`);
}

window.Stripe = function (key, options = {}) {
  checkKey(key);
  warnUnknown("Stripe()", options, CONSTRUCTOR_OPTIONS);
  demand(!options.stripeAccount, "Stripe(): the sandbox has no connected accounts.");
  const { locale = "auto" } = options;
  return {
    elements: (given = {}) => new StripeElements(key, { locale, ...given }),
    confirmSetup: (given) => confirm(key, "setup_intent", given),
    confirmPayment: (given) => confirm(key, "payment_intent", given),
    confirmCardSetup: (...given) =>
      confirmCard(key, "setup_intent", "stripe.confirmCardSetup()", ...given),
    confirmCardPayment: (...given) =>
      confirmCard(key, "payment_intent", "stripe.confirmCardPayment()", ...given),
    handleNextAction: (given) => handleNextAction(key, given),
    retrieveSetupIntent: (secret) =>
      retrieve(key, "setup_intent", "stripe.retrieveSetupIntent()", secret),
    retrievePaymentIntent: (secret) =>
      retrieve(key, "payment_intent", "stripe.retrievePaymentIntent()", secret),
  };
};
window.Stripe.version = "endive";
