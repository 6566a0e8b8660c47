; Browsers look into the registry for the program that their extension speaks to. SHELL_CONTEXT is the user's or the
; machine's part of it, as the user has chosen to install.

!define NATIVE_HOST "NativeMessagingHosts\dev.satchel.host"

!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Google\Chrome\${NATIVE_HOST}" "" "$INSTDIR\resources\native-messaging\chromium.json"
  WriteRegStr SHELL_CONTEXT "Software\Chromium\${NATIVE_HOST}" "" "$INSTDIR\resources\native-messaging\chromium.json"
  WriteRegStr SHELL_CONTEXT "Software\Microsoft\Edge\${NATIVE_HOST}" "" "$INSTDIR\resources\native-messaging\chromium.json"
  WriteRegStr SHELL_CONTEXT "Software\Mozilla\${NATIVE_HOST}" "" "$INSTDIR\resources\native-messaging\firefox.json"
!macroend

!macro customUnInstall
  DeleteRegKey SHELL_CONTEXT "Software\Google\Chrome\${NATIVE_HOST}"
  DeleteRegKey SHELL_CONTEXT "Software\Chromium\${NATIVE_HOST}"
  DeleteRegKey SHELL_CONTEXT "Software\Microsoft\Edge\${NATIVE_HOST}"
  DeleteRegKey SHELL_CONTEXT "Software\Mozilla\${NATIVE_HOST}"
!macroend
