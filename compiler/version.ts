/** The version that stands in generated headers; a test holds it to package.json, which the library must not read. */
export const version = "0.1.0";
