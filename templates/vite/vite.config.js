import odegrad from "odegrad/vite";
import { defineConfig } from "vite";

export default defineConfig({ plugins: [odegrad({ emit: ["solve", "gradient"] })] });
