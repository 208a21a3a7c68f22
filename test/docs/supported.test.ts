/** The tables of docs/supported.md are true: every sample is compiled to what it means, or refused with the code stated. */

import { describe, expect, it } from "vitest";
import { build } from "../../compiler/compile.ts";
import { explanations } from "../../compiler/diagnostics/explanations.ts";
import { emit } from "../../compiler/emission.ts";
import { differences, hostOf } from "../support/plain-model.ts";
import { rows } from "./markdown.ts";
import { type Plain, pageOf, places, plain } from "./models.ts";

const all = rows(pageOf("docs/supported.md"));
const verdict =
  /^(?:yes|yes, with a warning \((?<warned>ODE\d{4})\)|later \((?<later>ODE1004)\)|(?<code>ODE\d{4}))$/;

it("there is a row for every kind of construct", () => {
  expect(all.length).toBeGreaterThan(140);
  expect(new Set(all.map(({ place }) => place))).toEqual(new Set(["body", "key", "kernel", "module"]));
  const names = all.map(({ place, construct }) => `${place} ${construct}`);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

it("shows the codes of the language, and no other", () => {
  const shown = new Set(all.flatMap(({ verdict: words }) => words.match(/ODE\d{4}/) ?? []));
  expect([...shown].filter((code) => !Object.hasOwn(explanations, code))).toEqual([]);
  const ofLanguage = Object.keys(explanations).filter((code) => /^ODE1/.test(code));
  // What needs a text of its own is left out: broken syntax, sizes, invisible characters, circular modules.
  expect([...shown].filter((code) => /^ODE1/.test(code)).length).toBeGreaterThan(0.85 * ofLanguage.length);
});

describe.each(all)("$construct: $sample", ({ place, sample, verdict: words, line }) => {
  const found = verdict.exec(words);
  const { warned, later, code } = found?.groups ?? {};
  const text = places[place]!(sample);
  const built = build({ file: "model.ode.ts", text, host: hostOf({}) }, {});
  const codes = built.diagnostics.map((each) => each.code);

  it(`is compiled: ${words}`, async () => {
    expect(found, `line ${line} says "${words}"`).not.toBeNull();
    const refused = code ?? later;
    if (refused !== undefined) {
      expect(codes[0], "the place of what is refused is found first").toBe(refused);
      expect(new Set(codes).size, String(codes)).toBe(1);
      return;
    }
    expect(built.diagnostics.map((each) => `${each.code} ${each.message}`)).toEqual(
      warned === undefined ? [] : [expect.stringContaining(warned)],
    );
    const { model } = built.ready!.module;
    expect(differences(model, plain(text)[model.name] as Plain)).toEqual([]);
    expect(emit(built.ready!, "js", {}).length).toBe(2);
  });
});
