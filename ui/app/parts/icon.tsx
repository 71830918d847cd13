/**
 * The icons: one set of stroked 16-unit paths, drawn inline, so that nothing is fetched and the content security policy
 * needs no exception. Decorative unless `label` is given.
 *
 * @module
 */

const paths = {
  mark: "M3 11V5m3 8V3m3 8V5m3 5V6",
  board: "M2.5 3.5h4v4h-4zM9.5 8.5h4v4h-4zM6.5 5.5h2a2 2 0 0 1 2 2v1",
  runs: "M2.5 4h7M4.5 8h9M2.5 12h6",
  editor: "M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5",
  gauge: "M2.5 12a6 6 0 1 1 11 0M8 10l3-4",
  artifact: "M8 1.8 13.5 5v6L8 14.2 2.5 11V5zM2.5 5 8 8.2 13.5 5M8 8.2v6",
  error: "M8 1.8 14.6 13.4H1.4zM8 6v3.4m0 1.6v.4",
  extension:
    "M6.5 3a1.5 1.5 0 0 1 3 0v1H12a1 1 0 0 1 1 1v2.5h-1a1.5 1.5 0 0 0 0 3h1V13a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1h2.5z",
  settings:
    "M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4M8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M3.4 12.6l1.4-1.4M11.2 4.8l1.4-1.4",
  shield: "M8 1.8 13 4v4c0 3-2.2 5.2-5 6.2C5.2 13.2 3 11 3 8V4z",
  store: "M2.5 6.5 3.5 2.5h9l1 4M2.5 6.5h11v7h-11zM6.5 13.5v-4h3v4",
  chat: "M2.5 3h11v8h-6L4 13.5V11H2.5z",
  play: "M4.5 2.8v10.4L13 8z",
  pause: "M5.5 3v10M10.5 3v10",
  stop: "M4 4h8v8H4z",
  step: "M3.5 3v10l6-5zM12 3v10",
  retry: "M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3",
  undo: "M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M3 6.5 6 3.5M3 6.5l3 3",
  redo: "M13 6.5H6.5a3.5 3.5 0 0 0 0 7H10M13 6.5l-3-3M13 6.5l-3 3",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  close: "m3.8 3.8 8.4 8.4M12.2 3.8l-8.4 8.4",
  check: "m3 8.5 3.2 3.2L13 4.6",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10M10.7 10.7 14 14",
  save: "M3 2.5h8l2.5 2.5v8.5h-11v-11zM5 2.5v3.5h5V2.5M5 13.5v-4h6v4",
  file: "M4 1.8h5.2L12.5 5v9.2H4zM9 2v3.2h3.4",
  folder: "M1.8 4h4.4l1.4 1.6h6.6v7.6H1.8z",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  trash: "M2.8 4.4h10.4M6 4.4V2.6h4v1.8M4.2 4.4l.7 9.2h6.2l.7-9.2M6.8 7v4M9.2 7v4",
  link: "M6.5 9.5 9.5 6.5M7 4.5l1.3-1.3a2.8 2.8 0 0 1 4 4L11 8.5M9 11.5l-1.3 1.3a2.8 2.8 0 0 1-4-4L5 7.5",
  layout: "M2.5 2.5h4v3h-4zM9.5 6.5h4v3h-4zM2.5 10.5h4v3h-4zM6.5 4h1.5v8H6.5M8 8h1.5",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  zoomin: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10M10.7 10.7 14 14M7 5v4M5 7h4",
  zoomout: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10M10.7 10.7 14 14M5 7h4",
  map: "M2 3.6 6 2.2l4 1.6 4-1.4v10l-4 1.4-4-1.6-4 1.4zM6 2.2v10M10 3.8v10",
  group: "M2.5 2.5h11v11h-11zM5 5.5h2.5V8H5zM8.5 8.5H11V11H8.5z",
  note: "M2.5 2.5h11v7l-4 4h-7zM9.5 13.5v-4h4",
  history: "M2.6 8A5.4 5.4 0 1 0 4.3 4.1L2.5 5.8M2.5 2.5v3.3h3.3M8 5v3.2l2.2 1.4",
  diff: "M5 2v7M1.5 5.5h7M8 12.5h6.5",
  pin: "M9.5 2 14 6.5l-2.2.6-2.3 2.3-.3 3.2L3.4 6.8l3.2-.3L8.9 4.2zM5.8 10.2 2 14",
  breakpoint: "M8 12.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9",
  template: "M2.5 2.5h11v3h-11zM2.5 8h5v5.5h-5zM10 8h3.5v5.5H10z",
  loop: "M3 6.5A4.5 4.5 0 0 1 11.5 5M13 9.5A4.5 4.5 0 0 1 4.5 11M11.8 2.2V5H9M4.2 13.8V11H7",
  branch: "M4 2.5v11M4 9.5c5 0 8-1 8-4.5M10 6l2-2.5L14 6",
  merge: "M4 2.5v3c0 3 4 2.5 4 5v3M12 2.5v3c0 3-4 2.5-4 5M6 11.5l2 2 2-2",
  gate: "M3 13.5v-8a5 5 0 0 1 10 0v8M8 6v7.5M1.8 13.5h12.4",
  wait: "M4 2.5h8M4 13.5h8M5 2.5c0 3.5 6 4 6 5.5s-6 2-6 5.5M11 2.5c0 3.5-6 4-6 5.5",
  input: "M2 8h8M7 5l3 3-3 3M12.5 3v10",
  output: "M3.5 3v10M6 8h8M11 5l3 3-3 3",
  model: "M8 2.2 9.4 6l3.9 1.4-3.9 1.4L8 12.6 6.6 8.8 2.7 7.4 6.6 6zM13 11.5v2.5M11.8 12.8h2.5",
  tool:
    "M10.2 5.8 13.4 2.6a3.6 3.6 0 0 1-4.7 4.7L4 12a1.4 1.4 0 0 1-2-2l4.7-4.7a3.6 3.6 0 0 1 4.7-4.7L8.2 3.8z",
  workflow: "M2 2.5h4v3.5H2zM10 2.5h4v3.5h-4zM6 10h4v3.5H6zM4 6v1.5a1 1 0 0 0 1 1h6a1 1 0 0 0 1-1V6M8 8.5V10",
  warn: "M8 1.8 14.6 13.4H1.4zM8 6v3.4m0 1.6v.4",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 7.5V11M8 5v.4",
  good: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M5.4 8.3l1.8 1.8 3.4-4",
  bad: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
  up: "m3.5 10 4.5-4.5L12.5 10",
  down: "m3.5 6 4.5 4.5L12.5 6",
  left: "M10 3.5 5.5 8l4.5 4.5",
  right: "M6 3.5 10.5 8 6 12.5",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  grip: "M6 4h.01M6 8h.01M6 12h.01M10 4h.01M10 8h.01M10 12h.01",
  eyeoff:
    "m2.5 2.5 11 11M6.6 3.7A7 7 0 0 1 8 3.5C12.5 3.5 14.5 8 14.5 8a12 12 0 0 1-1.9 2.6M4.2 4.9A12 12 0 0 0 1.5 8S4 12.5 8 12.5a6.6 6.6 0 0 0 3-.7",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
  sun:
    "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7",
  moon: "M13.2 9.8A5.6 5.6 0 0 1 6.2 2.8a5.6 5.6 0 1 0 7 7",
  contrast: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 2v12M8 4.5a3.5 3.5 0 0 1 0 7",
  plug: "M5.5 2v3.5M10.5 2v3.5M4 5.5h8V8a4 4 0 0 1-8 0zM8 12v2.2",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 4.8V8l2.2 1.6",
  download: "M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11",
  code: "M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5",
  command:
    "M5.5 5.5h5v5h-5zM5.5 5.5H4A1.7 1.7 0 1 1 5.5 4zM10.5 5.5V4A1.7 1.7 0 1 1 12 5.5zM10.5 10.5H12a1.7 1.7 0 1 1-1.5 1.5zM5.5 10.5V12A1.7 1.7 0 1 1 4 10.5z",
  alignleft: "M2.5 2v12M5 4.5h8v2.5H5zM5 9.5h5V12H5z",
  aligntop: "M2 2.5h12M4.5 5v8H7V5zM9.5 5v5H12V5z",
  aligncentre: "M8 2v12M4 4.5h8v2.5H4zM5.5 9.5h5V12h-5z",
  alignright: "M13.5 2v12M11 4.5H3v2.5h8zM11 9.5H6V12h5z",
  alignmiddle: "M2 8h12M4.5 4v8H7V4zM9.5 5.5v5H12v-5z",
  alignbottom: "M2 13.5h12M4.5 11V3H7v8zM9.5 11V6H12v5z",
  distribute: "M2.5 2v12M13.5 2v12M6.5 5h3v6h-3z",
  distributedown: "M2 2.5h12M2 13.5h12M5 6.5v3h6v-3z",
  panelleft: "M2 3h12v10H2zM6.5 3v10",
  panelright: "M2 3h12v10H2zM9.5 3v10",
  bulb: "M5.8 11.5V10a4 4 0 1 1 4.4 0v1.5zM6.3 13.8h3.4",
} as const;

export type IconName = keyof typeof paths;

/** The icon of this name, where there is one: extensions name them as they like. */
export function iconNamed(name: unknown): IconName | undefined {
  return typeof name === "string" && Object.hasOwn(paths, name) ? name as IconName : undefined;
}

const filled: ReadonlySet<IconName> = new Set(["play", "stop"]);

/** True for one whose shape is filled rather than drawn as a line. */
export function isFilledIcon(name: IconName): boolean {
  return filled.has(name);
}

/** The path of an icon in a 16-unit square, for drawing it elsewhere. */
export function iconPath(name: IconName): string {
  return paths[name];
}

export function Icon(
  { name, size = 16, label, class: className = "" }: {
    readonly name: IconName;
    readonly size?: number;
    readonly label?: string;
    readonly class?: string;
  },
) {
  const weight = name === "more" || name === "grip" ? 2 : 1.4;
  return (
    <svg
      class={`icon ${className}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill={filled.has(name) ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width={weight}
      stroke-linecap="round"
      stroke-linejoin="round"
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
    >
      <path d={paths[name]} />
    </svg>
  );
}
