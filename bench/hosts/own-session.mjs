import { spawn } from 'node:child_process'
import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js'

/**
 * The SDK's stdio transport, but for one thing: the server has a session of its own, as a server has that must leave
 * nothing behind. The scheduler of Linux takes longer to go from one session to another (`sched_autogroup`), whoever
 * speaks, so that clients are compared over the same connection.
 */
export class OwnSessionTransport {
  #child
  #received = new ReadBuffer()

  constructor({ command, args, env }) {
    this.#child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  }

  async start() {
    this.#child.stdout.on('data', (chunk) => {
      this.#received.append(chunk)
      for (
        let message = this.#received.readMessage();
        message !== null;
        message = this.#received.readMessage()
      )
        this.onmessage?.(message)
    })
    this.#child.on('close', () => this.onclose?.())
  }

  send(message) {
    return new Promise((resolve) => {
      if (this.#child.stdin.write(serializeMessage(message))) resolve()
      else this.#child.stdin.once('drain', resolve)
    })
  }

  async close() {
    this.#child.stdin.end()
    if (this.#child.exitCode === null) await new Promise((resolve) => this.#child.once('exit', resolve))
  }
}
