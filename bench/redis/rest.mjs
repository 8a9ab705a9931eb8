import { setTimeout as sleep } from 'node:timers/promises'

/** Time in which both sides come to rest: what comes after it meets a server that waits, as most writes do. */
export const rest = () => sleep(1)
