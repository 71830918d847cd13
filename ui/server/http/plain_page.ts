/**
 * The page that is served where the application was not built: it opens the session and lists the runs.
 *
 * @module
 */

export const PLAIN_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Symphony</title>
<link rel="stylesheet" href="/plain_page.css">
<script type="module" src="/plain_page.js"></script>
</head>
<body>
<main>
<h1>Symphony</h1>
<p>The application is not built here; <code>deno task ui</code> makes it. The HTTP API is at <a href="/api">/api</a>.</p>
<p id="state" role="status">Connecting</p>
<table><thead><tr><th>Run</th><th>Workflow</th><th>State</th></tr></thead><tbody id="runs"></tbody></table>
</main>
</body>
</html>
`;

export const PLAIN_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid #8884; }
`;

export const PLAIN_SCRIPT = `const state = document.getElementById("state");
const key = new URLSearchParams(location.hash.slice(1)).get("t");
if (key !== null) {
  history.replaceState(null, "", "/");
  await fetch("/api/v1/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ key }),
  });
}
const runs = new Map();
function show() {
  const rows = [...runs.values()].sort((a, b) => b.startedAt - a.startedAt).map((run) => {
    const row = document.createElement("tr");
    for (const text of [run.run, run.workflow, run.state]) row.insertCell().textContent = text;
    return row;
  });
  document.getElementById("runs").replaceChildren(...rows);
}
function connect() {
  const socket = new WebSocket("ws://" + location.host + "/events", "symphony.v1");
  socket.onopen = () => socket.send(JSON.stringify({ type: "subscribe", topic: "runs" }));
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === "ping") socket.send('{"type":"pong"}');
    if (frame.type === "welcome") state.textContent = "Connected";
    if (frame.type !== "events") return;
    for (const { data } of frame.events) {
      if (data.kind === "snapshot") runs.clear();
      for (const run of data.kind === "snapshot" ? data.runs : [data.run]) runs.set(run.run, run);
    }
    socket.send(JSON.stringify({ type: "ack", frame: frame.frame }));
    show();
  };
  socket.onclose = () => {
    state.textContent = "Not connected: start symphony again, or open the address that it printed";
    setTimeout(connect, 1000);
  };
}
connect();
`;
