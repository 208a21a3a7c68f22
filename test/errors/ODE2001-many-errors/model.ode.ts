import { ode } from "odegrad";

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z0 = gama0;
    const z1 = gama1;
    const z2 = gama2;
    const z3 = gama3;
    const z4 = gama4;
    const z5 = gama5;
    const z6 = gama6;
    const z7 = gama7;
    const z8 = gama8;
    const z9 = gama9;
    const z10 = gama10;
    const z11 = gama11;
    const z12 = gama12;
    const z13 = gama13;
    const z14 = gama14;
    const z15 = gama15;
    const z16 = gama16;
    const z17 = gama17;
    const z18 = gama18;
    const z19 = gama19;
    const z20 = gama20;
    const z21 = gama21;
    const z22 = gama22;
    const z23 = gama23;
    const z24 = gama24;
    const z25 = gama25;
    const z26 = gama26;
    const z27 = gama27;
    const z28 = gama28;
    const z29 = gama29;
    return { x: y, y: -k * x };
  },
});
