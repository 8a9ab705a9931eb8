import { register } from 'node:module'

// Loaded before a program with `node --import`: it and what it imports may be TypeScript.
register('./typescript-hooks.mjs', import.meta.url)
