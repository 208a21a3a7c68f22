const { swing } = require("./swing.ode.ts");
const { broken } = process.argv.includes("broken") ? require("./broken.ode.ts") : {};

console.log(JSON.stringify({ value: swing.valueAndGradient().value, kind: 1, broken }));
