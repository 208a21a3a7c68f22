/** Other programs: whether they are there, and running them. */

import { spawnSync } from "node:child_process";

/** What a user can put right; printed without a stack trace. */
export class Trouble extends Error {}
export const have = (tool) =>
  spawnSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).status === 0;

export function need(tool, pkgs, why) {
  if (!have(tool))
    throw new Trouble(
      `${tool} is not installed (needed ${why}).\n  apt-get install -y --no-install-recommends ${pkgs.join(" ")}`,
    );
}

export function sh(cmd, args, opt = {}) {
  const r = spawnSync(cmd, args, { encoding: "utf8", maxBuffer: 1 << 28, ...opt });
  if (r.error)
    throw new Trouble(
      `${cmd}: ${r.error.code === "ETIMEDOUT" ? `no end after ${opt.timeout / 1000} s` : r.error.message}`,
    );
  return r;
}

export function must(cmd, args, what, opt) {
  const r = sh(cmd, args, opt);
  if (r.status !== 0)
    throw new Trouble(
      `${what} failed:\n${(r.stderr || r.stdout).trim().split("\n").slice(0, 30).join("\n")}`,
    );
  return r;
}
