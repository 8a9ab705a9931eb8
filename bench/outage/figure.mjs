/** Builds SVG, tag by tag. */
export function figure() {
  const parts = []
  const open = (name, attributes = {}) => parts.push(`<${name}${attributesOf(attributes)}>`)
  const close = (name) => parts.push(`</${name}>`)
  return {
    open,
    close,
    /** An element with a text in it, or with what `inside` adds. */
    tag(name, attributes, content, inside) {
      open(name, attributes)
      if (content !== undefined) parts.push(escaped(content))
      inside?.()
      close(name)
    },
    text(x, y, content, name) {
      parts.push(`<text${attributesOf({ x, y, class: name })}>${escaped(content)}</text>`)
    },
    render: () => `${parts.join('').replaceAll('></g><', '></g>\n<')}\n`,
  }
}

function attributesOf(attributes) {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(typeof value === 'number' ? round(value) : value)}"`)
    .join('')
}

function round(value) {
  return Math.round(value * 10) / 10
}

function escaped(text) {
  return String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
