/** What is wrong with a PEM file: it has at least one encapsulation boundary (RFC 7468). */
export const judgePem = (content: string) => (content.includes('-----BEGIN ') ? [] : ['is not a PEM file']);
