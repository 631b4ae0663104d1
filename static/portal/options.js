/* What the snippet's `options` ask for: a page with less on it, or one sentence more. They are
   unsigned, so they are looks alone: nothing of them but a language reaches the server, and nothing
   that it refuses opens. What isn't of its type and size is as if it weren't there. */
(function () {
  "use strict";
  const MOST = 999999; // of a quantity, at Stripe
  const TEXT = 500;
  const NAMES = 100;
  const NAME = 200;

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const isText = (value, most) => typeof value === "string" && value.length <= most;
  const isCount = (value) => Number.isInteger(value) && value >= 1 && value <= MOST;
  const isList = (value) =>
    Array.isArray(value) && value.length <= NAMES && value.every((name) => isText(name, NAME));

  function own(object, ...path) {
    return path.reduce((at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined), object);
  }

  Servicebot.wishes = function (options) {
    const tiers = own(options, "disableTiers");
    const message = own(options, "messageOnCancel");
    const defaultLanguage = own(options, "i18n", "defaultLng");
    return {
      hidesCoupon: own(options, "disableCoupon") === true,
      hiddenTiers: isList(tiers) ? tiers : [],
      message: isText(message, TEXT) ? message.trim() : "",
      start: own(options, "quantity"),
      language: isText(defaultLanguage, NAME) ? defaultLanguage : "",
      units: own(options, "behavior", "quantityManagement", "unit"),
    };
  };

  Servicebot.grant = function (wishes, place) {
    if (wishes.hidesCoupon) hideCoupons(place);
    if (wishes.hiddenTiers.length) {
      for (const picker of place.querySelectorAll("[data-picker]")) hideTiers(picker, wishes.hiddenTiers);
    }
    for (const line of place.querySelectorAll("[data-message]")) {
      line.textContent = wishes.message;
      line.hidden = !wishes.message;
    }
    for (const field of place.querySelectorAll("[data-unit]")) narrow(field, wishes);
  };

  function hideCoupons(place) {
    for (const part of place.querySelectorAll("[data-coupon]")) {
      const actions = part.closest(".sub .actions");
      part.remove();
      // A menu with nothing in it says nothing.
      if (actions && !actions.querySelector("button")) (actions.closest("details") || actions).hidden = true;
    }
  }

  // The present plan stays, in all its intervals; an interval that has no plan left goes.
  function hideTiers(picker, names) {
    const current = picker.querySelector("[data-current]");
    const gone = names.filter((name) => !current || name !== current.dataset.tier);
    for (const plan of picker.querySelectorAll("[data-tier]")) {
      if (gone.includes(plan.dataset.tier)) plan.remove();
    }
    const periods = [...picker.querySelectorAll("[data-tier]")].map((plan) => plan.dataset.period);
    for (const choice of picker.querySelectorAll("[data-interval]")) {
      if (!periods.includes(choice.value)) choice.closest("label").remove();
    }
    const first = picker.querySelector("[data-interval]");
    if (first && !picker.querySelector("[data-interval]:checked")) first.click();
    if (!picker.querySelector("[name=price]:enabled")) picker.querySelector("[type=submit]").remove();
  }

  // The dashboard's rule is what the field came with; a wish may only take numbers out of it.
  function narrow(field, { start, units }) {
    const rule = { min: Number(field.min), max: Number(field.max), step: Number(field.step) };
    const asked = own(units, field.dataset.unit);
    const [min, max, step] = ["min", "max", "step"].map((name) => own(asked, name));
    if (isCount(step) && step % rule.step === 0) field.step = step;
    if (isCount(min) && min > rule.min) field.min = rule.min + Math.ceil((min - rule.min) / rule.step) * rule.step;
    if (isCount(max) && max < rule.max) field.max = max;
    if (Number(field.min) > Number(field.max)) Object.assign(field, rule);
    const wished = isObject(start) ? own(start, field.dataset.unit) : start;
    if (isCount(wished) && fits(field, wished)) field.value = wished;
  }

  function fits(field, value) {
    const [min, max, step] = [field.min, field.max, field.step].map(Number);
    return value >= min && value <= max && (value - min) % step === 0;
  }
})();
