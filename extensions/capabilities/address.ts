/**
 * Addresses that a granted public name must not lead to: this machine, private networks, link-local and metadata
 * services. A host that the manifest names as such an address (`127.0.0.1`, `localhost`) was granted with open eyes.
 *
 * @module
 */

import { lookup } from "node:dns/promises";
import { messageOf } from "../../core/errors.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import type { Authority } from "./capability.ts";

/** The addresses of a name. */
export type Resolve = (host: string) => Promise<readonly { readonly address: string }[]>;

/**
 * The addresses that `hostname` leads to, to connect to these and no others; undefined where it is an address itself.
 *
 * @throws ExtensionFailure where one of them is an inner address that was not granted by its very name
 */
export async function checkedAddresses(
  hostname: string,
  port: number,
  authority: Pick<Authority, "namesOutright">,
  resolve: Resolve = resolved,
): Promise<readonly string[] | undefined> {
  const host = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  if (isAddress(host) || host === "localhost") {
    if (isInner(host) && !authority.namesOutright(hostname, port)) throw inner(host, host);
    return undefined;
  }
  const addresses = (await resolve(host)).map(({ address }) => address);
  for (const address of addresses) {
    if (isInner(address) && !authority.namesOutright(address, port)) throw inner(host, address);
  }
  return addresses;
}

/** True for `localhost`, loopback, private, link-local, shared, reserved and multicast addresses. */
export function isInner(address: string): boolean {
  if (address === "localhost" || address.endsWith(".localhost")) return true;
  const mapped = /^::(?:ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return isInnerV4(mapped[1] ?? "");
  return address.includes(":") ? isInnerV6(address.toLowerCase()) : isInnerV4(address);
}

function isInnerV4(address: string): boolean {
  const [a = 0, b = 0] = address.split(".").map(Number);
  if (a === 0 || a === 10 || a === 127 || a >= 224) return true;
  if (a === 100) return b >= 64 && b <= 127;
  if (a === 169) return b === 254;
  if (a === 172) return b >= 16 && b <= 31;
  return a === 192 && (b === 168 || b === 0) || a === 198 && (b === 18 || b === 19);
}

function isInnerV6(address: string): boolean {
  if (address === "::" || address === "::1") return true;
  if (address.startsWith("::")) return true;
  // fc00::/7 unique local, fe80::/10 link-local, fec0::/10 site-local, ff00::/8 multicast, 64:ff9b::/96 NAT64, 2002::/16.
  return /^(f[cd]|fe[89a-f]|ff)/.test(address) || address.startsWith("64:ff9b:") ||
    address.startsWith("2002:");
}

function isAddress(host: string): boolean {
  return host.includes(":") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

async function resolved(host: string): Promise<readonly { address: string }[]> {
  try {
    return await lookup(host, { all: true });
  } catch (cause) {
    throw new ExtensionFailure("connection", `Cannot resolve ${host}: ${messageOf(cause)}`, { cause });
  }
}

function inner(host: string, address: string): ExtensionFailure {
  const message = `Cannot reach ${host}: it leads to ${address}, an address of this machine or its network`;
  return new ExtensionFailure("permission", message);
}
