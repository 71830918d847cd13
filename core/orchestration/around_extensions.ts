/** What stands around extensions and changes how they are called, and nothing else of them. @module */

import type { ExtensionId, InstanceId } from "../ids.ts";
import type {
  CallOptions,
  CallRequest,
  CallResult,
  ExtensionPort,
  InstanceHealth,
} from "../ports/extension.ts";
import type { Catalog } from "../workflow/catalog.ts";

/** Passes everything but calls on to the extensions inside. */
export abstract class AroundExtensions implements ExtensionPort {
  protected readonly inner: ExtensionPort;

  constructor(inner: ExtensionPort) {
    this.inner = inner;
  }

  abstract call(
    instance: InstanceId,
    request: CallRequest,
    options: CallOptions,
  ): CallResult | Promise<CallResult>;

  describe(): Promise<Catalog> {
    return this.inner.describe();
  }

  activate(extension: ExtensionId, signal?: AbortSignal): Promise<InstanceId> {
    return this.inner.activate(extension, signal);
  }

  isAlive(instance: InstanceId): boolean {
    return this.inner.isAlive(instance);
  }

  deactivate(instance: InstanceId): Promise<void> {
    return this.inner.deactivate(instance);
  }

  health(): readonly InstanceHealth[] {
    return this.inner.health();
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
