import { readdirSync } from 'node:fs'

// Each file under questions/ is a question, or several that are measured together; its folder is its topic.
const root = new URL('./questions/', import.meta.url)

/** How much is asked: each scope has what those before it have. */
const scopes = ['quick', 'normal', 'full']

/** All questions, `{ topic, name, url }`, as they are asked. */
export function allQuestions() {
  return sorted(root).flatMap((topic) => {
    const folder = new URL(`${topic}/`, root)
    return sorted(folder).map((file) => ({
      topic,
      name: file.replace(/\.mjs$/, ''),
      url: new URL(file, folder),
    }))
  })
}

/** The questions with these names; a topic stands for all of its own. @throws when there is no such name */
export function named(questions, names) {
  const unknown = names.find((name) => !questions.some((one) => isMeant(one, name)))
  if (unknown === undefined) return questions.filter((one) => names.some((name) => isMeant(one, name)))
  const topics = [...new Set(questions.map(({ topic }) => topic))]
  throw new Error(
    `no question is named ${unknown}; there are\n${topics.map((topic) => `  ${topic}: ${namesIn(questions, topic)}`).join('\n')}`,
  )
}

/** Whether a question that belongs to `smallest` and what is larger is asked in this scope. */
export function belongsTo(scope, smallest = 'quick') {
  return scopes.indexOf(smallest) <= scopes.indexOf(scope)
}

function isMeant({ topic, name }, wanted) {
  return name === wanted || topic === wanted
}

/** The names in a topic, as a person reads them. */
export function namesIn(questions, topic) {
  return questions
    .filter((one) => one.topic === topic)
    .map(({ name }) => name)
    .join(', ')
}

function sorted(folder) {
  return readdirSync(folder).sort()
}
