import { join } from 'node:path'
import { createBuilder } from 'vite'
import { ROOT } from '../e2e/child.ts'

/** Builds Ferry's page into `folder`, with the checksum module replaced. */
export async function buildPageWithoutChecksums(folder: string): Promise<void> {
  process.env.NODE_ENV = 'production'
  const builder = await createBuilder({
    configFile: join(ROOT, 'vite.config.ts'),
    logLevel: 'error',
    resolve: {
      alias: [
        {
          find: /^.*\/adapters\/worker-checksums\.ts$/,
          replacement: join(import.meta.dirname, 'constant-checksums.ts'),
        },
      ],
    },
    environments: { client: { build: { outDir: folder } } },
  })
  const { client } = builder.environments
  if (client === undefined) throw new Error('vite.config.ts makes no page')
  await builder.build(client)
}
