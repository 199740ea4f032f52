import type { AccessErrorCode } from '../access/index.ts';
import type { ProblemKind } from './problem-kind.ts';

/** Signing in, and who may do what. */
export const ACCESS_PROBLEMS: Readonly<Record<AccessErrorCode, ProblemKind>> = {
  'access/sign-in-required': {
    status: 401,
    title: 'Sign in first',
    advice: 'Open the page and sign in, or send a token that is good in the header Authorization.',
  },
  'access/refused': {
    status: 403,
    title: 'That is not allowed',
    advice: 'Ask an administrator of your organisation.',
  },
  'access/not-found': {
    status: 404,
    title: 'There is no such session, person or key',
    advice: 'The lists name those that there are.',
  },
  'access/sign-in-failed': {
    status: 400,
    title: 'The sign-in could not be finished',
    advice:
      'Begin it again. A way back from the provider works once, within ten minutes, in the browser that began it.',
  },
  'access/account-not-allowed': {
    status: 403,
    title: 'This account may not sign in',
    advice: 'Use the account of your organisation, or ask its administrator.',
  },
  'access/provider-unavailable': {
    status: 503,
    title: 'Signing in does not work at the moment',
    advice: 'Whoever is signed in can go on. Try again in a few minutes.',
  },
  'access/logout-refused': {
    status: 400,
    title: 'This is no logout token of the provider',
    advice:
      'The provider sends one in the field logout_token, for this service, naming its subject, within two minutes.',
  },
  'access/rate-limited': {
    status: 429,
    title: 'Too many requests',
    advice: 'Send the request again after the seconds that the header Retry-After names.',
  },
  'access/too-many-at-once': {
    status: 429,
    title: 'Too many requests at once',
    advice: 'Wait for one of them to end, then send the request again.',
  },
  'access/conflict': {
    status: 409,
    title: 'It was changed by someone else meanwhile',
    advice: 'Read it again, then decide.',
  },
  'access/invalid': {
    status: 400,
    title: 'What was asked for cannot be had',
    advice: 'The detail says why.',
  },
};
