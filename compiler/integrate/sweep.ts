/** What a forward sweep leaves to others: what is done before each step, and how a slope is computed. */

import type { Affine } from "../ir/affine.ts";
import type { Statement } from "../ir/nodes.ts";
import type { Slope } from "./step.ts";

export interface Sweep {
  enter(n: Affine): Statement[];
  readonly slope: Slope;
  /** Whether slopes leave tapes behind, so that none may be taken over from another step. */
  readonly keepsTapes?: boolean;
}
