import { useEffect, useRef } from "react";
import { showPortal } from "./showPortal";

export function BillingPortal() {
  const place = useRef(null);
  useEffect(() => showPortal(place.current), []);
  return <div ref={place} />;
}
