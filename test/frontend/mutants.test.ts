import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readModels } from "../../compiler/frontend/index.ts";
import { doubles } from "../../runtime/random.ts";
import { isLong } from "../support/long.ts";
import { differences, diskHost } from "../support/plain-model.ts";

/**
 * Small changes to the bodies (a name, number, operator or argument list for another) mostly give programs that mean
 * something else. Each is either refused, or computes what the changed text computes when it runs.
 */
const folder = join(import.meta.dirname, "bodies");
const files = readdirSync(folder).filter((file) => file.endsWith(".ode.ts"));
const texts = files.map((file) => readFileSync(join(folder, file), "utf8"));
const scratch = mkdtempSync(join(tmpdir(), "odegrad-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const rounds = isLong ? 20_000 : 400;
const seed = 7;

const classes = [/[A-Za-z_$][\w$]*/g, /\b\d+(?:\.\d+)?\b/g, /[-+*/%<>=!&|]+/g, /\([^()]*\)/g, /[-+*/%]/g];

it(`of ${rounds} changed bodies every one that is read computes what it says (seed ${seed})`, async () => {
  const next = doubles(seed);
  const below = (n: number): number => Math.floor(n * next());
  let read = 0;
  for (let round = 0; round < rounds; round++) {
    const which = below(texts.length);
    let text = texts[which]!;
    for (let edit = below(3); edit >= 0; edit--) {
      const kind = classes[below(classes.length)]!;
      const from = texts[next() < 0.7 ? which : below(texts.length)]!;
      const [own, others] = [[...text.matchAll(kind)], [...from.matchAll(kind)]];
      const { index, 0: token } = own[below(own.length)]!;
      text = text.slice(0, index) + others[below(others.length)]![0] + text.slice(index + token.length);
    }
    const { models, diagnostics } = readModels(join(folder, files[which]!), text, diskHost);
    if (diagnostics.some(({ severity }) => severity === "error")) continue;
    const file = join(scratch, `mutant-${round}.ode.ts`);
    writeFileSync(file, text.replaceAll('"./parts/', `"${folder}/parts/`));
    const module = (await import(file).catch((error: Error) => {
      throw new Error(`round ${round}: ${error.message}\n${text}`);
    })) as Record<string, { readonly declaration: unknown }>;
    for (const model of models) {
      read++;
      // Powers of powers magnify the last bit; what is meant differently differs by more.
      const found = differences(model, module[model.name]!, 2, round, 1e-10);
      expect(found, `round ${round}\n${text}`).toEqual([]);
    }
  }
  expect(read).toBeGreaterThan(rounds / 20);
});
