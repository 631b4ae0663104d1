/** What `Servicebot.mount()` and `window.servicebotSettings` take: one table, `docs/embed.md`. */

import type { HandleResponse } from "./events.js";

/** Which portal. The last two are older names of the first. */
export type PortalId =
  | { portal_id: string; billing_page_id?: never; servicebot_id?: never }
  | { billing_page_id: string; portal_id?: never; servicebot_id?: never }
  | { servicebot_id: string; portal_id?: never; billing_page_id?: never };

/** Made on your server with the portal's secret key. Only test mode may do without one. */
export type Hash = { hash?: string; email_hash?: never } | { email_hash: string; hash?: never };
type NoHash = { hash?: never; email_hash?: never };

/** Who is there: an e-mail address, a Stripe customer or a signed token, exactly one of them. */
export type Identity =
  | ({ email: string; customer_id?: never; token?: never } & Hash)
  | ({ customer_id: string; email?: never; token?: never } & Hash)
  | ({ token: string; email?: never; customer_id?: never } & NoHash);
type NoIdentity = { email?: never; customer_id?: never; token?: never } & NoHash;

/** What the quantity field offers for a unit, inside the dashboard's rule. */
export interface QuantityLimits {
  min?: number;
  max?: number;
  step?: number;
}

/** How the portal looks. What a customer may do is decided in the dashboard. */
export interface Options {
  i18n?: { defaultLng?: string };
  disableCoupon?: boolean;
  disableTiers?: readonly string[];
  messageOnCancel?: string;
  /** What the quantity field starts with; or that for each unit label. */
  quantity?: number | Readonly<Record<string, number>>;
  behavior?: {
    quantityManagement?: { unit?: Readonly<Record<string, QuantityLimits>> };
  };
}

/** Texts by language and key, flat or nested as i18next does it. */
export interface Texts {
  readonly [key: string]: string | Texts;
}

/** Everything that says neither which portal nor who is there. */
export interface Presentation {
  /** Returns who is there, anew, when a session has ended. */
  identify?: () => Promise<Identity & Partial<PortalId>>;
  /** Shows this one of the customer's subscriptions alone. */
  subscription_id?: string;
  /** Lets choose among this service's plans. */
  service?: string;
  /** A language code, such as `pt-BR`. */
  language?: string;
  options?: Options;
  /** Your own texts, at most 32 KB, where "Add a custom resource" is on. */
  resource?: Texts;
  /** Hears what happens, where "Enable handle response" is on. */
  handleResponse?: HandleResponse;
  /** What screen readers call the portal. */
  title?: string;
  /** Writes each step into the console, where "Debug mode" is on. */
  debug?: boolean;
}

/** What a portal is mounted with. */
export type Settings = PortalId & Identity & Presentation;

/** What `update()` takes: what has changed. */
export type Changes = (PortalId | { [Name in OneOf<PortalId>]?: never }) &
  (Identity | NoIdentity) &
  Presentation;
type OneOf<Union> = Union extends Union ? keyof Union : never;

/** A portal in the page. */
export interface Handle {
  /** Loads the portal anew; with another identity, nothing of the one before is kept. */
  update(changes: Changes): void;
  /** Takes the portal out of the page. */
  destroy(): void;
}

/** What `/embed/v1.js` puts into the page. */
export interface Servicebot {
  mount(element: Element, settings: Settings): Handle;
}

declare global {
  interface Window {
    Servicebot?: Servicebot;
    servicebotSettings?: Settings | readonly Settings[];
  }
}
