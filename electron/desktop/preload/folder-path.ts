/**
 * The folder of a file: the file itself for a dropped folder, or the chosen folder that contains
 * it. Null when there is none.
 *
 * @param relativePath `webkitRelativePath`, which begins with the chosen folder's name. Chromium
 * writes every backslash in it as a slash, even in a name.
 */
export function folderPathIn(path: string, relativePath: string): string | null {
  if (path === '') return null
  if (relativePath === '') return path
  const isInside = path.replaceAll('\\', '/').endsWith(`/${relativePath}`)
  if (!isInside) return null
  const [folder = ''] = relativePath.split('/')
  return path.slice(0, path.length - relativePath.length + folder.length)
}
