import { Transform } from 'node:stream'

/** Tells how much went through. */
export function counted(onBytes: (byteLength: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk.byteLength)
      done(null, chunk)
    },
  })
}

/** Lets everything through, but one byte as another one. */
export function flipped(atByte: number): Transform {
  let passedBytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const at = atByte - passedBytes
      passedBytes += chunk.byteLength
      const byte = chunk[at]
      if (byte === undefined) return done(null, chunk)
      const changed = Buffer.from(chunk)
      changed[at] = byte ^ 1
      done(null, changed)
    },
  })
}
