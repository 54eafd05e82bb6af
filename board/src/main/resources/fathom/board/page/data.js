// The runs, kept up to date by the board's events.
export const runs = new Map();

let seen = null; // the runs named since the connection was opened, until all have been

function steps(message) {
  const run = runs.get(message.id);
  if (!run) return;
  const kept = message.from === 0 ? [] : run.steps.rows.slice(0, message.from);
  run.steps = { columns: message.columns, rows: kept.concat(message.rows) };
}

// calls changed(kind) after each group of changes, connection(state) when the board answers or stops to
export function listen(changed, connection) {
  const events = new EventSource("events");
  events.addEventListener("open", () => {
    seen = new Set();
    connection("live");
  });
  events.addEventListener("error", () => connection("lost"));
  events.addEventListener("run", e => {
    const run = JSON.parse(e.data);
    run.steps = runs.get(run.id)?.steps ?? { columns: [], rows: [] };
    runs.set(run.id, run);
    seen?.add(run.id);
  });
  events.addEventListener("steps", e => steps(JSON.parse(e.data)));
  events.addEventListener("gone", e => runs.delete(JSON.parse(e.data).id));
  events.addEventListener("complete", () => {
    if (seen) {
      for (const id of [...runs.keys()]) if (!seen.has(id)) runs.delete(id);
      seen = null;
    }
    changed();
  });
}

// running ones first, then the latest
export function ordered() {
  const rank = run => (run.status === "running" ? 0 : 1);
  return [...runs.values()].sort((a, b) =>
    rank(a) - rank(b) || (rank(a) ? b.changed - a.changed : 0) || a.name.localeCompare(b.name));
}

export function column(table, name) {
  const i = table.columns.indexOf(name);
  return i < 0 ? [] : table.rows.map(row => row[i]);
}

export function last(values) {
  for (let i = values.length - 1; i >= 0; i--) if (values[i] !== null) return values[i];
  return null;
}

// epochs finished, counted from 1
export function epochsDone(run) {
  return last(column(run, "epoch")) ?? 0;
}

// updates of the weights per epoch: as counted, else as the settings say
export function stepsPerEpoch(run) {
  const epoch = last(column(run.steps, "epoch"));
  const step = last(column(run.steps, "step"));
  if (epoch > 0 && step > 0) return step / epoch;
  const { trainingExamples: examples, batchSize: batch, accumulate = 1 } = run.config;
  return examples > 0 && batch > 0 ? Math.ceil(Math.ceil(examples / batch) / accumulate) : 1;
}

export function trainingSeconds(run) {
  const counted = last(column(run.steps, "seconds")) ?? 0;
  return Math.max(counted, column(run, "seconds").reduce((sum, s) => sum + (s ?? 0), 0));
}

export function statusName(run) {
  return run.status === "finished" && run.config.ending === "NO_IMPROVEMENT" ? "early" : run.status;
}
