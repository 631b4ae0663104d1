"use client";

import { useEffect, useRef } from "react";
import { showPortal } from "./showPortal";

export default function BillingPortal() {
  const place = useRef(null);
  useEffect(() => showPortal(place.current), []);
  return <div ref={place} />;
}
