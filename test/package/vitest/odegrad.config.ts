import { type Config, defineConfig } from "odegrad/config";

const steps: number = 80;
export default defineConfig({ steps } satisfies Config);
