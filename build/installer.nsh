; electron-builder puts these macros into the installer that it generates: electron.build/nsis,
; "Custom NSIS script".
;
; "Open with" offers Ferry for every file, and "Send to" hands over all the files that are selected.
; Neither makes Ferry the default of anything: no ProgID, no extension.
; learn.microsoft.com/windows/win32/shell/app-registration, "Registering Verbs and Other File
; Association Information"; the key "*" stands for files of every kind.

!define OPEN_WITH_FERRY "Software\Classes\Applications\${PRODUCT_FILENAME}.exe"
!define OFFERED_FOR_ALL "Software\Classes\*\OpenWithList\${PRODUCT_FILENAME}.exe"

!macro customInstall
  WriteRegStr SHELL_CONTEXT "${OPEN_WITH_FERRY}" "FriendlyAppName" "${PRODUCT_NAME}"
  WriteRegStr SHELL_CONTEXT "${OPEN_WITH_FERRY}\DefaultIcon" "" "$INSTDIR\${PRODUCT_FILENAME}.exe,0"
  WriteRegStr SHELL_CONTEXT "${OPEN_WITH_FERRY}\shell\open\command" "" '"$INSTDIR\${PRODUCT_FILENAME}.exe" "%1"'
  WriteRegStr SHELL_CONTEXT "${OFFERED_FOR_ALL}" "" ""
  CreateShortCut "$SENDTO\${PRODUCT_NAME}.lnk" "$INSTDIR\${PRODUCT_FILENAME}.exe"
!macroend

!macro customUnInstall
  DeleteRegKey SHELL_CONTEXT "${OPEN_WITH_FERRY}"
  DeleteRegKey SHELL_CONTEXT "${OFFERED_FOR_ALL}"
  Delete "$SENDTO\${PRODUCT_NAME}.lnk"
!macroend
