/** What `handleResponse` hears: one table, `docs/events.md`. Names and values are Stripe's. */

export type SubscriptionStatus =
  | "incomplete"
  | "incomplete_expired"
  | "trialing"
  | "active"
  | "past_due"
  | "canceled"
  | "unpaid"
  | "paused";

/** Amounts are in minor units of `currency`. */
export interface Price {
  id: string;
  currency: string;
  unit_amount: number | null;
  interval: string;
  interval_count: number;
}

export interface SubscriptionItem {
  id: string;
  price: Price;
  quantity: number | null;
  /** The service and the tier that it is of; empty where it is of none. */
  service: string;
  tier: string;
  current_period_start: string | null;
  current_period_end: string | null;
}

/** Times are ISO 8601 in UTC. */
export interface Subscription {
  id: string;
  object: "subscription";
  status: SubscriptionStatus;
  customer: string;
  items: SubscriptionItem[];
  trial_end: string | null;
  cancel_at: string | null;
  cancel_at_period_end: boolean;
  canceled_at: string | null;
  ended_at: string | null;
}

export interface Invoice {
  id: string;
  object: "invoice";
  status: string;
  customer: string;
  subscription: string | null;
  currency: string;
  total: number;
  amount_due: number;
  amount_remaining: number;
}

/** Whose it is, and nothing of the card. */
export interface PaymentMethod {
  object: "payment_method";
  customer: string;
}

export interface Customer {
  id: string;
  object: "customer";
}

export interface SubscriptionList {
  object: "list";
  data: Subscription[];
}

/** What goes with each event: `response` and, beside it, `extras`. */
export interface Responses {
  pre_load: [null, object];
  post_load: [SubscriptionList, object];
  select_plan: [Subscription, Picked];
  pre_change_plan: [Subscription, Picked];
  change_plan: [Subscription, { scheduled?: boolean; undone?: boolean }];
  pre_resubscribe: [Subscription, Picked];
  resubscribe: [Subscription, { from?: string }];
  create_subscription: [Subscription, { from?: string }];
  pre_cancel: [Subscription, Leaving];
  cancel: [Subscription, Leaving];
  undo_cancel: [Subscription, object];
  resume: [Subscription, object];
  pre_update_card: [PaymentMethod, object];
  update_card: [PaymentMethod, { removed?: boolean }];
  update_billing_details: [Customer, object];
  change_quantity: [Subscription, object];
  apply_coupon: [Subscription, object];
  pay_invoice: [Invoice, object];
  button_click: [Subscription | PaymentMethod | null, { button?: string }];
  error: [null, { code?: string; message?: string }];
}

interface Picked {
  price?: string;
  tier?: string;
}

interface Leaving {
  reason?: string;
  ends?: "now" | "period_end";
}

export type EventName = keyof Responses;

/** One event; `event` says what the others are. */
export type PortalEvent = {
  [Name in EventName]: {
    event: Name;
    response: Responses[Name][0];
    extras: Responses[Name][1];
  };
}[EventName];

/** Hears each event. For one that begins with `pre_`, `false` or an error stops what is to come. */
export type HandleResponse = (
  told: PortalEvent,
) => boolean | void | Promise<boolean | void>;
