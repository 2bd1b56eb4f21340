import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { CLI_HINT, enginesPresent, type Sandbox, startSandbox } from "pulumi-telephony/testing";
import { processTree, signal } from "../chaos/processes.js";
import { openRepository, root, runWorkflow, type Repository } from "./repository.js";
import type { JobResult } from "./run-workflow.mjs";

const pullRequest = { number: 7, head: { repo: { full_name: "acme/numbers" } } };

/** What was said, when a job didn't come to what it should. */
const said = (jobs: JobResult[]) => jobs.flatMap(({ steps }) => steps.map(({ step, outcome, output }) => `${step}: ${outcome}\n${output}`)).join("\n");

const add = (line: string) => (text: string) => text.replace("export const lines: Record<string, Line> = {", `$&\n  ${line}`);
const lab = 'lab: { name: "Lab", search: { type: "virtual" }, menu: "support" },';

describe("the workflows of this repository", () => {
  it("are what GitHub accepts", async () => {
    // None of them has this event: they are parsed, and nothing runs.
    for (const workflow of ["ci", "release"]) expect(await runWorkflow({ repository: root, workflow: `.github/workflows/${workflow}.yml`, event: "schedule", ref: "HEAD" })).to.deep.equal([]);
  });
});

describe("the pipeline of examples/gitops", function () {
  this.timeout(300_000);
  const present = enginesPresent();
  if (!present.includes("cli")) it(`on the cli engine: skipped. ${CLI_HINT}`);

  for (const engine of present) {
    describe(`on the ${engine} engine`, () => {
      let sandbox: Sandbox;
      let repository: Repository;
      const control = async <T>(route: string, body?: unknown): Promise<T> => {
        const response = await fetch(`${sandbox.url}/_sandbox/${route}`, body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
        return (await response.json()) as T;
      };
      const ledger = () => control<{ kind: string; number: string }[]>("ledger");
      const api = (path: string, method = "GET", body?: unknown) =>
        fetch(`${sandbox.env["VOIPBIN_URL"]}${path}?accesskey=${sandbox.env["VOIPBIN_ACCESS_KEY"]}`, {
          ...{ method, headers: { "content-type": "application/json" } },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }).then((response) => response.json()) as Promise<{ result: { id: string; number: string; name: string; call_flow_id: string; actions: unknown[] }[] }>;

      before(async () => {
        sandbox = await startSandbox();
        repository = openRepository(engine, sandbox, { ...sandbox.env, VOIPBIN_POLL_INTERVAL: "50ms", VOIPBIN_ORDER_WINDOW: "1s" });
      });
      after(async () => {
        repository.remove();
        await sandbox.close();
      });

      const run = async (event: "push" | "schedule" | "workflow_dispatch", result: "success" | "failure", inputs = {}) => {
        const jobs = await repository.run({ event, inputs });
        expect(jobs.map((job) => job.result), said(jobs)).to.deep.equal([result]);
        return said(jobs);
      };
      const flowOf = async (name: string) => {
        const numbers = (await api("/numbers")).result;
        const flows = (await api("/flows")).result;
        const number = numbers.find((n) => n.name.startsWith(name));
        return flows.find(({ id }) => id === number?.call_flow_id)?.name.split(" ")[0];
      };

      it("buys on the first push, and nothing on the same commit again", async () => {
        await run("push", "success");
        expect(await ledger()).to.have.length(1);
        const before = await control("state");
        await run("push", "success");
        expect(await ledger()).to.have.length(1);
        expect(await control("state")).to.deep.equal(before);
      });

      it("says on a pull request what it would buy, at what price, and buys on the merge", async () => {
        const commit = repository.commit("Add a lab", { "lines.ts": add(lab) });
        const jobs = await repository.run({ event: "pull_request", ref: commit, payload: { pull_request: pullRequest } });
        expect(jobs.map(({ job, result }) => `${job} ${result}`), said(jobs)).to.deep.equal(["preview success"]);
        const [post] = repository.posts();
        expect(post).to.deep.include({ command: "pr comment" });
        expect(post!.args[2]).to.equal("7");
        expect(post!.body).to.match(/\*\*2 to create\.\*\*/).and.match(/\+ \| PhoneNumber `lab` \| virtual number, bought/);
        expect(await ledger()).to.have.length(1);

        repository.merge(commit);
        await run("push", "success");
        expect(await ledger()).to.have.length(2);
      });

      it("tells a pull request what is wrong with it", async () => {
        const commit = repository.commit("Ask for an area code that is none", { "lines.ts": add('nowhere: { name: "Nowhere", search: { country: "US", type: "local", areaCode: "x" }, menu: "sales" },') });
        const jobs = await repository.run({ event: "pull_request", ref: commit, payload: { pull_request: pullRequest } });
        expect(jobs[0]!.result).to.equal("failure");
        expect(repository.posts().pop()!.body).to.contain("**The preview failed.**").and.contain("search.areaCode");
      });

      it("shows forks no secret: their pull requests run nothing", async () => {
        const fork = { number: 8, head: { repo: { full_name: "mallory/numbers" } } };
        expect(await repository.run({ event: "pull_request", payload: { pull_request: fork } })).to.deep.equal([]);
      });

      it("retargets a number", async () => {
        expect(await flowOf("Hotline")).to.equal("sales");
        repository.merge(repository.commit("Let support answer the hotline", { "lines.ts": (text) => text.replace('menu: "sales" },', 'menu: "support" },') }));
        await run("push", "success");
        expect(await flowOf("Hotline")).to.equal("support");
        expect(await ledger()).to.have.length(2);
      });

      it("keeps a number whose line is gone, until a change has said that it leaves", async () => {
        const drop = (text: string) => text.replace(/\n {2}lab: .*/, "");
        const mistaken = repository.commit("Lose the lab in a merge", { "lines.ts": drop });
        const jobs = await repository.run({ event: "push", ref: mistaken });
        expect(jobs[0]!.result).to.equal("failure");
        expect(said(jobs)).to.match(/deletionProtection/);
        expect((await ledger()).filter(({ kind }) => kind === "release")).to.deep.equal([]);

        repository.merge(repository.commit("Let the lab go", { "lines.ts": (text) => text.replace(/(lab: .*)menu: "support" }/, '$1menu: "support", leaving: true }') }));
        await run("push", "success");
        repository.merge(repository.commit("Drop the lab", { "lines.ts": drop }));
        await run("push", "success");
        expect((await ledger()).filter(({ kind }) => kind === "release")).to.have.length(1);
      });

      it("heals in the next run what a crash left, and buys it once", async () => {
        const before = (await ledger()).filter(({ kind }) => kind === "purchase").length;
        repository.merge(repository.commit("Add an office", { "lines.ts": add('office: { name: "Office", search: { country: "US", type: "toll-free" }, menu: "sales" },') }));
        const fault = await control<{ id: number }>("faults", { platform: "voipbin", method: "POST", path: "/numbers", exact: true, kind: "hang-after-commit" });
        let runner = 0;
        const running = repository.run({ event: "push" }, (pid) => (runner = pid)).then(
          (jobs) => said(jobs),
          (error: Error) => error.message,
        );
        const first = await Promise.race([running, control(`faults/${fault.id}?until=hits`)]);
        expect(first, String(first)).to.not.be.a("string");
        const machine = processTree(runner).map(({ pid }) => pid);
        for (const pid of machine) signal(pid, "SIGKILL"); // the runner went away, and all that ran on it
        expect(await running).to.match(/killed/);
        expect((await ledger()).filter(({ kind }) => kind === "purchase")).to.have.length(before + 1);

        expect(await run("push", "success")).to.match(/lock of a dead run taken away/);
        expect((await ledger()).filter(({ kind }) => kind === "purchase")).to.have.length(before + 1);
        expect((await api("/numbers")).result).to.have.length(2);
      });

      it("opens an issue about what somebody changed by hand, adds to it, and puts it back when it is told to", async () => {
        await run("schedule", "success");
        const opened = repository.posts().length;
        const sales = (await api("/flows")).result.find(({ name }) => name.startsWith("sales"))!;
        await api(`/flows/${sales.id}`, "PUT", { ...sales, actions: [{ type: "answer" }] });
        await run("schedule", "failure");
        await run("schedule", "failure");
        expect(repository.posts().slice(opened).map(({ command }) => command)).to.deep.equal(["label create", "issue create", "issue comment"]);
        expect(repository.posts().pop()!.body).to.contain("Somebody changed numbers by hand").and.match(/~ \| CallFlow `sales` \| `actions`/);

        await run("workflow_dispatch", "success", { refresh: true });
        await run("schedule", "success");
      });

      it("does the same on GitLab", async function () {
        if (spawnSync("rsync", ["--version"]).error) {
          this.test!.title += ": skipped. gitlab-ci-local needs rsync: apt-get install rsync";
          return this.skip();
        }
        const before = await ledger();
        repository.merge(repository.commit("Add a lab again", { "lines.ts": add(lab) }));
        const preview = await repository.gitlab("merge_request_event");
        expect(preview.code, preview.output).to.equal(0);
        expect(preview.comment).to.contain("**2 to create.**");
        expect(await ledger()).to.deep.equal(before);
        const up = await repository.gitlab("push");
        expect(up.code, up.output).to.equal(0);
        expect(await ledger()).to.have.length(before.length + 1);
        const drift = await repository.gitlab("schedule");
        expect(drift.code, drift.output).to.equal(0);
      });

      it("has said no key anywhere", () => {
        expect(JSON.stringify(repository.posts())).to.not.contain(sandbox.env["VOIPBIN_ACCESS_KEY"]);
      });
    });
  }
});
