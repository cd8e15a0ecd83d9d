// check_json.js FILE SEEDS: the object that `haven replay --json` prints has every key of the contract, of its type.
"use strict";
const [file, seeds] = process.argv.slice(2);
const faults = [];
const expect = (holds, fault) => { if (!holds) faults.push(fault); };
const finite = (value) => typeof value === "number" && Number.isFinite(value);

const result = JSON.parse(require("fs").readFileSync(file, "utf8"));
for (const key of ["config", "version", "config_digest", "digest"]) {
  expect(typeof result[key] === "string" && result[key] !== "", `${key}: expected a text, found ${JSON.stringify(result[key])}`);
}
expect(/^[0-9a-f]{32}$/.test(result.digest), `digest: expected 32 hexadecimal digits, found ${result.digest}`);
for (const key of ["events", "orders", "trades", "cpu_seconds", "events_per_second"]) {
  expect(finite(result[key]) && result[key] > 0, `${key}: expected a positive number, found ${result[key]}`);
}
const count = Array.isArray(result.seeds) ? result.seeds.length : result.seeds;
expect(count === Number(seeds), `seeds: expected ${seeds}, found ${JSON.stringify(result.seeds)}`);

const metrics = Object.entries(result.metrics ?? {});
expect(metrics.length > 0, "metrics: none");
for (const [name, value] of metrics) {
  for (const key of ["mean", "se", "p05", "p50", "p95"]) expect(finite(value[key]), `metrics.${name}.${key}: ${value[key]}`);
}
expect(Array.isArray(result.scorecard) && result.scorecard.length > 0, "scorecard: none");
for (const row of result.scorecard ?? []) {
  for (const key of ["metric", "observed", "low", "high", "flag", "null_mean", "model_mean", "model_se", "inside", "source"]) {
    expect(key in row, `scorecard ${row.metric}: no ${key}`);
  }
  expect(["input", "implied", "outcome"].includes(row.flag), `scorecard ${row.metric}: flag ${row.flag}`);
}

for (const fault of faults) console.error(`${file}: ${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;
