/**
 * What every answer says to the browser: nothing from elsewhere, nothing inline, nobody may frame it, nothing is kept.
 *
 * @module
 */

export interface Origins {
  readonly port: number;
  readonly framePort: number;
}

/** Stands for the nonce in the page's HTML; style sheets that a library makes bear it. */
export const NONCE_MARK = "__CSP_NONCE__";

/** Headers for everything that this server answers. `nonce` is for style sheets only. */
export function securityHeaders({ port, framePort }: Origins, nonce: string): Record<string, string> {
  // A source cannot be an IPv6 address (CSP3, host-source); where the page is on one, 'self' matches its socket too.
  const sockets = `ws://127.0.0.1:${port} ws://localhost:${port}`;
  const frames = `http://127.0.0.1:${framePort} http://localhost:${framePort}`;
  return {
    "content-security-policy": [
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonce}'`,
      `connect-src 'self' ${sockets}`,
      "img-src 'self' data: blob:",
      "font-src 'self'",
      "manifest-src 'self'",
      "worker-src 'self'",
      `frame-src ${frames}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ].join("; "),
    ...always,
    "cross-origin-opener-policy": "same-origin",
  };
}

/** Headers for pages of extensions: they have no origin, no network and no API. */
export function frameHeaders(port: number): Record<string, string> {
  const owners = `http://127.0.0.1:${port} http://localhost:${port}`;
  return {
    "content-security-policy":
      `sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; ` +
      `connect-src 'none'; frame-ancestors ${owners}; base-uri 'none'; form-action 'none'`,
    ...always,
    "cross-origin-resource-policy": "cross-origin",
  };
}

const always = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()",
  "cache-control": "no-store",
};
