/** One build for one target, run in its emulator: sizes, counts, values and checks. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { stackFromCallGraph } from "./call-graph.mjs";
import { readMap } from "./linker-map.mjs";
import { must, need, sh, Trouble } from "./processes.mjs";
import { TARGETS } from "./targets.mjs";

/** The run-time part of the harness, in C. */
export const RT = join(dirname(fileURLToPath(import.meta.url)), "rt");

/** The harness calls no memset of its own, which would count as a library that the module needs. */
const ownLoops = "-fno-tree-loop-distribute-patterns";

// biome-ignore lint/suspicious/noControlCharactersInRegex: simavr colours what it prints
const colours = /\x1b\[[0-9;]*m/g;

export function run(target, o) {
  const t = TARGETS[target];
  const cc = `${t.prefix}gcc`;
  need(cc, t.pkgs, `for target ${target}`);
  if (t.emu && !(target === "host" && !o.count)) need(t.emu, t.pkgs, `for target ${target}`);
  const dir = mkdtempSync(join(tmpdir(), "edge-"));
  try {
    const flags = [
      ...t.flags,
      `-std=${o.std ?? "c99"}`,
      ...o.opt,
      "-g",
      "-ffp-contract=off",
      "-fno-math-errno",
      ...o.extra,
      "-ffunction-sections",
      "-fdata-sections",
      "-I",
      RT,
      ...o.cflags,
    ];
    const ci = target === "avr" ? ["-fstack-usage"] : ["-fcallgraph-info=su"];
    const objs = [];
    const graph = [];
    const build = (src, tag, extra) => {
      const obj = join(dir, `${tag}_${basename(src, extname(src))}.o`);
      must(cc, [...flags, ...extra, "-c", src, "-o", obj], `compiling ${src} for ${target}`, {
        cwd: process.cwd(),
      });
      objs.push(obj);
      return obj;
    };
    const _modObjs = o.modules.map((s, i) => {
      const ob = build(resolve(s), `mod${i}`, ["-Wall", "-Wextra", ...ci]);
      if (target !== "avr") graph.push(ob.replace(/\.o$/, ".ci"));
      return ob;
    });
    build(resolve(o.driver), "drv", ["-I", dirname(resolve(o.modules[0] ?? o.driver))]);
    build(join(RT, "edge_common.c"), "rt", target === "host" ? [] : ["-Os", ownLoops]);
    build(join(RT, t.port), "rt", ["-std=gnu99", ...(target === "host" ? [] : ["-Os", ownLoops])]);
    const exe = join(dir, "image.elf");
    const map = join(dir, "image.map");
    const link = [...flags, ...objs, "-o", exe];
    if (target === "host") link.push("-lm");
    else {
      link.push("-Wl,--gc-sections", `-Wl,-Map=${map}`);
      if (target === "avr") link.push("-lm");
      else
        link.push(
          "-nostartfiles",
          "-nostdlib",
          `-Wl,--defsym=EDGE_FLASH=${o.flash ?? t.flash}`,
          `-Wl,--defsym=EDGE_RAM=${o.ram ?? t.ram}`,
          `-Wl,--defsym=EDGE_STACK=${o.stack}`,
          "-T",
          join(RT, t.ld),
          "-lm",
          "-lc",
          "-lgcc",
        );
    }
    must(
      cc,
      link,
      `linking for ${target} (flash ${o.flash ?? t.flash ?? "-"}, RAM ${o.ram ?? t.ram ?? "-"} bytes)`,
    );

    const out = {
      target,
      what: t.what,
      compiler: sh(cc, ["-dumpfullversion", "-dumpversion"]).stdout.trim(),
      opt: o.opt.join(" "),
    };
    if (target !== "host") {
      const owner = (f) =>
        f.includes("/mod") && f.startsWith(dir)
          ? "module"
          : f.includes("/drv_")
            ? "driver"
            : f.includes("/rt_")
              ? "harness"
              : "library";
      out.sizes = readMap(map, owner);
      if (t.flash && target === "avr") {
        const tot = Object.values(out.sizes).reduce(
          (a, s) => [a[0] + s.flash + s.rodata + s.data, a[1] + s.rodata + s.data + s.bss],
          [0, 0],
        );
        if (tot[0] > (o.flash ?? t.flash))
          throw new Trouble(`${target}: image needs ${tot[0]} bytes of flash, ${o.flash ?? t.flash} there`);
        if (tot[1] + o.stack > (o.ram ?? t.ram))
          throw new Trouble(
            `${target}: ${tot[1]} bytes static + ${o.stack} stack exceed ${o.ram ?? t.ram} bytes of RAM`,
          );
      }
    }
    if (graph.length) out.stackStatic = stackFromCallGraph(graph);
    if (out.stackStatic && target !== "host") {
      const sym = Object.fromEntries(
        sh(`${t.prefix}nm`, [exe])
          .stdout.split("\n")
          .map((l) => l.trim().split(/\s+/))
          .filter((w) => w.length === 3)
          .map((w) => [w[2], parseInt(w[0], 16)]),
      );
      const room = sym.edge_stack_top - sym.edge_stack_limit;
      if (out.stackStatic.worst > room)
        throw new Trouble(
          `${target}: the call graph needs ${out.stackStatic.worst} bytes of stack (at ${out.stackStatic.at.replace(/^.*:/, "")}), ${room} are left in ${o.ram ?? t.ram} bytes of RAM`,
        );
    }

    // ---- run
    let r;
    const timeout = o.timeout * 1000;
    if (target === "host") {
      r = sh(exe, [], { timeout });
    } else if (target === "avr") r = sh("simavr", ["-m", "atmega1284p", "-f", "16000000", exe], { timeout });
    else
      r = sh(
        t.emu,
        [
          "-M",
          t.machine,
          ...(t.emu === "qemu-system-riscv32" ? ["-bios", "none"] : []),
          "-kernel",
          exe,
          "-display",
          "none",
          "-monitor",
          "none",
          "-serial",
          "none",
          "-semihosting-config",
          "enable=on,target=native",
          "-icount",
          `shift=${t.shift},align=off,sleep=off`,
        ],
        { timeout },
      );
    const text = `${r.stdout}\n${r.stderr}`.replace(colours, "");
    out.measures = {};
    out.values = {};
    out.checks = [];
    out.notes = [];
    let done = false;
    const perTick = t.perTick ?? 0; // instructions a tick: clock period over icount's time step
    for (const raw of text.split("\n")) {
      const line = target === "avr" ? raw.replace(/\.+$/, "") : raw;
      const w = line.trim().split(/\s+/);
      if (w[0] === "@f32") out.values[w[1]] = w.slice(2);
      else if (w[0] === "@f32+") out.values[w[1]].push(...w.slice(2));
      else if (w[0] === "@u32") out.values[w[1]] = Number(w[2]);
      else if (w[0] === "@calibrate" && perTick && Math.abs(Number(w[1]) * perTick - 20000) > 2)
        throw new Trouble(
          `${target}: 20000 instructions were counted as ${Number(w[1]) * perTick}; this emulator's clock is not the expected one`,
        );
      else if (w[0] === "@measure") out.measures[w[1]] = { ticks: Number(w[2]), stack: Number(w[3]) };
      else if (w[0] === "@pass" || w[0] === "@miss")
        out.checks.push({ ok: w[0] === "@pass", what: w.slice(1).join(" ") });
      else if (w[0] === "@note") out.notes.push(w.slice(1).join(" "));
      else if (w[0] === "@fail") throw new Trouble(`${target}: ${w.slice(1).join(" ")}`);
      else if (w[0] === "@done") done = true;
    }
    if (!done)
      throw new Trouble(
        `${target}: the program did not finish (exit ${r.status ?? r.signal}):\n${text.trim().slice(-800)}`,
      );
    for (const m of Object.values(out.measures)) {
      if (target === "avr") m.cycles = m.ticks;
      else if (target === "host") {
        delete m.stack;
      } else m.insns = Math.round(m.ticks * perTick);
      delete m.ticks;
    }
    if (target === "host" && o.count) {
      const cgOut = join(dir, "cg");
      must(
        "valgrind",
        [
          "--tool=callgrind",
          "--collect-atstart=no",
          "--toggle-collect=edge_port_call",
          "--dump-after=edge_port_call",
          `--callgrind-out-file=${cgOut}`,
          exe,
        ],
        "callgrind",
        { timeout },
      );
      const counts = readdirSync(dir)
        .filter((f) => /^cg\.\d+$/.test(f))
        .sort((a, b) => Number(a.slice(3)) - Number(b.slice(3)))
        .map((f) =>
          Number(/^(?:summary|totals):\s*(\d+)/m.exec(readFileSync(join(dir, f), "utf8"))?.[1] ?? NaN),
        );
      const names = Object.keys(out.measures);
      // one dump per measured call; the first belongs to the harness's own empty call
      names.forEach((n, i) => {
        out.measures[n].insns = counts[i + 1] - counts[0];
      });
    }
    const s = out.sizes;
    if (s) {
      const f = (k) => (s[k] ? s[k].flash + s[k].rodata + s[k].data : 0);
      const ro = target === "avr" ? "rodata" : null;
      const d = (k) => (s[k] ? s[k].data + s[k].bss + (ro ? s[k].rodata : 0) : 0);
      const stack = Math.max(0, ...Object.values(out.measures).map((m) => m.stack ?? 0));
      out.flash = {
        total: f("module") + f("library"),
        module: f("module"),
        library: f("library"),
        driver: f("driver"),
        harness: f("harness"),
      };
      out.ram = {
        total: d("module") + d("library") + d("driver") + stack,
        module: d("module"),
        library: d("library"),
        driver: d("driver"),
        stack,
      };
    }
    return out;
  } finally {
    if (o.keep) process.stderr.write(`kept ${dir}\n`);
    else rmSync(dir, { recursive: true, force: true });
  }
}
