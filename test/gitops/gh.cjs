/** Stands in for GitHub's CLI: writes down what the pipeline posts, and knows the issues that it opened. */
const fs = require("node:fs");

const file = process.env.GITHUB_POSTS;
const args = process.argv.slice(2);
const [thing, verb] = args;
const posts = fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line)) : [];
if (!process.env.GH_TOKEN) {
  console.error("gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.");
  process.exit(4);
}

if (thing === "issue" && verb === "list") {
  // --jq '.[0].number // empty'
  const opened = posts.filter(({ command }) => command === "issue create").length;
  if (opened > 0) console.log(opened);
} else {
  const at = args.indexOf("--body-file");
  const body = at === -1 ? "" : fs.readFileSync(args[at + 1], "utf8");
  fs.appendFileSync(file, `${JSON.stringify({ command: `${thing} ${verb}`, args, body })}\n`);
}
