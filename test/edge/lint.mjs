/** Every checker over generated modules: warnings of compilers, analysers, proofs from object files, sanitizers. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { stackFromCallGraph } from "./call-graph.mjs";
import { have, sh, Trouble } from "./processes.mjs";
import { RT } from "./run.mjs";
import { ARM_PKGS, TARGETS } from "./targets.mjs";

const WARN = [
  "-Wall",
  "-Wextra",
  "-Wpedantic",
  "-Wconversion",
  "-Wsign-conversion",
  "-Wdouble-promotion",
  "-Wfloat-conversion",
  "-Wshadow",
  "-Wvla",
  "-Wundef",
  "-Wcast-qual",
  "-Wcast-align",
  "-Wwrite-strings",
  "-Wstrict-prototypes",
  "-Wmissing-prototypes",
  "-Wswitch-default",
  "-Wformat=2",
  "-Werror",
];
const BANNED =
  /^(malloc|calloc|realloc|free|alloca|printf|sprintf|fprintf|puts|putchar|setjmp|longjmp|abort|exit|__assert_func|__assert_fail|rand|srand|_Znw.*|_Zdl.*)$/;
const DOUBLE =
  /^(__aeabi_(d\w+|f2d|i2d|ui2d|l2d|ul2d|cd\w+)|__\w*df[23]?\w*|__extendsfdf2|__truncdfsf2|(sin|cos|tan|exp|log|pow|sqrt|tanh|sinh|cosh|fabs|floor|ceil|log1p|expm1|atan|atan2|fmax|fmin|log10|log2|exp2|cbrt|hypot|erf|fmod|round|trunc|asin|acos))$/;

/** Functions of the library in single precision, and divisions of integers. */
const libraryCall =
  /^(a?(sin|cos|tan)h?f|atan2f|expm?1?f|exp2f|log(1p|2|10)?f|powf|sqrtf|cbrtf|fabsf|fmodf|fminf|fmaxf|floorf|ceilf|roundf|truncf|erff?|hypotf|copysignf|__aeabi_u?idiv(mod)?)$/;
/** And in double, with the arithmetic of parts that have none. */
const doubleCall =
  /^(a?(sin|cos|tan)h?|atan2|expm?1?|log(1p|2|10)?|pow|sqrt|cbrt|fabs|fmod|floor|ceil|round|trunc|hypot|copysign|__aeabi_(d\w+|i2d|ui2d|cd\w+))$/;

/** Rows of a check's name, "ok", "FAIL" or "SKIP", and what was found or is to be installed. */
export function lint(o) {
  const rows = [];
  const step = (name, tool, pkgs, fn) => {
    // Checks are asked for by words of their names.
    if (o.only && !o.only.some((word) => name.includes(word))) return;
    if (!have(tool)) {
      rows.push([name, "SKIP", `apt-get install -y --no-install-recommends ${pkgs.join(" ")}`]);
      return;
    }
    const msg = fn();
    rows.push([name, msg === "" ? "ok" : "FAIL", msg]);
  };
  const dir = mkdtempSync(join(tmpdir(), "edge-"));
  const err = (r) =>
    r.status === 0 ? "" : (r.stderr || r.stdout).trim().split("\n").slice(0, 12).join("\n");
  const mods = o.modules.map((m) => resolve(m));
  const each = (fn) =>
    mods
      .map(fn)
      .filter((x) => x !== "")
      .join("\n");
  // Several checks look at one object.
  const objects = new Map();
  const compiled = (m, compiler, flags) => {
    const key = JSON.stringify([m, compiler, flags]);
    if (!objects.has(key)) {
      const object = join(dir, `${objects.size}.o`);
      objects.set(key, { object, made: sh(compiler, [...flags, ...o.cflags, "-c", m, "-o", object]) });
    }
    return objects.get(key);
  };
  const nostd = WARN.filter((w) => !/strict-prototypes|missing-prototypes/.test(w));
  try {
    // What newer standards refuse, they refuse without optimising.
    for (const [std, how] of [
      ["c99", ["-O2", "-c", "-o", join(dir, "x.o")]],
      ["c11", ["-fsyntax-only"]],
      ["c17", ["-fsyntax-only"]],
    ])
      step(`gcc -std=${std}`, "gcc", ["gcc"], () =>
        each((m) => err(sh("gcc", [`-std=${std}`, ...how, ...WARN, ...o.cflags, m]))),
      );
    step("g++ -std=c++11", "g++", ["g++"], () =>
      each((m) =>
        err(
          sh("g++", [
            "-x",
            "c++",
            "-std=c++11",
            "-O2",
            ...nostd,
            ...o.cflags,
            "-c",
            m,
            "-o",
            join(dir, "x.o"),
          ]),
        ),
      ),
    );
    step("clang", "clang", ["clang"], () =>
      each((m) =>
        err(
          sh("clang", [
            "-std=c99",
            "-O2",
            ...WARN,
            "-Wcomma",
            "-Wunreachable-code",
            "-Wimplicit-float-conversion",
            ...o.cflags,
            "-c",
            m,
            "-o",
            join(dir, "x.o"),
          ]),
        ),
      ),
    );
    step("gcc -fanalyzer", "gcc", ["gcc"], () =>
      each((m) =>
        err(
          sh("gcc", [
            "-std=c99",
            "-O1",
            "-fanalyzer",
            "-Werror",
            ...o.cflags,
            "-c",
            m,
            "-o",
            join(dir, "x.o"),
          ]),
        ),
      ),
    );
    for (const t of ["m4f", "m0", "rv32", "avr"])
      step(`${TARGETS[t].prefix}gcc (${t})`, `${TARGETS[t].prefix}gcc`, TARGETS[t].pkgs, () =>
        each((m) =>
          err(compiled(m, `${TARGETS[t].prefix}gcc`, [...TARGETS[t].flags, "-std=c99", "-Os", ...WARN]).made),
        ),
      );
    step("no double arithmetic", "arm-none-eabi-gcc", ARM_PKGS, () =>
      each((m) => {
        // A module that is asked for in double precision is held to everything else.
        if (o.isDouble) return "";
        const { made, object } = compiled(m, "arm-none-eabi-gcc", [
          ...TARGETS.m0.flags,
          "-std=c99",
          "-Os",
          ...WARN,
        ]);
        if (made.status !== 0) return err(made);
        const bad = sh("arm-none-eabi-nm", ["-u", object])
          .stdout.split("\n")
          .map((l) => l.replace(/^\s*U\s*/, "").trim())
          .filter((n) => DOUBLE.test(n));
        return bad.length ? `${basename(m)} reaches for double precision: ${bad.join(" ")}` : "";
      }),
    );
    step("no state, no heap, no stdio", "gcc", ["gcc"], () =>
      each((m) => {
        const { made, object } = compiled(m, "gcc", ["-std=c99", "-O1", "-fcallgraph-info=su"]);
        if (made.status !== 0) return err(made);
        const nm = sh("nm", [object]).stdout.split("\n");
        const state = nm.filter((l) => / [bBdDC] /.test(l)).map((l) => l.trim().split(/\s+/).pop());
        const banned = nm
          .filter((l) => /^\s+U /.test(l))
          .map((l) => l.trim().split(/\s+/).pop())
          .filter((n) => BANNED.test(n));
        return [
          state.length ? `${basename(m)} keeps writable state: ${state.join(" ")}` : "",
          banned.length ? `${basename(m)} calls: ${banned.join(" ")}` : "",
        ]
          .filter(Boolean)
          .join("\n");
      }),
    );
    step("freestanding: libm at most", "arm-none-eabi-gcc", ARM_PKGS, () =>
      each((m) => {
        const alone = (x) =>
          compiled(x, "arm-none-eabi-gcc", [
            ...TARGETS.m4f.flags,
            "-std=c99",
            "-O2",
            "-ffreestanding",
            "-fno-builtin",
            "-fno-tree-loop-distribute-patterns",
          ]);
        const { made, object } = alone(m);
        if (made.status !== 0) return err(made);
        const own = new Set(
          mods.flatMap((x) =>
            sh("arm-none-eabi-nm", ["-g", "--defined-only", alone(x).object])
              .stdout.split("\n")
              .map((l) => l.trim().split(/\s+/)[2]),
          ),
        );
        const bad = sh("arm-none-eabi-nm", ["-u", object])
          .stdout.split("\n")
          .map((l) => l.replace(/^\s*U\s*/, "").trim())
          .filter((n) => n && !own.has(n) && !libraryCall.test(n) && !(o.isDouble && doubleCall.test(n)));
        return bad.length ? `${basename(m)} needs from a C library: ${bad.join(" ")}` : "";
      }),
    );
    step("no recursion, static frames", "gcc", ["gcc"], () => {
      const files = mods.map((m) => {
        const { made, object } = compiled(m, "gcc", ["-std=c99", "-O1", "-fcallgraph-info=su"]);
        if (made.status !== 0) throw new Trouble(err(made));
        return object.replace(/o$/, "ci");
      });
      const g = stackFromCallGraph(files);
      const indirect = g.external.includes("__indirect_call");
      return [
        g.recursion.length ? `recursion: ${g.recursion.join(" ")}` : "",
        g.dynamic.length ? `frame of unknown size: ${g.dynamic.join(" ")}` : "",
        indirect ? "calls through a pointer" : "",
      ]
        .filter(Boolean)
        .join("\n");
    });
    step("address+undefined sanitizers", "gcc", ["gcc"], () => {
      if (!o.driver) return "";
      const exe = join(dir, "san");
      const r = sh("gcc", [
        "-std=c99",
        "-g",
        "-O1",
        "-fsanitize=address,undefined,float-cast-overflow,float-divide-by-zero",
        "-fno-sanitize-recover=all",
        "-I",
        RT,
        "-I",
        dirname(mods[0]),
        ...o.cflags,
        ...mods,
        resolve(o.driver),
        join(RT, "edge_common.c"),
        join(RT, "host.c"),
        "-o",
        exe,
        "-lm",
      ]);
      if (r.status !== 0) return err(r);
      const x = sh(exe, [], {
        timeout: o.timeout * 1000,
        env: { ...process.env, ASAN_OPTIONS: "detect_leaks=0" },
      });
      return x.status === 0 ? "" : (x.stderr || x.stdout).trim().split("\n").slice(0, 12).join("\n");
    });
    step("valgrind memcheck", "valgrind", ["valgrind"], () => {
      if (!o.driver) return "";
      const exe = join(dir, "mc");
      const r = sh("gcc", [
        "-std=c99",
        "-g",
        "-O1",
        "-I",
        RT,
        "-I",
        dirname(mods[0]),
        ...o.cflags,
        ...mods,
        resolve(o.driver),
        join(RT, "edge_common.c"),
        join(RT, "host.c"),
        "-o",
        exe,
        "-lm",
      ]);
      if (r.status !== 0) return err(r);
      const x = sh("valgrind", ["-q", "--error-exitcode=9", exe], { timeout: o.timeout * 1000 });
      return x.status === 0 ? "" : x.stderr.trim().split("\n").slice(0, 12).join("\n");
    });
    const cpp = [
      "--std=c99",
      "--enable=warning,style,performance,portability",
      "--inline-suppr",
      "--suppress=missingIncludeSystem",
      "--suppress=unusedFunction",
      // Whether log1p is meant is for the model to say; avr-libc has none.
      "--suppress=unpreciseMathCall",
      "--quiet",
      "--template={file}:{line}: {id}: {message}",
      // Every choice of macros is looked at in turn, unless told: three times the time.
      ...(o.isAsGcc ? ["-D__GNUC__=12"] : []),
      ...o.cflags.filter((f) => /^-[DI]/.test(f)),
    ];
    // One run says both: its own findings, and those of the add-on.
    const cppcheckRuns = new Map();
    const cppcheck = (m) => {
      if (!cppcheckRuns.has(m))
        cppcheckRuns.set(m, sh("cppcheck", [...cpp, "--addon=misra", m], { timeout: o.timeout * 4000 }));
      return cppcheckRuns.get(m);
    };
    step("cppcheck", "cppcheck", ["cppcheck"], () =>
      each((m) => {
        const r = cppcheck(m);
        const own = r.stderr.split("\n").filter((l) => l.trim() !== "" && !/misra-c2012/.test(l));
        return r.status === 0 && own.length === 0
          ? ""
          : [...own.slice(0, 12), ...(r.status === 0 ? [] : [`ends with ${r.status}`])].join("\n");
      }),
    );
    step("cppcheck MISRA C:2012", "cppcheck", ["cppcheck"], () =>
      each((m) => {
        const hits = cppcheck(m)
          .stderr.split("\n")
          .filter((l) => /misra-c2012/.test(l));
        const by = {};
        for (const h of hits) {
          const id = /misra-c2012-([\d.]+)/.exec(h)[1];
          if (o.misraAllow.includes(id)) continue;
          by[id] ??= [];
          by[id].push(h.replace(/^.*?:(\d+):.*$/, "$1"));
        }
        return Object.entries(by)
          .map(
            ([id, ls]) =>
              `${basename(m)} rule ${id} at line ${ls.slice(0, 8).join(", ")}${ls.length > 8 ? " …" : ""} (${ls.length})`,
          )
          .join("\n");
      }),
    );
    step("clang-tidy", "clang-tidy", ["clang-tidy"], () =>
      each((m) => {
        const r = sh(
          "clang-tidy",
          [
            "--quiet",
            "--checks=-*,bugprone-*,cert-*,clang-analyzer-*,misc-*,-bugprone-easily-swappable-parameters,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling",
            "--warnings-as-errors=*",
            m,
            "--",
            "-std=c99",
            ...o.cflags,
          ],
          { timeout: o.timeout * 4000 },
        );
        return r.status === 0 ? "" : r.stdout.trim().split("\n").slice(0, 12).join("\n");
      }),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return rows;
}
