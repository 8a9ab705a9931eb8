const names: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

const nameOf = (type: string): string => names[type] ?? type

/** The validator's messages that people stumble over, and what is said instead. */
const phrases: readonly [message: RegExp, words: (...parts: string[]) => string][] = [
  [
    /^Instance type "(\w+)" is invalid\. Expected "(.*)"\.$/,
    (given = '', wanted = '') =>
      `must be ${wanted.split('", "').map(nameOf).join(' or ')}, not ${given === 'boolean' ? 'a boolean' : nameOf(given)}`,
  ],
  [/^Instance does not match any of (\[.*\])\.$/s, (choices = '[]') => `must be one of ${listed(choices)}`],
  [
    /^Instance does not match (?:any|exactly one|every) (?:of the )?subschemas?/,
    () => 'fits none of the forms it may have',
  ],
]

function listed(choices: string): string {
  const values: unknown[] = JSON.parse(choices)
  return values.map((value) => JSON.stringify(value)).join(', ')
}

/** A message of the validator as the end of a sentence that names the argument. */
export function problemWords(message: string): string {
  for (const [pattern, words] of phrases) {
    const match = pattern.exec(message)
    if (match) return words(...match.slice(1))
  }
  return message.replace(/^Instance (?:type )?/, '').replace(/\.$/, '')
}
