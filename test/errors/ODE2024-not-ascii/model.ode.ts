import { ode } from "odegrad";

// 捕食者と被食者 🐇
export const model = ode({
  state: { α: 1, "lynx count": 2 },
  rhs: ({ α }) => ({ α: -α, β: 1 }),
});
