/** Names that both ends know. */

export const kithNamespace = 'urn:kith:wl:1'
/** SOAP 1.2. */
export const soapNamespace = 'http://www.w3.org/2003/05/soap-envelope'
/** Where both ends meet. */
export const soapPath = '/kith/soap'
export const soapContentType = 'application/soap+xml; charset=utf-8'
