/** The harness as the tests use it: run as a program, answers read as JSON; and what is installed. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../edge.mjs", import.meta.url));

export type TargetName = "m4f" | "m7" | "m3" | "m0" | "rv32f" | "rv32" | "avr" | "host";

/** One build on one target. Values are bit patterns in hexadecimal; `cycles` on AVR, `insns` elsewhere. */
export interface Run {
  readonly target: TargetName;
  readonly flash: { readonly total: number; readonly module: number; readonly library: number };
  readonly ram: {
    readonly total: number;
    readonly module: number;
    readonly driver: number;
    readonly library: number;
    readonly stack: number;
  };
  readonly measures: Readonly<Record<string, { insns?: number; cycles?: number; stack?: number }>>;
  readonly values: Readonly<Record<string, readonly string[] | number>>;
  readonly checks: readonly { readonly ok: boolean; readonly what: string }[];
}

export interface Finding {
  readonly check: string;
  readonly result: "ok" | "FAIL" | "SKIP";
  readonly detail: string;
}

const call = (args: readonly string[]) =>
  spawnSync(process.execPath, [program, ...args], { encoding: "utf8", maxBuffer: 2 ** 26 });

/** Builds and runs; throws with the harness's own words where a build or run fails or a check of the driver does not hold. */
export function run(args: readonly string[]): Run[] {
  const { status, stdout, stderr } = call(["run", "--json", ...args]);
  if (status !== 0 && status !== 1) throw new Error(`edge run ${args.join(" ")}\n${stderr}`);
  const runs = JSON.parse(stdout) as Run[];
  const missed = runs.flatMap(({ target, checks }) =>
    checks.filter(({ ok }) => !ok).map(({ what }) => `${target}: ${what}`),
  );
  if (missed.length > 0) throw new Error(missed.join("\n"));
  if (status !== 0) throw new Error(`edge run ${args.join(" ")}\n${stdout}${stderr}`);
  return runs;
}

/** Everything every checker says of modules. */
export function lint(args: readonly string[]): Finding[] {
  const { status, stdout, stderr } = call(["lint", "--json", ...args]);
  if (status !== 0 && status !== 1) throw new Error(`edge lint ${args.join(" ")}\n${stderr}`);
  return JSON.parse(stdout) as Finding[];
}

/** The harness's own test for some targets: its output and its status. */
export const selftest = (targets: readonly TargetName[]) => call(["selftest", "--target", targets.join(",")]);

let doctor: string | undefined;

/** Whether a target's compiler and emulator are there. A test that is skipped for want of them is counted as such. */
export function isReady(target: TargetName): boolean {
  doctor ??= call(["doctor"]).stdout;
  return new RegExp(`^${target} +ready$`, "m").test(doctor);
}

/** Those of the targets that are there. */
export const ready = (targets: readonly TargetName[]): TargetName[] => targets.filter(isReady);
