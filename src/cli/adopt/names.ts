/** Names for what had none in a program: resource names as people write them, and identifiers that TypeScript accepts. */

const RESERVED = new Set(
  ("abstract any as async await boolean break case catch class const constructor continue debugger declare default delete do else enum export extends false " +
    "finally for from function get if implements import in instanceof interface is let module new null number object of package private protected public require " +
    "return set static string super switch symbol this throw true try type typeof undefined var void while with yield exports arguments eval telephony pulumi config").split(" "),
);

/** "24/7 Hotline (Zürich)" is "24-7-hotline-zurich"; "" where no letter or digit is left. */
export function slug(text: string): string {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ß/g, "ss");
  return plain.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40).replace(/-+$/, "");
}

/** "24-7-hotline" is `n247Hotline`. */
export function identifierOf(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter(Boolean);
  const joined = words.map((word, i) => (i === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1)).join("");
  const valid = /^[a-z]/.test(joined) ? joined : `n${joined}`;
  return RESERVED.has(valid) ? `${valid}_` : valid;
}

/** Gives each name once; the second of a kind gets `otherwise`, then a count. */
export function namer(taken: Iterable<string>): (wanted: string, otherwise?: string) => { name: string; identifier: string } {
  const names = new Set(taken);
  const identifiers = new Set<string>();
  // The search that a number makes for itself has a name too.
  const isFree = (name: string) => !names.has(name) && !names.has(`${name}-search`) && !identifiers.has(identifierOf(name));
  return (wanted, otherwise) => {
    let name = [wanted, ...(otherwise === undefined ? [] : [otherwise])].find(isFree);
    for (let n = 2; name === undefined; n++) if (isFree(`${otherwise ?? wanted}-${n}`)) name = `${otherwise ?? wanted}-${n}`;
    names.add(name);
    names.add(`${name}-search`);
    const identifier = identifierOf(name);
    identifiers.add(identifier);
    return { name, identifier };
  };
}
