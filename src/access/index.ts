export { type Actor, LOCAL_TENANT, localOperator } from './actor.ts';
