import KeyvRedis from '@keyv/redis'
import { Cacheable } from 'cacheable'
import { cacheableSystem } from './over-cacheable.mjs'

// As its page begins: what is in Redis is waited for.

export const { seed, open, stored } = cacheableSystem(
  (url) => new Cacheable({ secondary: new KeyvRedis(url) }),
  { prefix: 'keyv::keyv:' },
)
