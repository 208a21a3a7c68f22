#!/usr/bin/env node
/**
 * Builds C modules with a driver for small targets, runs them in an emulator and prints flash, RAM, instructions and
 * the driver's output. See README.md.
 */

import { existsSync } from "node:fs";
import { lint } from "./lint.mjs";
import { have, Trouble } from "./processes.mjs";
import { run } from "./run.mjs";
import { selftest } from "./selftest.mjs";
import { TARGETS } from "./targets.mjs";

function bytes(text, name) {
  const m = /^(\d+)([KkMm]?)$/.exec(text);
  if (!m) throw new Trouble(`--${name}: give bytes, or a number with K or M (got ${text})`);
  return Number(m[1]) * (m[2] === "" ? 1 : /k/i.test(m[2]) ? 1024 : 1048576);
}

const asFloat = (hex) => {
  const b = Buffer.alloc(4);
  b.writeUInt32BE(parseInt(hex, 16));
  return b.readFloatBE(0);
};
function show(v) {
  return Array.isArray(v)
    ? (v.length === 1 ? "" : "[") +
        v.map((h) => Number(asFloat(h).toPrecision(9))).join(" ") +
        (v.length === 1 ? "" : "]")
    : String(v);
}

function report(o, r) {
  const head = r.flash ? `flash=${r.flash.total} ram=${r.ram.total} ` : "";
  for (const [name, m] of Object.entries(r.measures)) {
    console.log(
      `${r.target.padEnd(5)} ${name.padEnd(10)} ${head}${m.cycles !== undefined ? `cycles=${m.cycles}` : m.insns !== undefined ? `insns=${m.insns}` : "insns=-"}${m.stack !== undefined ? ` stack=${m.stack}` : ""}`,
    );
  }
  if (r.flash) {
    console.log(
      `      flash: module ${r.flash.module} + library ${r.flash.library} (driver ${r.flash.driver} and harness ${r.flash.harness} not counted)`,
    );
    console.log(
      `      ram:   module ${r.ram.module} + library ${r.ram.library} + caller's buffers ${r.ram.driver} + measured stack ${r.ram.stack}`,
    );
  }
  if (r.stackStatic) {
    const g = r.stackStatic;
    console.log(
      `      stack by call graph: ${g.worst} (at ${g.at.replace(/^.*:/, "")})${g.external.length ? `, not counting ${g.external.join(" ")}` : ""}${g.recursion.length ? `; RECURSION at ${g.recursion.join(" ")}` : ""}${g.dynamic.length ? `; DYNAMIC frame in ${g.dynamic.join(" ")}` : ""}`,
    );
  }
  for (const c of r.checks) console.log(`      ${c.ok ? "ok  " : "MISS"} ${c.what}`);
  for (const n of r.notes) console.log(`      note ${n}`);
  if (!o.quiet) for (const [k, v] of Object.entries(r.values)) console.log(`      output ${k} = ${show(v)}`);
}

const USAGE = `usage:
  edge.mjs run  --driver driver.c [--target m4f,rv32,...|all] [options] module.c ...
  edge.mjs lint [--driver driver.c] [--misra-allow 15.5,8.7] [--double] [--as-gcc] [--only valgrind,…] [options] module.c ...
  edge.mjs selftest [--target m4f,...]     edge.mjs doctor
options: -O2|-Os|-O3  -f<flag of the compiler>  -Dname=value  -Idir  --std gnu99  --flash 256K --ram 64K --stack 1K
         --same-bits (every target must print the same bits)  --json  --quiet  --keep
         --no-count (host: no callgrind)  --timeout seconds
targets: ${Object.entries(TARGETS)
  .map(([k, v]) => `${k} (${v.what})`)
  .join("; ")}`;

function parse(argv) {
  const o = {
    modules: [],
    opt: ["-O2"],
    cflags: [],
    targets: ["m4f"],
    stack: 1024,
    timeout: 60,
    misraAllow: [],
    count: true,
    extra: [],
  };
  for (let i = 0; i < argv.length; i++) {
    const a = argv[i];
    const next = () => {
      if (++i >= argv.length) throw new Trouble(`${a} needs a value`);
      return argv[i];
    };
    if (a === "--driver") o.driver = next();
    else if (a === "--target") {
      const v = next();
      o.targets = v === "all" ? Object.keys(TARGETS) : v.split(",");
    } else if (/^-O[0-3sz]$/.test(a)) o.opt = [a];
    else if (/^-[DI]./.test(a)) o.cflags.push(a);
    else if (/^-f[a-z]/.test(a)) o.extra.push(a);
    else if (a === "--flash" || a === "--ram" || a === "--stack") o[a.slice(2)] = bytes(next(), a.slice(2));
    else if (a === "--std") o.std = next();
    else if (a === "--misra-allow") o.misraAllow = next().split(",");
    else if (a === "--timeout") o.timeout = Number(next());
    else if (a === "--json") o.json = true;
    else if (a === "--quiet") o.quiet = true;
    else if (a === "--keep") o.keep = true;
    else if (a === "--same-bits") o.sameBits = true;
    else if (a === "--no-count") o.count = false;
    else if (a === "--double") o.isDouble = true;
    else if (a === "--as-gcc") o.isAsGcc = true;
    else if (a === "--only") o.only = next().split(",");
    else if (a.startsWith("-")) throw new Trouble(`unknown option ${a}\n${USAGE}`);
    else o.modules.push(a);
  }
  for (const t of o.targets)
    if (!TARGETS[t]) throw new Trouble(`unknown target ${t}; there are ${Object.keys(TARGETS).join(", ")}`);
  for (const f of [...o.modules, ...(o.driver ? [o.driver] : [])])
    if (!existsSync(f)) throw new Trouble(`no such file: ${f}`);
  return o;
}

function main() {
  const [verb, ...rest] = process.argv.slice(2);
  if (verb === "doctor") {
    let bad = 0;
    for (const [k, t] of Object.entries(TARGETS)) {
      const missing = [`${t.prefix}gcc`, t.emu].filter((x) => !have(x));
      if (missing.length) bad++;
      console.log(
        `${k.padEnd(6)} ${missing.length ? `missing ${missing.join(", ")}: apt-get install -y --no-install-recommends ${t.pkgs.join(" ")}` : "ready"}`,
      );
    }
    for (const x of ["g++", "clang", "clang-tidy", "cppcheck", "valgrind"])
      console.log(`lint   ${x} ${have(x) ? "ready" : `missing: apt-get install ${x}`}`);
    return bad ? 3 : 0;
  }
  if (verb === "selftest") {
    const o = parse(rest);
    o.targetsGiven = rest.includes("--target");
    return selftest(o);
  }
  if (verb !== "run" && verb !== "lint") {
    console.error(USAGE);
    return 2;
  }
  const o = parse(rest);
  if (o.modules.length === 0) throw new Trouble(`no module given\n${USAGE}`);
  if (verb === "lint") {
    const rows = lint(o);
    if (o.json)
      console.log(
        JSON.stringify(
          rows.map(([check, result, detail]) => ({ check, result, detail })),
          null,
          1,
        ),
      );
    else
      for (const [n, s, d] of rows) {
        console.log(`${s.padEnd(4)} ${n}`);
        if (d)
          console.log(
            d
              .split("\n")
              .map((l) => `       ${l}`)
              .join("\n"),
          );
      }
    return rows.some((r) => r[1] === "FAIL") ? 1 : 0;
  }
  if (!o.driver) throw new Trouble(`--driver is needed\n${USAGE}`);
  const results = [];
  let status = 0;
  for (const t of o.targets) {
    const r = run(t, o);
    results.push(r);
    if (r.checks.some((c) => !c.ok)) status = 1;
    if (!o.json) report({ ...o, quiet: o.quiet || (results.length > 1 && o.sameBits) }, r);
  }
  if (o.sameBits && results.length > 1) {
    const ref = results[0];
    for (const r of results.slice(1)) {
      for (const [k, v] of Object.entries(ref.values)) {
        const w = r.values[k];
        const diff = Array.isArray(v)
          ? v.length !== w?.length
            ? v.length
            : v.filter((x, i) => x !== w[i]).length
          : Number(v !== w);
        if (diff) {
          status = 1;
          console.log(`DIFFERENT BITS ${ref.target} / ${r.target}: ${k} in ${diff} places`);
        }
      }
    }
    if (!o.json && status === 0) console.log(`same bits on ${results.map((r) => r.target).join(", ")}`);
  }
  if (o.json) console.log(JSON.stringify(results, null, 1));
  return status;
}

try {
  process.exitCode = main();
} catch (e) {
  if (!(e instanceof Trouble)) throw e;
  console.error(`edge: ${e.message}`);
  process.exitCode = 3;
}
