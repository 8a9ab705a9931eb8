/** Sees that each of the texts has all of these words, so that all sides did the same work. @throws when one has not */
export function shows(words, ...texts) {
  for (const text of texts) {
    const missing = text === undefined ? undefined : words.find((word) => !text.includes(word))
    if (missing !== undefined) throw new Error(`${missing} is not in what was printed:\n${text}`)
  }
}
