/**
 * The passphrase secrets manager, wire compatible with the CLI's: PBKDF2-SHA256 with a million rounds, AES-256-GCM,
 * `v1:<nonce>:<ciphertext and tag>`, and a salt `v1:<salt>:<"pulumi", encrypted>` that tells a wrong passphrase apart.
 */
import * as crypto from "node:crypto";
import { promisify } from "node:util";
import { containsSecret, isSecret, mapSecrets, plain, SECRET, SIGNATURE, type Props } from "./values.js";

const pbkdf2 = promisify(crypto.pbkdf2);

export interface Crypter {
  /** What goes into `secrets_providers.state.salt` and into `encryptionsalt` of Pulumi.<stack>.yaml. */
  readonly salt: string;
  encrypt(text: string): string;
  decrypt(text: string): string;
}

// A key costs 0.3 s, and a test suite opens the same stack many times.
const keys = new Map<string, Promise<Buffer>>();
function deriveKey(passphrase: string, salt: Buffer): Promise<Buffer> {
  const id = `${crypto.createHash("sha256").update(passphrase).digest("hex")}:${salt.toString("hex")}`;
  let key = keys.get(id);
  if (!key) keys.set(id, (key = pbkdf2(passphrase, salt, 1_000_000, 32, "sha256")));
  return key;
}

function encrypt(key: Buffer, text: string): string {
  const nonce = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
}

function decrypt(key: Buffer, text: string): string {
  const [version, nonce, sealed] = text.split(":");
  if (version !== "v1" || !nonce || !sealed) throw new Error("unknown ciphertext version");
  const bytes = Buffer.from(sealed, "base64");
  const decipher = crypto.createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString("utf8");
}

/** Opens the secrets of a salt, or makes a new salt. Fails with the CLI's words if the passphrase is not the right one. */
export async function openCrypter(passphrase: string, salt?: string): Promise<Crypter> {
  const [, encoded, ...check] = salt?.split(":") ?? [];
  const saltBytes = encoded ? Buffer.from(encoded, "base64") : crypto.randomBytes(8);
  const key = await deriveKey(passphrase, saltBytes);
  if (salt !== undefined) {
    let known = "";
    try {
      known = decrypt(key, check.join(":"));
    } catch {
      // GCM refuses to decrypt with another key: told below, with the CLI's words.
    }
    if (known !== "pulumi") throw new Error("incorrect passphrase");
  }
  return {
    salt: salt ?? `v1:${saltBytes.toString("base64")}:${encrypt(key, "pulumi")}`,
    encrypt: (text) => encrypt(key, text),
    decrypt: (text) => decrypt(key, text),
  };
}

// A secret that did not change keeps its ciphertext, so that a checkpoint differs only where something happened.
const ciphertexts = new WeakMap<object, { salt: string; ciphertext: string }>();

/** State -> memory. */
export function decryptProps(crypter: Crypter, props: Props): Props {
  return mapSecrets(props, (stored) => {
    const { ciphertext, plaintext } = stored as { ciphertext?: string; plaintext?: string };
    const text = ciphertext === undefined ? plaintext : crypter.decrypt(ciphertext);
    const secret = { [SIGNATURE]: SECRET, value: text === undefined ? stored.value : (JSON.parse(text) as unknown) };
    if (ciphertext !== undefined) ciphertexts.set(secret, { salt: crypter.salt, ciphertext });
    return secret;
  }) as Props;
}

/** Memory -> state. */
export function encryptProps(crypter: Crypter, props: Props): Props {
  if (!containsSecret(props)) return props; // most have none, and every save comes by here for all of them
  return mapSecrets(props, (secret) => {
    let known = ciphertexts.get(secret);
    if (known?.salt !== crypter.salt) {
      known = { salt: crypter.salt, ciphertext: crypter.encrypt(JSON.stringify(plain(secret.value) ?? null)) };
      if (isSecret(secret)) ciphertexts.set(secret, known);
    }
    return { [SIGNATURE]: SECRET, ciphertext: known.ciphertext };
  }) as Props;
}
