/** The harness checks itself: the example's bits everywhere, and bad modules refused. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lint } from "./lint.mjs";
import { have, Trouble } from "./processes.mjs";
import { run } from "./run.mjs";
import { TARGETS } from "./targets.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));

export function selftest(o) {
  const all =
    o.targets.length === 1 && o.targets[0] === "m4f" && !o.targetsGiven ? Object.keys(TARGETS) : o.targets;
  const ready = all.filter((t) => have(`${TARGETS[t].prefix}gcc`) && (t === "host" || have(TARGETS[t].emu)));
  const want = JSON.parse(readFileSync(join(HERE, "examples", "node_rk4.expected.json"), "utf8"));
  const ex = {
    ...o,
    modules: [join(HERE, "examples", "node_rk4.c")],
    driver: join(HERE, "examples", "node_rk4_driver.c"),
    count: false,
  };
  let bad = 0;
  const say = (ok, what) => {
    if (!ok) bad++;
    console.log(`${ok ? "ok  " : "FAIL"} ${what}`);
  };
  for (const t of all)
    if (!ready.includes(t)) say(!o.targetsGiven, `${t}: not installed (${TARGETS[t].pkgs.join(" ")})`);
  if (ready.length === 0) say(false, "no target is installed");
  for (const t of ready) {
    const r = run(t, ex);
    say(JSON.stringify(r.values) === JSON.stringify(want), `${t}: the example prints the expected bits`);
    const again = run(t, ex);
    say(
      JSON.stringify(r.measures) === JSON.stringify(again.measures),
      `${t}: counts repeat${r.flash ? ` (flash ${r.flash.total}, RAM ${r.ram.total}, grad ${r.measures.grad.insns ?? r.measures.grad.cycles} ${t === "avr" ? "cycles" : "instructions"})` : ""}`,
    );
  }
  const dir = mkdtempSync(join(tmpdir(), "edge-"));
  try {
    const w = (name, text) => {
      const f = join(dir, name);
      writeFileSync(f, text);
      return f;
    };
    const drv = w(
      "d.c",
      '#include "edge.h"\nfloat f(float v);\nstatic float r;\nstatic void go(void) { r = f(2.0f); }\nvoid edge_main(void) { edge_measure("go", go); edge_vec_f32("r", &r, 1u); }\n',
    );
    const refused = (t, src, opt, re, what) => {
      try {
        run(t, { ...ex, timeout: 2, ...opt, modules: [w("m.c", src)], driver: drv });
        say(false, what);
      } catch (e) {
        say(e instanceof Trouble && re.test(e.message), what);
      }
    };
    const one = ready.find((t) => t !== "host" && t !== "avr");
    if (one) {
      refused(
        one,
        "float f(float v); float f(float v) { volatile float b[4000]; b[0] = v; return b[0]; }",
        { ram: 8192 },
        /of stack/,
        `${one}: a stack that does not fit is refused`,
      );
      refused(
        one,
        "float f(float v); static const float t[90000] = { 1.0f, 2.0f }; float f(float v) { return t[(int)v] * v; }",
        {},
        /FLASH/,
        `${one}: flash that does not fit is refused`,
      );
      refused(
        one,
        "float f(float v); static float b[20000]; float f(float v) { b[(int)v] += v; return b[3]; }",
        {},
        /RAM/,
        `${one}: RAM that does not fit is refused`,
      );
      refused(
        one,
        "float f(float v); float f(float v) { volatile int k = 1; while (k != 0) {} return v; }",
        {},
        /no end after/,
        `${one}: a program that does not end is refused`,
      );
      refused(
        one,
        "float f(float v); float f(float v) { volatile float *p = (volatile float *)0xF0000000u; return *p + v; }",
        {},
        /fault|trap|finish|no end/,
        `${one}: a bad access is reported`,
      );
    }
    const rows = lint({
      ...ex,
      driver: undefined,
      modules: [
        w(
          "l.c",
          "#include <stdlib.h>\nfloat f(float v); static float s; static float g(float v, int n) { return n > 0 ? g(v * 0.1, n - 1) : v; }\nfloat f(float v) { float *h = malloc(4u); s += v; free(h); return g(s, 3); }\n",
        ),
      ],
    });
    for (const n of [
      "gcc -std=c99",
      "no double arithmetic",
      "no state, no heap, no stdio",
      "no recursion, static frames",
      "cppcheck MISRA C:2012",
    ]) {
      const r = rows.find((x) => x[0] === n);
      say(r[1] !== "ok", `lint "${n}" notices a bad module${r[1] === "SKIP" ? " (not installed)" : ""}`);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return bad ? 1 : 0;
}
