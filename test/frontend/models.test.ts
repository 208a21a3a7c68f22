import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sizeOf } from "../../compiler/model.ts";
import { differences, readFile } from "../support/plain-model.ts";

const folder = join(import.meta.dirname, "../reference/models");

/** Models in the language that this version compiles, with the name of their export. */
const models: readonly (readonly [string, string])[] = [
  ["allen-cahn/allen-cahn", "allenCahn"],
  ["gcde-karate/gcde-karate-relu", "gcdeRelu"],
  ["gcde-karate/gcde-karate", "gcde"],
  ["kuramoto-csr/kuramoto-csr", "kuramoto"],
  ["lotka-volterra/lotka-volterra", "lotkaVolterra"],
  ["neural-ode/neural-ode", "neuralOde"],
  ["pendulum-control/pendulum-control", "pendulum"],
  ["resnet-hold/resnet-hold", "resnet"],
  ["van-der-pol/van-der-pol", "vanDerPol"],
];

describe.each(models)("%s", (path, name) => {
  const file = join(folder, `${path}.ode.ts`);
  const model = readFile(file)[0]!;

  it("is read under its name", () => {
    expect(model.name).toBe(name);
    expect(model.file).toBe(file);
  });

  it("computes what the plain functions compute", async () => {
    const module = (await import(file)) as Record<string, { readonly declaration: unknown }>;
    expect(differences(model, module[name]!)).toEqual([]);
  });

  it("has the defaults of the plain declaration", async () => {
    const module = (await import(file)) as Record<string, { readonly declaration: Record<string, unknown> }>;
    const { declaration } = module[name]!;
    const flat = (value: unknown): number[] =>
      typeof value === "number"
        ? [value]
        : ArrayBuffer.isView(value)
          ? Array.from(value as Float64Array)
          : Object.values((value ?? {}) as object).flatMap(flat);
    for (const key of ["state", "params", "data"] as const) {
      expect(model[key].flatMap(({ initial }) => initial)).toEqual(flat(declaration[key]));
      const offsets = model[key].map(({ offset }) => offset);
      const sizes = model[key].map(({ shape }) => sizeOf(shape));
      expect(offsets).toEqual(sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0)));
    }
  });
});
