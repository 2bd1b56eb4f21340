#!/usr/bin/env bash
# What a stranger does with a release: an empty project, the tarball from npm, the quickstart against the simulated platforms.
# Usage: quickstart.sh TARBALL. Runs on the Pulumi CLI if there is one, else on the embedded engine.
set -euo pipefail
tarball=$(realpath "$1")
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT
cd "$project"

npm init --yes >/dev/null
npm install --no-audit --no-fund "$tarball" @pulumi/pulumi typescript
npx telephony --version
npx telephony demo --json | tee demo.log

# Bought once, released again, and nothing left over.
tail -1 demo.log | node -e '
  const { bought, released, orphans, charged } = JSON.parse(require("fs").readFileSync(0, "utf8"));
  if (bought < 1 || released !== bought || orphans !== 0 || !/^\d+\.\d\d$/.test(charged)) process.exit(1);
'
