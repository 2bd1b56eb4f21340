/** A process of its own that runs one operation and prints its result: what a test can kill. */
import { openEngine, type OpenEngineOptions } from "../../src/testing.js";

const [operation = "up", options = "{}"] = process.argv.slice(2);
const engine = openEngine(JSON.parse(options) as OpenEngineOptions);
void engine[operation as "up" | "destroy"]().then((result) => console.log(JSON.stringify(result)));
