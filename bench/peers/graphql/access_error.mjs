// The error of a member without access to plans.
import { GraphQLError } from 'graphql';
import { mayRead } from '../day/access.mjs';

/** Throws unless the member may read today. */
export function requireAccess({ today, member }, now) {
  if (mayRead(today, member.access, now)) return;
  throw new GraphQLError('a subscription is needed for this', { extensions: { code: 'SUBSCRIPTION_REQUIRED' } });
}
