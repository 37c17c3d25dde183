import type { Call } from './context.ts'
import { S3Error } from './errors.ts'
import type { Reply } from './reply.ts'

export async function postForm(_call: Omit<Call, 'authorization'>): Promise<Reply> {
  throw new S3Error('NotImplemented')
}
