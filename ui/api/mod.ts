/**
 * The contract between server and page: types only, pure, without a library. `api.ts` holds the routes, `frames.ts` and
 * `topics.ts` the event stream. May import core. Start reading at api.ts.
 *
 * @module
 */

export { API_BASE } from "./api.ts";
export type { AnswerOf, Api, BodyOf, ParamsOf, QueryOf, Route } from "./api.ts";
export { EVENTS_PATH, EVENTS_PROTOCOL, EVENTS_VERSION, MAX_FRAME_BYTES } from "./frames.ts";
export type { ClientFrame, Position, Request, ServerFrame, StreamEvent } from "./frames.ts";
export type { ApiProblem, RequestFault } from "./problem.ts";
export type { TextAnswer, TextCallName, TextCalls, TextEvent, TextParams } from "./texts.ts";
export type { AnyEvent, EventOf, LiveText, RunsEvent, RunTopicEvent, Topic } from "./topics.ts";
