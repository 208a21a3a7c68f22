import { oscillator } from "./oscillator.ode.ts";

const form = document.querySelector("form")!;
const output = document.querySelector("output")!;

/** The form holds one number for each parameter. */
function show(): void {
  const field = (name: string) => (form.elements.namedItem(name) as HTMLInputElement).valueAsNumber;
  const params = { k: field("k"), c: field("c") };
  const { state } = oscillator.simulate({ params });
  const { value, gradient } = oscillator.valueAndGradient({ params });
  output.textContent = [
    `x at 0, 1, … 5   ${state.x.map((x) => x.toFixed(4)).join("  ")}`,
    `loss             ${value.toPrecision(6)}`,
    `d loss / d k     ${gradient.params.k.toPrecision(6)}`,
    `d loss / d c     ${gradient.params.c.toPrecision(6)}`,
  ].join("\n");
}

form.addEventListener("input", show);
show();
