// Given to the host's Node by `--import`: its waits for a store take a twentieth of their time, so
// that a minute which an object has to show is over in three seconds.
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'

const SPEED = 20
const { setTimeout: wait } = timers

timers.setTimeout = (ms, value, options) => wait((ms ?? 0) / SPEED, value, options)
syncBuiltinESMExports()
