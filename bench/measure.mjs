/**
 * Timing for the benchmarks: candidates run in turn in one process, many short rounds, and the minimum counts, since
 * noise only ever adds.
 */

/**
 * @param {Record<string, () => void>} candidates
 * @param {{ rounds?: number, milliseconds?: number }} [options]
 * @returns {Record<string, number>} microseconds per call
 */
export function measure(candidates, { rounds = 15, milliseconds = 40 } = {}) {
  const names = Object.keys(candidates);
  const repeats = {};
  const best = {};
  for (const name of names) {
    const run = candidates[name];
    const start = performance.now();
    let count = 0;
    // Long enough for the optimising tier to settle.
    while (performance.now() - start < 300) {
      run();
      count++;
    }
    repeats[name] = Math.max(1, Math.round((count * milliseconds) / 300));
    best[name] = Infinity;
  }
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const run = candidates[name];
      const start = performance.now();
      for (let i = 0; i < repeats[name]; i++) run();
      best[name] = Math.min(best[name], ((performance.now() - start) * 1000) / repeats[name]);
    }
  }
  return best;
}

/** A table of times with each one's ratio to a named base. */
export function table(title, times, base) {
  const lines = [title];
  for (const [name, microseconds] of Object.entries(times)) {
    const ratio = microseconds / times[base];
    lines.push(
      `  ${name.padEnd(34)} ${microseconds.toFixed(2).padStart(12)} µs   ${ratio.toFixed(2).padStart(6)} ×`,
    );
  }
  return lines.join("\n");
}
