/**
 * On-device training in generated C: a gradient and an update of the parameters in place, by gradient descent or Adam. In:
 * the parts of a module whose gradient is emitted. Out: declarations for the header, definitions for the source.
 *
 * Adam is that of Kingma and Ba 2015 (arXiv:1412.6980), Algorithm 1, with its usual constants; powers of the decay rates
 * are carried along, so that nothing is raised to a power.
 */

import type { Parts } from "./c-declarations.ts";
import { cNumber, type Member } from "./c-layout.ts";

export function stepDeclarations({ prefix: p, real }: Parts): string {
  return `/* State of Adam: ${p}_adam_init sets it up, each ${p}_adam_step moves it on. */
typedef struct {
    ${real} rate;
    ${real} mean_left;
    ${real} square_left;
    ${p}_params mean;
    ${p}_params square;
} ${p}_adam;

/* The gradient, and params moved against it by \`rate\` times its entries. Where the status is not OK nothing is moved. */
int ${p}_sgd_step(${p}_problem *in, ${real} rate, ${p}_workspace *ws, ${p}_gradients *out);

/* Starts Adam anew; \`rate\` is about how far an entry moves in a step. */
void ${p}_adam_init(${p}_adam *state, ${real} rate);

/* The gradient, and params moved by Adam. Where the status is not OK neither params nor the state of Adam change. */
int ${p}_adam_step(${p}_problem *in, ${p}_adam *state, ${p}_workspace *ws, ${p}_gradients *out);`;
}

export function stepDefinitions(parts: Parts, helper: string): string {
  const { prefix: p, real, names, layout } = parts;
  const n = (value: number): string => cNumber(value, real);
  const root = real === "float" ? "(float)sqrtf" : "sqrt";
  const [ok, bad] = [names.macro("OK"), names.macro("BAD_ARGUMENT")];
  const { members } = layout.params;
  const each = (line: (at: string) => string, indent: string): string =>
    leavesOf(members)
      .map(({ spelling, shape }) => loops(shape, indent, (at) => line(`params.${spelling}${at}`)))
      .join("\n");
  const moment = (record: string, at: string): string => at.replace(/^params/, record);
  return `/* Moves the moments of an entry on, and gives what the entry is moved by. */
static ${real} ${helper}(const ${p}_adam *state, ${real} bar, ${real} *mean, ${real} *square)
{
    const ${real} first = *mean + (${n(0.1)} * (bar - *mean));
    const ${real} second = *square + (${n(0.001)} * ((bar * bar) - *square));
    const ${real} size = ${root}(second / (${n(1)} - state->square_left)) + ${n(1e-8)};
    *mean = first;
    *square = second;
    return (state->rate * (first / (${n(1)} - state->mean_left))) / size;
}

int ${p}_sgd_step(${p}_problem *in, ${real} rate, ${p}_workspace *ws, ${p}_gradients *out)
{
    const int status = ${p}_gradient(in, ws, out);
    if (status == (int)${ok}) {
${each((at) => `in->${at} -= rate * out->${at};`, "        ")}
    }
    return status;
}

void ${p}_adam_init(${p}_adam *state, ${real} rate)
{
    if (state != NULL) {
        state->rate = rate;
        state->mean_left = ${n(1)};
        state->square_left = ${n(1)};
${each((at) => `state->${moment("mean", at)} = ${n(0)};`, "        ")}
${each((at) => `state->${moment("square", at)} = ${n(0)};`, "        ")}
    }
}

int ${p}_adam_step(${p}_problem *in, ${p}_adam *state, ${p}_workspace *ws, ${p}_gradients *out)
{
    int status = (int)${bad};
    if (state != NULL) {
        status = ${p}_gradient(in, ws, out);
    }
    if (status == (int)${ok}) {
        state->mean_left *= ${n(0.9)};
        state->square_left *= ${n(0.999)};
${each((at) => `in->${at} -= ${helper}(state, out->${at}, &state->${moment("mean", at)}, &state->${moment("square", at)});`, "        ")}
    }
    return status;
}
`;
}

interface Place {
  readonly spelling: string;
  readonly shape: readonly number[];
}

const leavesOf = (members: readonly Member[], prefix = ""): Place[] =>
  members.flatMap((member) =>
    member.members === undefined
      ? [{ spelling: `${prefix}${member.name}`, shape: member.shape }]
      : leavesOf(member.members, `${prefix}${member.name}.`),
  );

/** A line for each entry of an array. */
function loops(shape: readonly number[], indent: string, line: (at: string) => string): string {
  const indices = shape.map((_, axis) => "ijklmn"[axis] ?? `i${axis}`);
  const step = "    ";
  const heads = shape.map(
    (extent, axis) =>
      `${indent}${step.repeat(axis)}for (int32_t ${indices[axis]} = 0; ${indices[axis]} < ${extent}; ${indices[axis]}++) {`,
  );
  const ends = shape.map((_, axis) => `${indent}${step.repeat(axis)}}`).reverse();
  const at = indices.map((i) => `[${i}]`).join("");
  return [...heads, `${indent}${step.repeat(shape.length)}${line(at)}`, ...ends].join("\n");
}
