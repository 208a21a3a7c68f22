/**
 * The long texts of the diagnostics in `command-messages.ts`, for `odegrad explain`: what causes each, an example, and
 * what to do. Those of the model's text are in `explanations.ts`.
 */

export interface Explanation {
  readonly title: string;
  readonly cause: string;
  readonly example: string;
  readonly fix: string;
}

const say = (title: string, cause: string, example: string, fix: string): Explanation => ({
  title,
  cause,
  example,
  fix,
});

export const commandExplanations: Readonly<Record<string, Explanation>> = {
  ODE4001: say(
    "unknown integration method",
    "`--method`, or `method` in the model's `solver`, names a method that does not exist.",
    "odegrad grad model.ode.ts --method rk5",
    "odegrad grad model.ode.ts --method rk4\n\n`odegrad list methods` names them all, with order and source.",
  ),
  ODE4003: say(
    "unknown adjoint plan",
    "`--adjoint`, or `adjoint` in the model's `solver`, names no plan.",
    "odegrad grad model.ode.ts --adjoint symplektic",
    "odegrad grad model.ode.ts --adjoint symplectic\n\n`odegrad list adjoints` names them all.",
  ),
  ODE4004: say(
    "no continuous adjoint",
    "The plan `continuous` integrates state and adjoint backwards with the method's own tableau, which multistep, partitioned and implicit methods do not have in that form. It is an approximation in any case.",
    "odegrad grad model.ode.ts --method gauss2 --adjoint continuous",
    "odegrad grad model.ode.ts --method gauss2 --adjoint symplectic\n\nIt is exact, and stores one state for each step.",
  ),
  ODE4030: say(
    "a field is not integrated",
    "Methods, steps and plans say how an ODE is solved; a field is a function of a point.",
    "odegrad grad net.ode.ts --method rk4",
    "odegrad grad net.ode.ts --point 0.1,0.2",
  ),
  ODE4031: say(
    "an order that the method has not",
    "`--order` is the order of `taylor`, from 2 to 16. Every other method has one order.",
    "odegrad grad model.ode.ts --method rk4 --order 6",
    "odegrad grad model.ode.ts --method taylor --order 6",
  ),
  ODE4032: say(
    "what Taylor's method does not go with",
    "A step is the series of the solution at its start: inputs that are not constant in a step, events inside of one and the density of inputs have no part in it, and it is not undone backwards.",
    "odegrad grad driven.ode.ts --method taylor --density      # a model with inputs",
    "odegrad grad driven.ode.ts --method dopri8 --density\n\nTaylor's method goes with `hold` inputs and the plans `symplectic`, `step`, `store-all` and `revolve`.",
  ),
  ODE4005: say(
    "the interval has no length",
    "t0 and t1 are equal, or one of them is no finite number, so there is nothing to integrate over.",
    "solver: { t0: 1, t1: 1, steps: 10 }",
    "solver: { t0: 1, t1: 2, steps: 10 }\n\nt1 may lie before t0: the solve then runs backwards.",
  ),
  ODE4006: say(
    "bad number of steps",
    "The number of steps is not a whole number from 1 to 2147483647.",
    "solver: { t1: 10, steps: 3000000000 }",
    "solver: { t1: 10, steps: 25 }\n\nOr give a step size with `dt`.",
  ),
  ODE4007: say(
    "the step size does not divide the interval",
    "With fixed steps, (t1 - t0) / dt has to be a whole number: there is no shorter last step, which would make the gradient depend on rounding.",
    "odegrad grad model.ode.ts --t1 20 --dt 0.3",
    "odegrad grad model.ode.ts --t1 20 --dt 0.25\n\nOr take the number of steps that the message names.",
  ),
  ODE4008: say(
    "both steps and step size",
    "`--steps` and `--dt`, or the two keys of a model's `solver`, say the same thing in two ways, and here they are both given.",
    "odegrad grad model.ode.ts --steps 100 --dt 0.1",
    "odegrad grad model.ode.ts --steps 100\n\nEither replaces whichever of the two the model has.",
  ),
  ODE4009: say(
    "steps are no multiple of the pieces",
    "A `hold(n)` input is constant on each of n equal pieces of the interval. A step that lies in two pieces would see a jump inside, and lose its order.",
    "inputs: { torque: hold(20) }, solver: { t1: 1, steps: 30 }",
    "inputs: { torque: hold(20) }, solver: { t1: 1, steps: 40 }\n\nThe number of steps is a multiple of the pieces of every `hold` input.",
  ),
  ODE4010: say(
    "observation time between steps",
    "With fixed steps, states are known on the step boundaries alone, so every entry of `times` has to be one.",
    "times: [0.25, 0.3], solver: { t1: 1, steps: 4 }",
    "times: [0.25, 0.3], solver: { t1: 1, steps: 20 }\n\nThe message names a number of steps that meets every time, if there is a small one.",
  ),
  ODE4011: say(
    "observation time outside the interval",
    "An entry of `times` lies before t0 or after t1.",
    "odegrad run model.ode.ts --t1 1      # the model has times up to 20",
    "odegrad run model.ode.ts --t1 30\n\nOr change the times.",
  ),
  ODE4012: say(
    "observation times out of order",
    "`times` are met one after the other while the solve goes on, so they have to be in its order, each once.",
    "times: [1, 0.5, 2], solver: { t1: 2, steps: 4 }",
    "times: [0.5, 1, 2], solver: { t1: 2, steps: 4 }",
  ),
  ODE4013: say(
    "`wrt` names what the model does not have",
    "`wrt` lists dotted paths: `state`, `params`, `inputs`, or leaves and records below them.",
    'params: { gamma: 1 }, rhs: ({ x }, { gamma }) => ({ x: -gamma * x }), solver: { wrt: ["params.gama"] }',
    'params: { gamma: 1 }, rhs: ({ x }, { gamma }) => ({ x: -gamma * x }), solver: { wrt: ["params.gamma"] }',
  ),
  ODE4016: say(
    "`wrt` names a state that is computed",
    "Where the model has `initial`, the initial state follows from parameters, and its derivative is part of theirs.",
    'params: { a: 1 }, initial: ({ a }) => ({ x: a ** 2 }), rhs: ({ x }) => ({ x: -x }), solver: { wrt: ["state"] }',
    'params: { a: 1 }, initial: ({ a }) => ({ x: a ** 2 }), rhs: ({ x }) => ({ x: -x }), solver: { wrt: ["params.a"] }',
  ),
  ODE4014: say(
    "no loss",
    "A gradient is that of a number. The model has no `loss`, so `grad`, `fit` and `verify` have nothing to differentiate.",
    "odegrad grad plain.ode.ts      # a model without `loss`",
    "Add `loss` with any of `terminal`, `running` and `at` to a model, with `at` to a field. `odegrad run` works without.",
  ),
  ODE4015: say(
    "the solve did not come to its end",
    "At some step the field or the state was infinite or NaN, or the run-time arguments do not fit each other. Numbers of an unfinished solve are never printed.",
    "odegrad run steep.ode.ts      # rhs: ({ y }) => ({ y: y ** 3 }), infinite at t = 1 / 2",
    "Take more steps, check the interval, or look for divisions by zero and logarithms of negative numbers.",
  ),
  ODE4017: say(
    "no such start",
    "Adams methods look back over several steps, which an explicit Runge-Kutta method makes at the start. Other methods need no start, and `leapfrog` starts with one step of Euler.",
    "odegrad run model.ode.ts --method rk4 --start heun",
    "odegrad run model.ode.ts --method ab4 --start heun",
  ),
  ODE4018: say(
    "the system is not separable",
    "Symplectic Euler, Verlet, Ruth's and Yoshida's methods move one half of the state while the other is held. That is right only where the derivative of each half depends on the other half alone; the first leaf of each group of leaves that depend on each other counts as a position.",
    'state: { q: 1, p: 0 }, rhs: ({ q, p }) => ({ q: p, p: -q - 0.1 * p }), solver: { method: "verlet" }',
    'state: { q: 1, p: 0 }, rhs: ({ q, p }) => ({ q: p, p: -q - 0.1 * p }), solver: { method: "gauss2" }\n\n`gauss1`, `gauss2` and `gauss3` are symplectic for all Hamiltonian systems.',
  ),
  ODE4019: say(
    "fixed and adaptive at once",
    "Steps are either of one length, given by their number or size, or chosen by tolerances.",
    'solver: { method: "dopri5", steps: 100, rtol: 1e-6 }',
    'solver: { method: "dopri5", rtol: 1e-6 }\n\nA flag replaces what the model says: `--rtol 1e-8` makes the steps adaptive.',
  ),
  ODE4021: say(
    "method without an error estimate",
    "Adaptive steps compare two results of each step; the method has one.",
    "odegrad run model.ode.ts --method rk4 --rtol 1e-6",
    "odegrad run model.ode.ts --method dopri5 --rtol 1e-6\n\n`tsit5`, `bosh3`, `dopri8` and others have an estimate too; every method takes fixed steps.",
  ),
  ODE4022: say(
    "tolerances that cannot be met",
    "A step is accepted where its error is below atol + rtol·|x| in the mean. With a negative number, or two zeros, none ever is.",
    "odegrad run model.ode.ts --method dopri5 --rtol 0 --atol 0",
    "odegrad run model.ode.ts --method dopri5 --rtol 1e-6 --atol 0\n\nTolerances are numbers from 0 on, at least one of them positive.",
  ),
  ODE4025: say(
    "steps that cannot be undone",
    "The plan `reversible` stores no states: it recovers the start of each step from its end. Splittings, `leapfrog`, `reversible-heun` and `alf` are undone by their own algebra; explicit Runge-Kutta methods by a step backwards, which is an approximation. Steps are of one length.",
    "odegrad grad model.ode.ts --method ab4 --adjoint reversible",
    "odegrad grad model.ode.ts --method ab4 --adjoint revolve\n\nIt is exact for every method; or take a method that can be undone.",
  ),
  ODE4028: say(
    "events in other steps",
    "A step that passes an event is made again with the length that ends there, and the steps behind it move. That is done for explicit Runge-Kutta methods, with fixed and adaptive steps; the gradient then needs every step once, in order.",
    'events: { when: ({ x }) => x - 0.1 }, solver: { method: "radau5", steps: 100 }',
    'events: { when: ({ x }) => x - 0.1 }, solver: { method: "dopri5", rtol: 1e-8, atol: 1e-10 }',
  ),
  ODE4029: say(
    "observation times that cannot move",
    "The gradient for observation times is there where steps land on them. With fixed steps they have to lie on the grid, and move with the interval alone.",
    "odegrad grad model.ode.ts --steps 100 --wrt times",
    "odegrad grad model.ode.ts --method dopri5 --rtol 1e-8 --wrt times\n\nOr, with fixed steps, `--wrt t0,t1`.",
  ),
  ODE4026: say(
    "no density to be had",
    "The density is the gradient of an input as a function of time, (∂f/∂u)ᵀp at every step. It takes inputs that are differentiated, and a plan that is exact and goes through the steps once.",
    "odegrad grad driven.ode.ts --density --adjoint revolve      # a model with inputs",
    "odegrad grad driven.ode.ts --density --adjoint symplectic\n\n`step` and `store-all` give it too. Leave `--density` out where the model has no inputs.",
  ),
  ODE4027: say(
    "gradient that oscillates",
    "The step of this method has a root other than 1 on the unit circle. Its discrete adjoint then carries a second solution whose sign changes from step to step: for parameters that belong to one time (inputs) the gradient of the discrete loss is right, and does not converge to that of the differential equation. Sums over time, such as the gradient of `params`, do.",
    'inputs: { push: hold(20) }, rhs: ({ x }, { k }, { inputs }) => ({ x: inputs.push - k * x }), solver: { method: "leapfrog" }',
    'inputs: { push: hold(20) }, rhs: ({ x }, { k }, { inputs }) => ({ x: inputs.push - k * x }), solver: { method: "rk4" }\n\nOr ask for the corrected gradient with `--density`.',
  ),
  ODE4023: say(
    "auto without a limit",
    "`auto` takes the fastest exact plan whose working memory fits into the bytes of `--ram`.",
    "odegrad grad model.ode.ts --adjoint auto",
    "odegrad grad model.ode.ts --adjoint auto --ram 65536\n\n`odegrad inspect --plans` prints what every plan needs.",
  ),
  ODE4024: say(
    "no plan fits",
    "Every exact plan keeps at least one state and the work arrays of one step. That is more than `--ram` allows.",
    "odegrad grad model.ode.ts --adjoint auto --ram 16",
    "Give as many bytes as the message says, or make the state or its field smaller.",
  ),
  ODE4020: say(
    "more working memory than there is",
    "The reverse sweep of a loop reads values that the forward sweep keeps, one for each trip of the loops around them. All of them together may take 2 GiB, beside the states that are stored for each step.",
    "y = x;\nfor (let i = 0; i < 1_000_000; i++) for (let j = 0; j < 100_000; j++) y = Math.sin(y);",
    "Make fewer trips, or carry the value as one more state of the model, whose steps the integration stores.",
  ),
  ODE4033: say(
    "a batch larger than its arrays can be",
    "Each sample of a batch has a state and data of its own, which stand in one array. An array has 2^24 entries at most.",
    "odegrad compile model.ode.ts --batch 1000000000",
    "odegrad compile model.ode.ts --batch 1000\n\nThe message names the largest; more samples are several calls.",
  ),
  ODE4034: say(
    "more steps than can be counted",
    "The step size divides the interval into more than 2147483647 steps, which is as far as generated code counts.",
    "odegrad grad model.ode.ts --t1 20 --dt 1e-9",
    "odegrad grad model.ode.ts --t1 20 --dt 1e-2\n\nOr take a method of higher order with longer steps, or adaptive steps: `--method dopri5 --rtol 1e-8`.",
  ),
  ODE4035: say(
    "bad number of checkpoints",
    "The plan `revolve` keeps its checkpoints in arrays, and an array has 2^24 entries at most. There is at least one: the start.",
    'solver: { adjoint: "revolve", checkpoints: 4294967295 }',
    'solver: { adjoint: "revolve", checkpoints: 100 }\n\nLeft out, it is as many as make no step more than three times again: of 100000 steps that is 100.',
  ),
  ODE4036: say(
    "no memory for generated code",
    "Generated code has all its arrays from the start, those of the gradient too: states that are stored for each step, and tapes. The system did not give that much. Some give memory only when it is written, and end the process then.",
    "odegrad grad model.ode.ts --steps 2000000000      # 16 GB for the states alone, on a computer that has less",
    "odegrad grad model.ode.ts --steps 20000\n\nOr take a plan that stores less of each step, such as `--adjoint revolve`: `odegrad inspect --plans` says what they take.",
  ),
  ODE4037: say(
    "`stopGradient` in a method that takes derivatives",
    "`taylor` and the Rosenbrock methods take derivatives of the field (and of the running loss) for the steps themselves, and implicit methods those of the field in the state for Newton's method. `stopGradient` is a constant to every derivative: there it would change the solution, and not its gradient alone, or Newton's method would come to no end. What it holds moves with the state or the time; of parameters alone it changes nothing and is taken.",
    "rhs: ({ x }, { k }) => ({ x: -stopGradient(k * x) })   // --method rodas4",
    "Take a method that makes its steps of values: `dopri5`, `rk4` and every other explicit one.",
  ),
  ODE4038: say(
    "a rule of the first order in a series",
    "`taylor` takes derivatives of the field (and of the running loss) up to its order. A function with a `custom` rule says its first derivative alone, and nobody looks inside for more.",
    "const f = custom((x: number) => x ** 3, { vjp: (x, bar) => 3 * x * x * bar });\nexport const model = ode({ state: { x: 1 }, rhs: ({ x }) => ({ x: -f(x) }) });   // --method taylor",
    "Call the function without `custom` in `rhs`, or take another method, such as `dopri8`.",
  ),
  ODE4039: say(
    "a series beside a bend or a branch",
    "A step of `taylor` is a series at its start, and so is what it says of its error: of a bend, a jump or the other side of a branch on the way they know nothing. Adaptive steps would run across with an error far beyond the tolerance and never notice. Branches and bends by parameters alone do not count; `sigmoid`, `softplus` and `softmax` are smooth.",
    "rhs: ({ x }) => ({ x: x < 0.5 ? 1 : 0.1 })   // --method taylor --rtol 1e-8",
    "Take a method that evaluates the field along the step, `dopri5` or `radau5`, or fixed steps, whose order is lost at the bend as with every method.",
  ),
  ODE5001: say(
    "unknown option",
    "The command has no option of this name. Nothing is ignored silently.",
    "odegrad grad model.ode.ts --stesp 100",
    "odegrad grad model.ode.ts --steps 100\n\n`odegrad COMMAND --help` lists the options of a command.",
  ),
  ODE5002: say(
    "option not available yet",
    "The option is part of the plan, but this version has no code for it.",
    "odegrad inspect model.ode.ts --graph",
    "odegrad inspect model.ode.ts --ir\n\nThe message says what to do meanwhile.",
  ),
  ODE5003: say(
    "value not available yet",
    "The option exists, but this value of it is for a later version.",
    "odegrad compile model.ode.ts --target wasm",
    "odegrad compile model.ode.ts --target js\n\nThe message names the values that there are.",
  ),
  ODE5004: say(
    "bad value of an option",
    "The value is not what the option takes: a number that is none, a word that is not in the list.",
    "odegrad grad model.ode.ts --steps many",
    "odegrad grad model.ode.ts --steps 100",
  ),
  ODE5005: say(
    "unknown command",
    "There is no command of this name.",
    "odegrad gard model.ode.ts",
    "odegrad grad model.ode.ts\n\n`odegrad --help` lists the commands.",
  ),
  ODE5006: say(
    "command not available yet",
    "The command is part of the plan, but this version has no code for it.",
    "odegrad bench model.ode.ts",
    "The message says what to do meanwhile.",
  ),
  ODE5007: say(
    "the command is not called like this",
    "An argument is missing, there is one too many, or two options exclude each other.",
    "odegrad compile model.ode.ts --target c      # four files, and nowhere to put them",
    "odegrad compile model.ode.ts --target c --out-dir generated\n\n`odegrad COMMAND --help` shows how a command is called.",
  ),
  ODE5008: say(
    "cannot read a file",
    "The file is not there, is a folder, may not be read, or is not UTF-8 text.",
    "odegrad grad modle.ode.ts",
    "odegrad grad model.ode.ts\n\nA path is relative to the folder the command runs in.",
  ),
  ODE5009: say(
    "cannot write a file",
    "The folder may not be written, something else has the name, or the disk is full. Output files are replaced together after all of them are complete, so the old ones are as they were.",
    "odegrad compile model.ode.ts --out model.ode.ts/model.js      # where a file stands, no folder can",
    "odegrad compile model.ode.ts --out model.js\n\nOr choose another place with `--out-dir`.",
  ),
  ODE5010: say(
    "the file exports no model",
    "The text has no exported call of `ode`.",
    "const model = ode({ state: { y: 1 }, rhs: ({ y }) => ({ y: -y }) });",
    "export const model = ode({ state: { y: 1 }, rhs: ({ y }) => ({ y: -y }) });",
  ),
  ODE5011: say(
    "the file exports several models",
    "A command works on one model, and the file has more.",
    "odegrad grad models.ode.ts",
    "odegrad grad models.ode.ts --model decay",
  ),
  ODE5012: say(
    "the file exports no model of this name",
    "`--model` names something the file does not export.",
    "odegrad grad models.ode.ts --model decy",
    "odegrad grad models.ode.ts --model decay\n\nThe message lists the names.",
  ),
  ODE5013: say(
    "values that do not fit the model",
    "A file of `--params`, `--state`, `--inputs` or `--data` is no JSON, names a leaf that the model does not have, or has another shape.",
    'odegrad grad model.ode.ts --params values.json      # values.json: { "rate": "fast" }',
    "Write leaves in the shapes of the model: a matrix as an array of rows, an input as a list of its pieces. Leaves that are left out keep their defaults.",
  ),
  ODE5014: say(
    "a table that does not fit the model",
    "A CSV file needs a head line; a column named like a vector leaf of `data` fills it, columns `name.0`, `name.1`, … fill a matrix, and a column `t` holds the observation times. The number of rows is the length of the leaf.",
    "odegrad grad observed.ode.ts --data table.csv\n\nwith the lines\n\nhare,lynx\n30,4\n47.2",
    "Correct the line that the message names.",
  ),
  ODE5015: say(
    "no C compiler",
    'The command needs a C compiler and found none of `cc`, `gcc` and `clang`, or the environment variable CC names something that cannot be run or does not answer `--version`. CC may have arguments: `CC="ccache gcc"`.',
    "odegrad grad model.ode.ts --target c",
    "Install one (`apt-get install gcc`, `xcode-select --install`), or set the environment variable CC.",
  ),
  ODE5016: say(
    "unknown diagnostic",
    "There is no diagnostic of this code.",
    "odegrad explain ODE0000",
    "odegrad explain ODE1001\n\n`odegrad list codes` names them all.",
  ),
  ODE5017: say(
    "bad prefix",
    "`--prefix` begins every name of the generated C, so it has to be a C name itself.",
    "odegrad compile model.ode.ts --target c --prefix 2d --out-dir generated",
    "odegrad compile model.ode.ts --target c --prefix d2 --out-dir generated",
  ),
  ODE5018: say(
    "no portable form",
    "`--math portable` writes functions of mathematics out in arithmetic, so that every target gives the same bits. The function named has no such form here, and calling the host's instead would break the promise.",
    "odegrad compile bent.ode.ts --math portable      # rhs: ({ x }) => ({ x: Math.atan(x) })",
    "odegrad compile bent.ode.ts\n\nOr use functions that have a portable form: `Math.exp`, `Math.expm1`, `Math.log`, `Math.sin`, `Math.cos`, `Math.tanh`, `Math.sqrt` and arithmetic.",
  ),
  ODE9001: say(
    "internal error",
    "odegrad met a state that its authors held to be impossible. The model may be right or wrong; the message should have been another one either way.",
    "odegrad grad model.ode.ts      # error ODE9001: internal error: TypeError: …",
    "Please report it with the model and the command. With ODEGRAD_DEBUG=1 in the environment the place in the compiler is printed too.",
  ),
  ODE9002: say(
    "generated code could not be used",
    "Code that odegrad generated did not compile or did not run.",
    "odegrad grad model.ode.ts --target c      # error ODE9002: … cc refused it",
    "Please report it with the model, the command and the version of the C compiler.",
  ),
};
