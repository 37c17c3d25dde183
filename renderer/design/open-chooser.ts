/**
 * Opens a file chooser for one file. Its input is not in the document, unlike those for uploads.
 */
export function openChooser(onChosen: (file: File) => void, accept = ''): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = accept
  input.addEventListener('change', () => {
    const file = input.files?.[0]
    if (file !== undefined) onChosen(file)
  })
  input.click()
}
