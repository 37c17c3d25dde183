/**
 * The path of the folder that a file stands for: of the file itself for a dropped folder, and of
 * the folder that was chosen for a file in it. Null: it has none.
 * @param relativePath `webkitRelativePath`, which begins with the chosen folder's name. Chromium
 * writes every backslash in it as a slash, also one in a name.
 */
export function folderPathIn(path: string, relativePath: string): string | null {
  if (path === '') return null
  if (relativePath === '') return path
  const isInside = path.replaceAll('\\', '/').endsWith(`/${relativePath}`)
  if (!isInside) return null
  const [folder = ''] = relativePath.split('/')
  return path.slice(0, path.length - relativePath.length + folder.length)
}
