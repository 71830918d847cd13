/**
 * A page in a frame, for what data cannot say: a plot that is drawn on. It has no network, no storage and no origin. What it
 * is given is one port, over which it calls this extension's own commands; every message is JSON as text.
 */

const canvas = document.getElementById("plot");
const button = document.getElementById("summarize");
const said = document.getElementById("said");
const points = [];
let cursor = { x: 0.5, y: 0.5 };
let port;
let next = 1;
const waiting = new Map();

globalThis.addEventListener("message", (event) => {
  if (port !== undefined || event.ports.length !== 1) return;
  port = event.ports[0];
  port.onmessage = ({ data }) => hear(JSON.parse(data));
  hear(JSON.parse(event.data));
  button.disabled = false;
});

function hear(message) {
  if (message.type === "answer") {
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
    return;
  }
  for (const [name, colour] of Object.entries(message.colours)) {
    document.documentElement.style.setProperty(`--${name}`, colour);
  }
  draw();
}

function command(name, input) {
  const id = next++;
  port.postMessage(JSON.stringify({ type: "command", id, command: name, input }));
  return new Promise((resolve) => waiting.set(id, resolve));
}

function draw() {
  const paint = canvas.getContext("2d");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`) || "gray";
  const { width, height } = canvas;
  paint.clearRect(0, 0, width, height);
  paint.strokeStyle = colour("accent");
  paint.fillStyle = colour("accent");
  paint.lineWidth = 2;
  paint.beginPath();
  points.forEach(({ x, y }, at) => paint[at === 0 ? "moveTo" : "lineTo"](x * width, y * height));
  paint.stroke();
  for (const { x, y } of points) paint.fillRect(x * width - 3, y * height - 3, 6, 6);
  paint.strokeStyle = colour("text-2");
  paint.strokeRect(cursor.x * width - 5, cursor.y * height - 5, 10, 10);
  canvas.setAttribute(
    "aria-label",
    points.length === 0 ? "An empty plot" : `A plot of ${points.length} points`,
  );
}

function set(x, y) {
  cursor = { x, y };
  points.push(cursor);
  points.sort((a, b) => a.x - b.x);
  draw();
}

canvas.addEventListener("click", (event) => set(event.offsetX / canvas.width, event.offsetY / canvas.height));
canvas.addEventListener("keydown", (event) => {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const step = steps[event.key];
  if (step === undefined && event.key !== "Enter") return;
  event.preventDefault();
  if (step === undefined) return set(cursor.x, cursor.y);
  const within = (value) => Math.max(0, Math.min(1, value));
  cursor = { x: within(cursor.x + step[0] / 20), y: within(cursor.y + step[1] / 20) };
  draw();
});
button.addEventListener("click", async () => {
  const rows = points.map(({ x, y }) => `${x.toFixed(3)},${(1 - y).toFixed(3)}`);
  const answer = await command("examples/csv-summary", { text: `x,y\n${rows.join("\n")}\n` });
  said.textContent = answer.output === undefined ? answer.message : answer.output.notice;
});
draw();
