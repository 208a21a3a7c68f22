/** Sizes by origin, read from the linker's map. */

import { readFileSync } from "node:fs";

const CLASSES = [
  [/^\.(text|vectors|start|progmem|init\d|fini\d|trampolines|jumptables|lowtext)/, "flash"],
  [/^\.(rodata|srodata)/, "rodata"],
  [/^\.(data|sdata|tdata)/, "data"],
  [/^\.(bss|sbss|tbss|noinit)|^COMMON$/, "bss"],
  [/^\.ARM\.ex/, "flash"],
];
/** Bytes of each class of section, by who they are from; `owner` says so of an object file. */
export function readMap(file, owner) {
  const sizes = {};
  let section = null;
  let active = false;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (/^Linker script and memory map/.test(line)) {
      active = true;
      continue;
    }
    if (/^OUTPUT\(/.test(line) || /^\/DISCARD\//.test(line)) {
      if (active) break;
    }
    if (!active) continue;
    // A long name of a section stands on a line of its own, before the rest.
    const name = /^ (\.[\w.$-]+|COMMON)$/.exec(line);
    if (name) {
      section = name[1];
      continue;
    }
    const whole = /^ (\.?[\w.$]+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S.*)$/.exec(line);
    const rest = /^\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S.*)$/.exec(line);
    const rec = whole ? whole.slice(1) : section && rest ? [section, ...rest.slice(1)] : null;
    section = null;
    if (!rec) continue;
    const n = parseInt(rec[2], 16);
    const cls = CLASSES.find(([re]) => re.test(rec[0]));
    if (n === 0 || !cls || (parseInt(rec[1], 16) === 0 && !/vectors/.test(rec[0]) && cls[1] !== "flash"))
      continue;
    const who = owner(rec[3]);
    sizes[who] ??= { flash: 0, rodata: 0, data: 0, bss: 0 };
    sizes[who][cls[1]] += n;
  }
  return sizes;
}
