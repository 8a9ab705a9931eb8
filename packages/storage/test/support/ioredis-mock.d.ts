// It brings no types of its own.
declare module 'ioredis-mock' {
  import { Redis } from 'ioredis'
  export default Redis
}
