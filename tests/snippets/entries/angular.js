import "@angular/compiler"; // links Angular's own packages, as Angular's builder would
import { createComponent } from "@angular/core";
import { createApplication } from "@angular/platform-browser";
import { BillingPortal } from "../billing-portal.js";

const app = await createApplication();
const hostElement = document.getElementById("app");
const component = createComponent(BillingPortal, { environmentInjector: app.injector, hostElement });
app.attachView(component.hostView);
window.takeAway = () => component.destroy();
