/** The text up to so many characters, and a line that says what was cut off, if something was. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text
  const characters = Array.from(text)
  if (characters.length <= most) return text
  const kept = characters.slice(0, most).join('')
  return `${kept}${kept.endsWith('\n') ? '' : '\n'}[cut: ${most} of ${characters.length} characters are shown]\n`
}
