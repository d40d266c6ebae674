/** Why a port could not be opened, in an operator's words; undefined: for another reason, a bug. */
export function whyNotListening(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  const file =
    'address' in error && typeof error.address === 'string' && error.address.startsWith('/') ? error.address : ''
  const port = 'port' in error && typeof error.port === 'number' ? ` ${error.port}` : ''
  const place = file === '' ? `the port${port}` : `the socket ${file}`
  if (error.code === 'EADDRINUSE') return `${place} is in use`
  if (error.code === 'EACCES') return `${place} needs more rights`
  return error.code === 'EADDRNOTAVAIL' ? "the address to listen on is not this machine's" : undefined
}
