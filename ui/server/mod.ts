/**
 * The server of the page: an adapter of HTTP and WebSocket to core's ports. Start reading at server.ts; http/ is the door,
 * events/ the stream, routes/ the API by area. May import core and ui/api.
 *
 * @module
 */

export { type ServeOptions, startServer, type UiServer } from "./server.ts";
export { anotherAddress, RunningServer } from "./running_server.ts";
export { PermissionPrompts } from "./permission_prompts.ts";
export type { Backend, Texts, UiServices } from "./services.ts";
