#!/usr/bin/env node
import { homeFolder } from '@mcpstore/core/home'
import { keepCompiled } from './process/compile-cache.ts'
import { currentFolder } from './process/current-folder.ts'

// As little as can be: what is imported from here on is compiled once per machine, and this each time.
const { env } = process
const compiled = keepCompiled(homeFolder({ env, cwd: currentFolder(process) }), env)
void import('./program.ts').then(({ runProgram }) => runProgram(compiled))
