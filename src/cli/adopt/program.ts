/** Writes the program: what a person would have written, had they declared it all from the first day. */
import { platformNamed } from "../../platforms/index.js";
import type { Account } from "../accounts.js";
import { type Adopted, Reference } from "./inventory.js";

const WIDTH = 120;

/** An account that is not the default one, and what the program has to give its provider. */
export interface ProviderDeclaration {
  name: string;
  identifier: string;
  accounts: Account[];
  /** Addresses that are no default. */
  urls: Record<string, string>;
  /** The stack has it already. */
  exists: boolean;
}

/** The configuration key under which the program looks for an account's key: `emeaWiilApiKey`. */
export const keyConfigOf = (identifier: string, keySetting: string) => identifier + keySetting.charAt(0).toUpperCase() + keySetting.slice(1);

/** A value as TypeScript has it. */
function literal(value: unknown, indent: string): string {
  if (value instanceof Reference) return value.property ? `${value.to.identifier}.${value.property}` : value.to.identifier;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item) => (deeper: string) => literal(item, deeper))
    : Object.entries(value).filter(([, item]) => item !== undefined).map(([key, item]) => (deeper: string) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)}: ${literal(item, deeper)}`);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return open + close;
  const inline = parts.map((part) => part(indent)).join(", ");
  const pad = isList ? "" : " ";
  if (!inline.includes("\n") && indent.length + inline.length < WIDTH - 40) return `${open}${pad}${inline}${pad}${close}`;
  const deeper = `${indent}  `;
  return `${open}\n${parts.map((part) => `${deeper}${part(deeper)},\n`).join("")}${indent}${close}`;
}

/** What comes from a platform stands behind `//`: it must not end its line. */
const comment = (text: string) => `// ${text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ")}`;

function declaration({ type, name, identifier, args, comment: remark }: Adopted, isReferred: boolean, provider: string | undefined): string {
  const options = provider === undefined ? "" : `, { provider: ${provider} }`;
  const statement = `${isReferred ? `const ${identifier} = ` : ""}new telephony.${type}(${JSON.stringify(name)}, ${literal(args, "")}${options});`;
  return remark === undefined ? statement : `${comment(remark)}\n${statement}`;
}

function providerDeclaration({ name, identifier, accounts, urls, exists }: ProviderDeclaration): string {
  const keys = accounts.map(({ platform }) => platformNamed(platform)!.traits.keySetting);
  const lines = [
    ...keys.map((key) => `  ${key}: config.requireSecret(${JSON.stringify(keyConfigOf(identifier, key))}),\n`),
    ...Object.entries(urls).map(([key, url]) => `  ${key}: ${JSON.stringify(url)},\n`),
  ];
  const remark = exists ? `${comment("The stack has this provider already: if your program declares it, use that one and take this away.")}\n` : "";
  return `${remark}const ${identifier} = new telephony.Provider(${JSON.stringify(name)}, {\n${lines.join("")}});`;
}

/** The whole text of the file. */
export function programText(adopted: readonly Adopted[], providers: readonly ProviderDeclaration[]): string {
  const referred = new Set<Adopted>();
  const look = (value: unknown): void => {
    if (value instanceof Reference) referred.add(value.to);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(look);
  };
  for (const { args } of adopted) look(args);

  const isProtected = adopted.some(({ args }) => args["deletionProtection"] === true);
  const parts = [
    [
      comment("Written by `telephony adopt`: what the accounts had, as it was. Import it before the first `pulumi up`; that changes nothing then."),
      ...(isProtected ? [comment("deletionProtection: no run releases these numbers. To let one go, take it off, run `pulumi up`, then remove the resource.")] : []),
      ...(providers.length > 0 ? ['import * as pulumi from "@pulumi/pulumi";'] : []),
      'import * as telephony from "pulumi-telephony";',
    ].join("\n"),
  ];
  if (providers.length > 0) parts.push(["const config = new pulumi.Config();", ...providers.map(providerDeclaration)].join("\n"));
  const providerOf = (account: string) => providers.find(({ name }) => name === account)?.identifier;
  const groups = new Map<string, Adopted[]>();
  for (const resource of adopted) {
    const account = providerOf(resource.account) === undefined ? "" : `, account ${resource.account}`;
    const title = `${platformNamed(resource.platform)!.traits.title}${account}`;
    groups.set(title, [...(groups.get(title) ?? []), resource]);
  }
  for (const [title, resources] of groups) {
    parts.push(`// ---- ${title} ----`, ...resources.map((resource) => declaration(resource, referred.has(resource), providerOf(resource.account))));
  }
  return `${parts.join("\n\n")}\n`;
}
