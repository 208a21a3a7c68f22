// The page: sliders, plots, and a few steps of Adam in every frame.
import { Adam } from "./adam.ts";
import { curve, pendulum } from "./draw.ts";
import { swing } from "./swing.ode.ts";

const stepsPerFrame = 10;
const pieces = 40;
const seconds = 4;

const ranges = { gravity: [1, 20], length: [0.5, 2], damping: [0, 1], effort: [0.001, 0.1] } as const;
type Name = keyof typeof ranges;
const params: Record<Name, number> = { gravity: 9.81, length: 1, damping: 0.1, effort: 0.01 };

const element = <E extends Element>(id: string): E => document.querySelector<E>(`#${id}`)!;
const canvas = (id: string): CanvasRenderingContext2D => element<HTMLCanvasElement>(id).getContext("2d")!;

const adam = new Adam(pieces, 0.1);
let losses: number[] = [];

for (const name of Object.keys(ranges) as Name[]) {
  const [low, high] = ranges[name];
  const row = document.createElement("label");
  row.innerHTML = `${name} <input type="range" name="${name}" min="${low}" max="${high}" step="any" value="${params[name]}"> <output>${params[name]}</output>`;
  row.querySelector("input")!.addEventListener("input", ({ target }) => {
    params[name] = (target as HTMLInputElement).valueAsNumber;
    row.querySelector("output")!.value = params[name].toPrecision(3);
  });
  element("params").append(row);
}

element("forget").addEventListener("click", () => {
  adam.forget();
  losses = [];
});

/** What a test or a curious reader may look at. */
const page = { frames: 0, perSecond: 0, milliseconds: 0, value: Number.NaN, uprightness: 0 };
Object.assign(window, { page });

let before = performance.now();

function frame(now: number): void {
  const started = performance.now();
  const question = { params, inputs: { torque: adam.x } };
  for (let i = 0; i < stepsPerFrame; i++) {
    const { value, gradient } = swing.valueAndGradient(question);
    page.value = value;
    adam.step(gradient.inputs.torque);
  }
  losses.push(page.value);
  if (losses.length > 600) losses = losses.filter((_, i) => i % 2 === 0);

  const { t, state } = swing.simulate(question);
  const position = ((now / 1000) % (seconds + 1)) * 10;
  const shown = Math.min(Math.floor(position), t.length - 1);
  pendulum(canvas("pendulum"), state.angle[shown]!, params.length / 2);
  curve(canvas("angle"), "angle (rad)", state.angle, [-2 * Math.PI, 2 * Math.PI], shown / (t.length - 1));
  curve(canvas("torque"), "torque (N m)", adam.x, [-20, 20], shown / (t.length - 1));
  curve(canvas("loss"), "log₁₀ loss", losses.map(Math.log10), [-2, 3]);

  page.frames++;
  page.perSecond += (1000 / Math.max(now - before, 1) - page.perSecond) / 20;
  page.uprightness = -Math.cos(state.angle.at(-1)!);
  page.milliseconds += (performance.now() - started - page.milliseconds) / 20;
  before = now;
  element<HTMLOutputElement>("figures").value =
    `loss ${page.value.toPrecision(4)}, ${page.perSecond.toFixed(0)} frames a second, ${stepsPerFrame} gradients each`;
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
