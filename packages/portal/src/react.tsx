/** The portal as a React component, for the browser; on the server it is an empty element. */

"use client";

import { useEffect, useRef, useState } from "react";
import type { HTMLAttributes, JSX, ReactNode } from "react";
import { loadServicebot, ServicebotError } from "./load.js";
import type { Handle, Servicebot, Settings } from "./settings.js";

export interface PortalProps
  extends Omit<HTMLAttributes<HTMLDivElement>, "children" | "onError"> {
  /** Servicebot's address, with https://. */
  host: string;
  /** May be made anew for each render: the portal loads again only for what has changed. */
  settings: Settings;
  /** The nonce of your page's Content-Security-Policy. */
  nonce?: string;
  /** What stands there until the portal does. */
  children?: ReactNode;
  /** What stands there when it can't be loaded; without it, a sentence. */
  whenFailed?: (error: Error, retry: () => void) => ReactNode;
  onError?: (error: Error) => void;
}

interface Latest {
  settings: Settings;
  onError: PortalProps["onError"] | undefined;
}
interface Shown {
  servicebot: Servicebot;
  handle: Handle;
  data: string;
}

/** The customer's portal, as long as the component is there. */
export function Portal(props: PortalProps): JSX.Element {
  const { host, settings, nonce, children, whenFailed, onError, ...rest } = props;
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<Shown>(undefined);
  const latest = useRef<Latest>({ settings, onError });
  const [error, setError] = useState<Error>();
  const [isShown, setShown] = useState(false);
  const [tries, setTries] = useState(0);
  const data = dataOf(settings);

  useEffect(() => {
    latest.current = { settings, onError };
  });

  useEffect(() => {
    let isGone = false;
    const fail = (reason: unknown): void => {
      if (isGone) return;
      const why = reason instanceof Error ? reason : new Error(String(reason));
      setError(why);
      latest.current.onError?.(why);
    };
    loadServicebot(host, { nonce })
      .then((servicebot) => {
        if (isGone || !place.current) return;
        shown.current = mounted(servicebot, place.current, latest);
        setShown(true);
      })
      .catch(fail);
    return () => {
      isGone = true;
      shown.current?.handle.destroy();
      shown.current = undefined;
      setShown(false);
      setError(undefined);
    };
  }, [host, nonce, tries]);

  useEffect(() => {
    const now = shown.current;
    if (!now || !place.current || now.data === data) return;
    if (lacks(data, now.data)) {
      now.handle.destroy(); // update() adds and changes; it takes nothing away
      shown.current = mounted(now.servicebot, place.current, latest);
    } else {
      now.data = data;
      now.handle.update(bound(latest));
    }
  }, [data]);

  return (
    <div {...rest}>
      <div ref={place} />
      {error
        ? (whenFailed?.(error, () => setTries(tries + 1)) ?? <p role="alert">{sentence(error)}</p>)
        : !isShown && children}
    </div>
  );
}

function sentence(error: Error): string {
  const isOurs = error instanceof ServicebotError && error.code !== "not_loaded";
  return isOurs ? error.message : "The billing page couldn't be loaded. Try again.";
}

function mounted(servicebot: Servicebot, place: Element, latest: { current: Latest }): Shown {
  const data = dataOf(latest.current.settings);
  return { servicebot, handle: servicebot.mount(place, bound(latest)), data };
}

/** The settings with functions that call whichever the last render gave. */
function bound(latest: { current: Latest }): Settings {
  const { identify, handleResponse, ...data } = latest.current.settings;
  const calls: Pick<Settings, "identify" | "handleResponse"> = {};
  if (identify)
    calls.identify = async () => {
      const now = latest.current.settings.identify;
      if (!now) throw new Error("The settings have no identify any more.");
      return now();
    };
  if (handleResponse)
    calls.handleResponse = (told) => latest.current.settings.handleResponse?.(told);
  return { ...data, ...calls } as Settings;
}

/** What of the settings makes another page of it: all but the functions, and whether there are any. */
function dataOf(settings: Settings): string {
  const known = Object.entries(settings).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(known.map(([name, value]) => [name, text(value)])));
}

function text(value: unknown): string {
  if (typeof value === "function") return "function";
  try {
    return JSON.stringify(value);
  } catch {
    return "circular"; // which the embed leaves out
  }
}

/** Whether something that was given before isn't any more. */
function lacks(data: string, before: string): boolean {
  const now = new Set(Object.keys(JSON.parse(data) as object));
  return Object.keys(JSON.parse(before) as object).some((name) => !now.has(name));
}
