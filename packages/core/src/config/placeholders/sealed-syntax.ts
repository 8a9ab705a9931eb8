/** `${sealed:1.<id of the key>.<nonce, ciphertext and tag>}`: stands where a placeholder may, and looks like none. */
const sealed = /\$\{sealed:1\.([\da-f]{16})\.([\w-]{38,})\}/g

/** How a sealed value is written. */
export function sealedText(keyId: string, payload: string): string {
  return `\${sealed:1.${keyId}.${payload}}`
}

/** Replaces every sealed value in the text; everything else stays as it is. */
export function replaceSealed(
  text: string,
  replace: (found: string, keyId: string, payload: string) => string,
): string {
  return text.includes('${sealed:') ? text.replace(sealed, replace) : text
}

export function holdsSealed(text: string): boolean {
  return text.search(sealed) >= 0
}
