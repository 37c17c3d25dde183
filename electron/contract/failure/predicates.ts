/**
 * Whether a TLS handshake failed because this computer sent no certificate, by OpenSSL's name of
 * the alert (`ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED`) or Chromium's
 * (`ERR_BAD_SSL_CLIENT_AUTH_CERT`). An automatic retry would ask the user for the certificate again
 * and again.
 */
export function isAboutOwnCertificate(reason: string): boolean {
  return /CLIENT_AUTH|NO_PRIVATE_KEY|CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE/.test(reason)
}
