/** Names that both ends know. */

/** The namespace of every element of ours. */
export const kithNamespace = 'urn:kith:wl:1'
/** SOAP 1.2. */
export const soapNamespace = 'http://www.w3.org/2003/05/soap-envelope'
/** Where both ends meet. */
export const soapPath = '/kith/soap'
/** What a request and an answer call themselves (SOAP 1.2). */
export const soapContentType = 'application/soap+xml; charset=utf-8'
