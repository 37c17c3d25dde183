import fc from 'fast-check'

/** Every run tries the same inputs, so that a failure is repeatable; FERRY_SEED tries others. */
fc.configureGlobal({ seed: Number(process.env.FERRY_SEED ?? 20_261_121) })
