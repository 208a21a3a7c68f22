import odegrad from "odegrad/vite";

export default {
  plugins: [odegrad()],
  test: { include: ["*.test.mjs"], watch: false, testTimeout: 120_000, maxWorkers: 1 },
};
