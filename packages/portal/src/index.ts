export { loadServicebot, ServicebotError } from "./load.js";
export type { ErrorCode, LoadOptions } from "./load.js";
export type * from "./events.js";
export type * from "./settings.js";
