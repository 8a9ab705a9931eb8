import { createKeyvNonBlocking } from '@keyv/redis'
import { Cacheable } from 'cacheable'
import { cacheableSystem } from './over-cacheable.mjs'

// As its page sets it up for who does not want to hang.

export const { seed, open, stored } = cacheableSystem(
  (url) => new Cacheable({ secondary: createKeyvNonBlocking(url), nonBlocking: true }),
  { prefix: '' },
)
