// Authentication: each token is verified with the issuer's key set, which jose keeps in memory.
import { createLocalJWKSet, jwtVerify } from 'jose';
import { audience, issuer, keys } from './settings.mjs';

const keySet = createLocalJWKSet(keys);
const expected = { issuer, audience, algorithms: ['EdDSA'], requiredClaims: ['exp', 'sub'], clockTolerance: 30 };

/** Resolves to the subject of the bearer token in the header `authorization`. */
export async function authenticate(authorization) {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (!token) throw new Error('a bearer token is needed');
  const { payload } = await jwtVerify(token, keySet, expected);
  return payload.sub;
}
