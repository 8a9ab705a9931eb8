// Loaded before a program with `node --require`: the packages with libsql's native part are not to be found, with the
// same error that Node gives on a machine where they were not installed. Nothing else changes.
const Module = require('node:module')

const resolve = Module._resolveFilename
Module._resolveFilename = function (request, ...rest) {
  if (!request.startsWith('@libsql/')) return resolve.call(this, request, ...rest)
  throw Object.assign(new Error(`Cannot find module '${request}'`), { code: 'MODULE_NOT_FOUND' })
}
