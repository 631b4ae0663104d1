// What must compile, and below each @ts-expect-error, what must not.

import { loadServicebot, ServicebotError } from "@servicebot/portal";
import type { Changes, ErrorCode, HandleResponse, PortalEvent, Settings } from "@servicebot/portal";
import { Portal } from "@servicebot/portal/react";

const PORTAL = { portal_id: "P" };
const ADA = { email: "ada@example.com", hash: "h" };

export const good: Settings[] = [
  { ...PORTAL, ...ADA },
  { ...PORTAL, email: "ada@example.com" },
  { ...PORTAL, customer_id: "cus_ADA1", hash: "h" },
  { ...PORTAL, token: "a.b.c" },
  { billing_page_id: "P", email: "ada@example.com", email_hash: "h" },
  { servicebot_id: "P", customer_id: "cus_ADA1", email_hash: "h" },
  {
    ...PORTAL,
    ...ADA,
    identify: async () => ({ ...PORTAL, ...ADA }),
    subscription_id: "sub_1",
    service: "Notes",
    language: "pt-BR",
    options: {
      i18n: { defaultLng: "de" },
      disableCoupon: true,
      disableTiers: ["Free"],
      messageOnCancel: "Stay?",
      quantity: { seat: 5 },
      behavior: { quantityManagement: { unit: { seat: { min: 1, max: 10, step: 1 } } } },
    },
    resource: { en: { "cancel.button": "Leave", cancel: { title: "Leaving" } } },
    handleResponse: () => undefined,
    title: "Billing",
    debug: true,
  },
  { ...PORTAL, ...ADA, options: { quantity: 3 } },
];

// @ts-expect-error nobody is there
export const nobody: Settings = { ...PORTAL };
// @ts-expect-error which portal?
export const nowhere: Settings = { ...ADA };
// @ts-expect-error two identities
export const two: Settings = { ...PORTAL, ...ADA, customer_id: "cus_ADA1" };
// @ts-expect-error a token says it all
export const tokenAndHash: Settings = { ...PORTAL, token: "a.b.c", hash: "h" };
// @ts-expect-error a token stands alone
export const tokenAndEmail: Settings = { ...PORTAL, email: "ada@example.com", token: "a.b.c" };
// @ts-expect-error one hash
export const twoHashes: Settings = { ...PORTAL, ...ADA, email_hash: "h" };
// @ts-expect-error one id
export const twoPortals: Settings = { ...PORTAL, ...ADA, billing_page_id: "P" };
// @ts-expect-error a resource is an object; a URL is saved in the dashboard
export const url: Settings = { ...PORTAL, ...ADA, resource: "https://example.com/texts.json" };
// @ts-expect-error identify is async
export const sync: Settings = { ...PORTAL, ...ADA, identify: () => ADA };
// @ts-expect-error identify says who
export const empty: Settings = { ...PORTAL, ...ADA, identify: async () => ({}) };
// @ts-expect-error a number
export const debug: Settings = { ...PORTAL, ...ADA, debug: 1 };
// @ts-expect-error misspelt
export const misspelt: Settings = { ...PORTAL, ...ADA, options: { disableCoupons: true } };
// @ts-expect-error misspelt
export const unknown: Settings = { ...PORTAL, ...ADA, lang: "de" };

export const changes: Changes[] = [{}, ADA, { language: "de" }, { token: "a.b.c" }, PORTAL];
// @ts-expect-error two identities
export const badChange: Changes = { ...ADA, token: "a.b.c" };

export const handle: HandleResponse = async ({ event, response, extras }) => {
  switch (event) {
    case "change_plan":
      return response.items[0]?.tier !== "Free" && extras.scheduled === true;
    case "pre_cancel":
      return extras.ends === "period_end" && response.status === "active";
    case "post_load":
      return response.data.every((subscription) => subscription.object === "subscription");
    case "pay_invoice":
      return response.amount_due === 0;
    case "update_card":
      return response.customer.startsWith("cus_") && !extras.removed;
    case "error":
      return extras.code !== undefined && response === null;
    // @ts-expect-error no event of this name
    case "cancelled":
      return false;
    default:
      return undefined;
  }
};
export const each = (told: PortalEvent): void => {
  // @ts-expect-error only of a subscription, where the event says so
  told.response.items;
  // @ts-expect-error never sent
  if (told.event === "cancel") told.response.metadata;
};
// @ts-expect-error false stops it, a word doesn't
export const word: HandleResponse = () => "no";

export async function mounts(element: Element): Promise<ErrorCode | undefined> {
  try {
    const servicebot = await loadServicebot("https://billing.example.com", { nonce: "n" });
    const portal = servicebot.mount(element, { ...PORTAL, ...ADA });
    portal.update({ email: "ben@example.com", hash: "b" });
    portal.destroy();
    window.Servicebot?.mount(element, { ...PORTAL, ...ADA });
    // @ts-expect-error an element, not its id
    servicebot.mount("#portal", { ...PORTAL, ...ADA });
    return undefined;
  } catch (error) {
    return error instanceof ServicebotError ? error.code : undefined;
  }
}

const HOST = "https://billing.example.com";
export const elements = [
  <Portal host={HOST} settings={{ ...PORTAL, ...ADA }} />,
  <Portal
    host={HOST}
    nonce="n"
    className="billing"
    aria-label="Billing"
    settings={{ ...PORTAL, ...ADA, handleResponse: ({ event }) => event !== "pre_cancel" }}
    onError={(error) => console.error(error.message)}
    whenFailed={(error, retry) => <button onClick={retry}>{error.message}</button>}
  >
    Loading…
  </Portal>,
  // @ts-expect-error from where?
  <Portal settings={{ ...PORTAL, ...ADA }} />,
  // @ts-expect-error who?
  <Portal host={HOST} settings={PORTAL} />,
];
