/**
 * Calls `onLine` for every line that arrives and is not empty. Resolves when the stream has ended.
 *
 * @throws TypeError when the connection breaks, and what `onLine` throws.
 */
export async function readLines(
  body: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let unfinished = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (unfinished + decoder.decode(value, { stream: true })).split('\n')
    unfinished = lines.pop() ?? ''
    for (const line of lines) if (line !== '') onLine(line)
  }
}
