/** As much as most formats show themselves by. */
export const SNIFFED_BYTES = 4100

/** So many formats are one of these inside that the name, where it has an extension, says more. */
const CONTAINERS: ReadonlySet<string> = new Set([
  'application/gzip',
  'application/x-cfb',
  'application/xml',
  'application/zip',
])

/**
 * The type that a file's first bytes tell, for one whose name told the browser none; empty: they
 * tell none either. The formats are loaded with the first file that needs them.
 */
export async function sniffedType(file: File): Promise<string> {
  const type = await typeByBytes(file)
  return CONTAINERS.has(type) && /[^.]\.[^.]+$/.test(file.name) ? '' : type
}

async function typeByBytes(file: Blob): Promise<string> {
  try {
    const { fileTypeFromBuffer } = await import('file-type')
    const start = await file.slice(0, SNIFFED_BYTES).arrayBuffer()
    return (await fileTypeFromBuffer(new Uint8Array(start)))?.mime ?? ''
  } catch {
    // A guess is worth no refusal: whoever reads the file next says what is wrong with it.
    return ''
  }
}
