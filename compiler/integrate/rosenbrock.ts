/**
 * Rosenbrock methods as data, in the form whose stages take one product with no Jacobian: with γ on the diagonal,
 *
 *     (I - hγJ) u_i = hγ (f(x + Σ a_ij u_j, t + c_i h) + Σ c_ij u_j / h + d_i h f_t) ,    x' = x + Σ m_j u_j ,
 *
 * J and f_t taken at the start of the step. The last stage is the estimate of the error, and x + Σ m_j u_j without it
 * the weights of the order below.
 */

export interface Rosenbrock {
  readonly name: string;
  readonly gamma: number;
  readonly a: readonly (readonly number[])[];
  readonly c: readonly (readonly number[])[];
  /** Weights of the stages. */
  readonly m: readonly number[];
  readonly times: readonly number[];
  /** Of the derivative in time; they are the row sums of the coefficients that the form hides. */
  readonly d: readonly number[];
  /** Of the weights without the last stage. */
  readonly order: number;
}

/** The last rows of stiffly accurate methods: each stage starts from what would be the result without it. */
function stifflyAccurate(rows: readonly (readonly number[])[], stages: number): number[][] {
  const all = rows.map((row) => [...row]);
  while (all.length < stages) all.push([...all.at(-1)!, 1]);
  return all;
}

const rodas4A = stifflyAccurate(
  [
    [],
    [1.544],
    [0.9466785280815826, 0.2557011698983284],
    [3.314825187068521, 2.896124015972201, 0.9986419139977817],
    [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895],
  ],
  7,
);

/** Hairer, Wanner 1996, IV.7 and RODAS. */
const rodas4: Rosenbrock = {
  name: "rodas4",
  gamma: 0.25,
  a: rodas4A.slice(0, 6),
  c: [
    [],
    [-5.6688],
    [-2.430093356833875, -0.2063599157091915],
    [-0.1073529058151375, -9.594562251023355, -20.47028614809616],
    [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.7089089320616],
    [8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054],
  ],
  m: rodas4A[6]!,
  times: [0, 0.386, 0.21, 0.63, 1, 1],
  d: [0.25, -0.1043, 0.1035, -0.03620000000000023, 0, 0],
  order: 3,
};

const rodas5pA = stifflyAccurate(
  [
    [],
    [3],
    [2.849394379747939, 0.45842242204463923],
    [-6.954028509809101, 2.489845061869568, -10.358996098473584],
    [2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641],
    [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946],
  ],
  9,
);

/** Steinebach 2023, BIT Numerical Mathematics 63:27. */
const rodas5p: Rosenbrock = {
  name: "rodas5p",
  gamma: 0.21193756319429014,
  a: rodas5pA.slice(0, 8),
  c: [
    [],
    [-14.155112264123755],
    [-17.97296035885952, -2.859693295451294],
    [147.12150275711716, -1.41221402718213, 71.68940251302358],
    [165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306],
    [24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471],
    [
      30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623,
      -28.087943162872662,
    ],
    [
      37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047, -40.06618937091002,
      -54.66780262877968, -9.48861652309627,
    ],
  ],
  m: rodas5pA[8]!,
  times: [0, 0.6358126895828704, 0.4095798393397535, 0.9769306725060716, 0.4288403609558664, 1, 1, 1],
  d: [
    0.21193756319429014, -0.42387512638858027, -0.3384627126235924, 1.8046452872882734, 2.325825639765069, 0,
    0, 0,
  ],
  order: 4,
};

const methods: Readonly<Record<string, Rosenbrock>> = { rodas4, rodas5p };

export const rosenbrockMethods: readonly Rosenbrock[] = Object.values(methods);

export const rosenbrockMethod = (name: string): Rosenbrock | undefined =>
  Object.hasOwn(methods, name) ? methods[name] : undefined;

/**
 * Weights of a quadrature that goes along as one more state, on what its stages ask: its stages need no system, so
 * h Σ β_i (g_i + …) is Σ m_j v_j with v_i = hγ (g_i + …) + γ Σ c_ij v_j.
 */
export function quadratureWeights({ gamma, c, m }: Rosenbrock): number[] {
  const rho = [...m];
  for (let i = rho.length - 1; i >= 0; i--)
    c[i]!.forEach((value, j) => {
      rho[j]! += gamma * value * rho[i]!;
    });
  return rho.map((value) => gamma * value);
}
