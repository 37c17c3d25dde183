// Loaded into the host's Node with `--import`: its waits for a store take a twentieth of their
// time, so that the minute within which an object must appear is over in three seconds.
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'

const SPEED = 20
const { setTimeout: wait } = timers

timers.setTimeout = (ms, value, options) => wait((ms ?? 0) / SPEED, value, options)
syncBuiltinESMExports()
