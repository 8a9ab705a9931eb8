import { describe, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, errorOf, mcpstore } from '../support/mcpstore.ts'
import { startHttpServer } from '../support/servers.ts'
import { hasOpenssl, makeCertificates } from '../support/test-certificates.ts'

describe.skipIf(!hasOpenssl)('a remote service with a certificate of a private authority', () => {
  it.each(['json', 'stream', 'sse'])('is reached where NODE_EXTRA_CA_CERTS names it (%s)', async (mode) => {
    await using box = new Box()
    const { ca, certificate, key } = makeCertificates(box.folder)
    const url = await startHttpServer(box, { mode, tls: { cert: certificate, key } })
    await addServices(box, { safe: { url } })
    const env = { NODE_EXTRA_CA_CERTS: ca }
    const called = await mcpstore(box, ['use-tool', 'safe/echo', 'text=hi'], { env })
    expect(called).toMatchObject({ exit: 0, stdout: 'hi\n', stderr: '' })
  })

  it('is not reached otherwise, and the hint says what to do', async () => {
    await using box = new Box()
    const { certificate, key } = makeCertificates(box.folder)
    const url = await startHttpServer(box, { tls: { cert: certificate, key } })
    await addServices(box, { safe: { url } })
    const error = errorOf(await mcpstore(box, ['use-tool', 'safe/echo', 'text=hi', '--json']))
    expect(error).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('its certificate is not accepted'),
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    })
  })
})
