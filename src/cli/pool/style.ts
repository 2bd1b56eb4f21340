/** The admin page's stylesheet and icon. */
import { createHash } from "node:crypto";

export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --card: #ffffff; --line: #d9dde3; --text: #14181f; --soft: #545d6b;
  --accent: #1d4fd8; --on-accent: #ffffff; --accent-soft: #e6edff;
  --available: #0f7a4d; --available-soft: #dff5ea;
  --resting: #86590a; --resting-soft: #fbf0d6;
  --assigned: #1d4fd8; --assigned-soft: #e6edff;
  --reserved: #6b3fb8; --reserved-soft: #efe7fc;
  --bad: #b3261e; --bad-soft: #fde8e6; --on-bad: #ffffff;
  --shadow: 0 1px 2px rgb(16 24 40 / .06), 0 1px 3px rgb(16 24 40 / .08);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1116; --card: #171b22; --line: #2c333e; --text: #e9edf3; --soft: #a0aab9;
    --accent: #8fb0ff; --on-accent: #0b1530; --accent-soft: #1b2745;
    --available: #5fd6a1; --available-soft: #12301f;
    --resting: #ecbd62; --resting-soft: #35290f;
    --assigned: #8fb0ff; --assigned-soft: #1b2745;
    --reserved: #c4a6fb; --reserved-soft: #2b2043;
    --bad: #ff9c93; --bad-soft: #3d1b19; --on-bad: #33100d;
    --shadow: none;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: .15em; }
h1, h2 { margin: 0; line-height: 1.25; font-weight: 650; letter-spacing: -.01em; }
h1 { font-size: 1.4rem; }
h2 { font-size: 1.1rem; }
p { margin: 0; }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
small, .hint, .count, .where, time { color: var(--soft); font-size: .875rem; }
small { font-weight: 400; }
.digits { font-variant-numeric: tabular-nums; font-weight: 600; white-space: nowrap; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }

.top { display: flex; flex-wrap: wrap; align-items: center; gap: 0 1rem; padding: .25rem max(1rem, calc((100% - 62rem) / 2)); background: var(--card); border-bottom: 1px solid var(--line); }
.brand { display: flex; align-items: center; gap: .6rem; min-height: 48px; min-width: 0; font-weight: 650; font-size: 1.1rem; color: var(--text); text-decoration: none; }
.brand span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 14rem; }
.top nav { display: flex; flex: 1; align-self: stretch; }
.top nav a { display: flex; align-items: center; min-height: 48px; padding: 0 .75rem; color: var(--soft); text-decoration: none; font-weight: 550; border-bottom: 3px solid transparent; border-top: 3px solid transparent; }
.top nav a:hover { color: var(--text); }
.top nav a[aria-current] { color: var(--text); border-bottom-color: var(--accent); }
main { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1rem; max-width: 64rem; margin: 0 auto; padding: 1.25rem 1rem 4rem; }

.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; box-shadow: var(--shadow); }
.card.flush { padding: 0; overflow: clip; }
.flush > h1, .flush > h2 { padding: 1.1rem 1.25rem .35rem; }
.notice { padding: .85rem 1.1rem; border-radius: 12px; border: 1px solid; border-left-width: 5px; }
.notice.done { background: var(--available-soft); border-color: var(--available); }
.notice.failed { background: var(--bad-soft); border-color: var(--bad); }
.notice.low { background: var(--resting-soft); border-color: var(--resting); }

.tiles { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: .75rem; }
.tile { display: flex; flex-direction: column; gap: .1rem; padding: .9rem 1.1rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; color: var(--text); text-decoration: none; box-shadow: var(--shadow); }
.tile b { font-size: 2rem; line-height: 1.15; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -.02em; }
.tile span { display: flex; align-items: center; gap: .5rem; color: var(--soft); font-weight: 550; }
.tile span::before { content: ""; width: .7rem; height: .7rem; border-radius: 3px; background: var(--tone); flex: none; }
.tile:hover { border-color: var(--tone); }
.tile[aria-current] { border-color: var(--tone); box-shadow: inset 0 0 0 1px var(--tone); background: var(--tone-soft); }
.tile[aria-current] span { color: var(--text); }
.available { --tone: var(--available); --tone-soft: var(--available-soft); }
.resting { --tone: var(--resting); --tone-soft: var(--resting-soft); }
.assigned { --tone: var(--assigned); --tone-soft: var(--assigned-soft); }
.reserved { --tone: var(--reserved); --tone-soft: var(--reserved-soft); }
.gone, .removed { --tone: var(--soft); --tone-soft: var(--ground); }

.level { margin: 0; }
.level svg { display: block; overflow: visible; }
.level svg rect { fill: var(--tone); }
.level svg .ground { fill: var(--line); }
.level .mark { stroke: var(--text); stroke-width: 3; }
.level figcaption { margin-top: .35rem; color: var(--soft); font-size: .875rem; }

.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .75rem; align-items: start; }
details.card { padding: 0; }
details.card > summary { display: flex; align-items: center; gap: .75rem; min-height: 56px; padding: .5rem 1.25rem; font-weight: 600; cursor: pointer; list-style: none; border-radius: 12px; }
details.card > summary::-webkit-details-marker, .action > summary::-webkit-details-marker { display: none; }
details.card > summary::before { content: "+"; display: grid; place-content: center; width: 1.6rem; height: 1.6rem; border-radius: 50%; background: var(--accent-soft); color: var(--accent); font-size: 1.2rem; line-height: 1; }
details.card[open] > summary::before { content: "–"; }
details.card > .fields { padding: .25rem 1.25rem 1.25rem; }
.fields { display: grid; gap: 1rem; }
.two { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .75rem; align-items: end; }
label { display: grid; gap: .3rem; font-weight: 550; align-content: start; }
label.tick { display: flex; align-items: center; gap: .7rem; min-height: 44px; font-weight: 400; cursor: pointer; }
input:not([type=checkbox]):not([hidden]), select { width: 100%; min-width: 0; min-height: 46px; padding: .5rem .75rem; font: inherit; font-weight: 400; color: inherit; background: var(--card); border: 1px solid #868f9d; border-radius: 8px; }
select { appearance: none; padding-right: 2rem; background-image: linear-gradient(45deg, transparent 50%, var(--soft) 50%), linear-gradient(135deg, var(--soft) 50%, transparent 50%); background-position: right 1.05rem center, right .75rem center; background-size: .32rem .32rem; background-repeat: no-repeat; }
input[type=checkbox] { width: 22px; height: 22px; margin: 0; accent-color: var(--accent); flex: none; }
::placeholder { color: var(--soft); opacity: .85; }
button, .button { display: inline-flex; align-items: center; justify-content: center; min-height: 46px; padding: .5rem 1.2rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 1px solid transparent; border-radius: 8px; cursor: pointer; text-decoration: none; text-align: center; }
button:hover, .button:hover { filter: brightness(1.08); }
.second { color: var(--text); background: var(--card); border-color: #868f9d; }
.quiet { color: var(--soft); background: none; padding: .5rem .5rem; font-weight: 550; }
.quiet:hover { color: var(--text); }
.danger { color: var(--bad); background: var(--card); border-color: var(--bad); }
.danger.full { color: var(--on-bad); background: var(--bad); }

.search { display: flex; gap: .6rem; padding: 1.1rem 1.25rem .6rem; }
.search input { flex: 1; }
.count { padding: 0 1.25rem .8rem; }
.count a { display: inline-block; padding: .25rem .4rem; }
.numbers, .timeline { list-style: none; margin: 0; padding: 0; }
.numbers li { border-top: 1px solid var(--line); }
.numbers a { display: grid; grid-template-columns: 10.5rem 6.5rem minmax(0, 1fr) auto; align-items: center; gap: .25rem 1rem; min-height: 54px; padding: .5rem 1.25rem; color: var(--text); text-decoration: none; }
.numbers a:hover { background: var(--ground); }
.numbers a:focus-visible { outline-offset: -3px; }
.numbers .digits { color: var(--accent); }
.badge { display: inline-block; justify-self: start; padding: .1rem .6rem; border-radius: 99px; background: var(--tone-soft); color: var(--tone); font-size: .82rem; font-weight: 600; letter-spacing: 0; white-space: nowrap; }
.empty { padding: 1.5rem 1.25rem 1.75rem; border-top: 1px solid var(--line); color: var(--soft); }
.pad { padding: .9rem 1.25rem; border-top: 1px solid var(--line); }
.pager { display: grid; grid-template-columns: 1fr auto 1fr; align-items: center; gap: 1rem; padding: .9rem 1.25rem; border-top: 1px solid var(--line); }
.pager > :first-child { justify-self: start; }
.pager > :last-child { justify-self: end; }

.back a { display: inline-flex; align-items: center; min-height: 44px; margin: -.5rem 0; text-decoration: none; }
h1.digits { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .8rem; font-size: 1.7rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)); gap: 1rem 1.5rem; margin: 1.25rem 0 0; }
.facts dt { color: var(--soft); font-size: .875rem; }
.facts dd { margin: 0; font-weight: 500; }
.facts time { color: inherit; font-size: inherit; }
.actions { display: flex; flex-wrap: wrap; align-items: flex-start; gap: .75rem; margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
.action > summary { list-style: none; }
.action[open] { flex: 1 1 100%; }
.action[open] > .fields { margin-top: .9rem; padding: 1.1rem; max-width: 32rem; border: 1px solid var(--line); border-radius: 10px; }
.action .fields > button { justify-self: start; }

.timeline li { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 1.5rem; padding: .7rem 1.25rem .7rem 2.6rem; border-top: 1px solid var(--line); position: relative; }
.timeline li::before { content: ""; position: absolute; left: 1.25rem; top: 1.2rem; width: .65rem; height: .65rem; border-radius: 50%; background: var(--tone, var(--soft)); }
.timeline .added, .timeline .unreserved, .timeline .restocked { --tone: var(--available); }
.timeline .unassigned { --tone: var(--resting); }
.timeline .low { --tone: var(--bad); }
.timeline .what { flex: 1 1 0; min-width: 0; }
.timeline time { font-variant-numeric: tabular-nums; }

.alone { width: 100%; max-width: 26rem; margin: 8vh auto 0; display: grid; gap: 1.25rem; padding: 1.75rem; }
.alone h1 { display: flex; align-items: center; gap: .8rem; }

@media (max-width: 44rem) {
  .top { padding: .25rem 1rem 0; gap: 0 .5rem; }
  .brand { flex: 1; }
  .top nav { order: 3; flex: 1 0 100%; }
  .top nav a { flex: 1; justify-content: center; }
  main { padding: 1rem .75rem 3rem; gap: .85rem; }
  .tiles, .pair { gap: .6rem; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .tile { padding: .75rem 1rem; }
  .pair { grid-template-columns: minmax(0, 1fr); }
  .numbers a { grid-template-columns: minmax(0, 1fr) auto; padding: .75rem 1rem; }
  .numbers .who:empty { display: none; }
  .numbers .who { grid-column: 1 / -1; }
  .numbers .where { grid-column: 1 / -1; }
  .timeline .what, .timeline time { flex: 1 0 100%; }
  .search, .count, .flush > h1, .flush > h2, .empty, .pad, .pager { padding-left: 1rem; padding-right: 1rem; }
  .fields > button, .action, .action > summary, .actions > form, .actions > form > button { width: 100%; }
  .action .fields > button { justify-self: stretch; }
  h1.digits { font-size: 1.45rem; }
}
`;

/** Changes with its contents: it may be kept for ever. */
export const STYLE_PATH = `/style-${createHash("sha256").update(STYLE).digest("hex").slice(0, 12)}.css`;

export const FAVICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#1d4fd8"/><path d="M11 7.5 8.6 8.6c-.8.4-1.200 1.200-1.100 2.100.9 7.300 6.500 12.900 13.800 13.800.9.100 1.700-.3 2.100-1.100l1.100-2.400c.3-.8.1-1.700-.6-2.200l-3.100-2.100c-.7-.5-1.600-.4-2.200.2l-1.100 1.100a11.500 11.500 0 0 1-3.500-3.500l1.100-1.100c.6-.6.700-1.500.2-2.200l-2.100-3.100c-.5-.7-1.400-.9-2.200-.6z" fill="#fff"/></svg>`;
