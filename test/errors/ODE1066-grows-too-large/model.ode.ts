import { ode } from "odegrad";

const f0 = (a: number) => Math.sin(a);
const f1 = (a: number) => f0(a) + f0(-a);
const f2 = (a: number) => f1(a) + f1(-a);
const f3 = (a: number) => f2(a) + f2(-a);
const f4 = (a: number) => f3(a) + f3(-a);
const f5 = (a: number) => f4(a) + f4(-a);
const f6 = (a: number) => f5(a) + f5(-a);
const f7 = (a: number) => f6(a) + f6(-a);
const f8 = (a: number) => f7(a) + f7(-a);
const f9 = (a: number) => f8(a) + f8(-a);
const f10 = (a: number) => f9(a) + f9(-a);
const f11 = (a: number) => f10(a) + f10(-a);
const f12 = (a: number) => f11(a) + f11(-a);
const f13 = (a: number) => f12(a) + f12(-a);
const f14 = (a: number) => f13(a) + f13(-a);
const f15 = (a: number) => f14(a) + f14(-a);
const f16 = (a: number) => f15(a) + f15(-a);
const f17 = (a: number) => f16(a) + f16(-a);
const f18 = (a: number) => f17(a) + f17(-a);

export const model = ode({
  state: { x: 1, y: 0 },
  params: { k: 2 },
  rhs: ({ x, y }, { k }) => {
    const z = f18(x);
    return { x: y, y: -k * x };
  },
});
