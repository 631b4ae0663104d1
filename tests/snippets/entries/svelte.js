import { mount, unmount } from "svelte";
import BillingPortal from "../BillingPortal.svelte";

const app = mount(BillingPortal, { target: document.getElementById("app") });
window.takeAway = () => unmount(app);
