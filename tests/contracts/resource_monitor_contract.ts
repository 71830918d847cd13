/**
 * What every ResourceMonitorPort promises. `make` opens one over an extension of which `use` can be told.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type ExtensionId, extensionId } from "../../core/ids.ts";
import type { ResourceEvent, ResourceMonitorPort } from "../../core/ports/resource_monitor.ts";

/** The extension that the suite looks at: limited to 1 MB over the network. */
export const watched: ExtensionId = extensionId("acme/watched");

export interface MonitorSubject {
  readonly port: ResourceMonitorPort;
  /** Lets the extension pass bytes over the network, and a reading be taken. */
  network(bytes: number): void;
  /** Lets the extension answer a call that used tokens and money. */
  answer(tokens: number, usd: number): void;
  /** True once its processes were ended. */
  isEnded(): boolean;
  close(): Promise<void>;
}

/** Registers the suite for one adapter. */
export function testResourceMonitor(name: string, make: () => MonitorSubject): void {
  const test = (title: string, body: (subject: MonitorSubject) => void) =>
    Deno.test(`${name} ${title}`, async () => {
      const subject = make();
      try {
        body(subject);
      } finally {
        await subject.close();
      }
    });
  const reading = (port: ResourceMonitorPort) =>
    port.readings().find(({ extension }) => extension === watched);

  test("readings() sum up what passed", (subject) => {
    subject.answer(100, 0.25);
    subject.answer(20, 0);
    subject.network(1000);
    const found = reading(subject.port);
    assert.deepEqual([found?.tokens, found?.usd, found?.calls, found?.failures], [120, 0.25, 2, 0]);
    assert.equal(found?.networkBytes, 1000);
    assert.equal(found?.warning, undefined);
  });

  test("history() gives the course, oldest first, and nothing of a stranger", (subject) => {
    subject.network(10);
    subject.network(20);
    const course = subject.port.history(watched).map(({ networkBytes }) => networkBytes);
    assert.deepEqual(course, course.toSorted((a, b) => a - b));
    assert.equal(course.at(-1), 30);
    assert.deepEqual(subject.port.history(extensionId("no/body")), []);
  });

  test("watch() tells a soft limit once and a hard one with the end of its processes", (subject) => {
    const events: ResourceEvent[] = [];
    const stop = subject.port.watch((event) => events.push(event));
    subject.network(850_000);
    subject.network(10);
    assert.deepEqual(events.map(({ level, resource }) => `${level} ${resource}`), ["warn networkBytes"]);
    assert.match(reading(subject.port)?.warning ?? "", /It uses 0.9 MB over the network of 1.0 MB/);
    assert.equal(subject.isEnded(), false);
    subject.network(200_000);
    assert.equal(events.at(-1)?.level, "end");
    assert.equal(subject.isEnded(), true);
    const before = events.length;
    stop();
    subject.network(200_000);
    assert.equal(events.length, before);
  });
}
